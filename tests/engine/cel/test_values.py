"""Facts are converted for the interpreter field by field, each once."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
import pytest
from celpy import celtypes

from engine.cel.errors import EvaluationError
from engine.cel.values import PreparedList, native, prepare, type_name


class Colour(StrEnum):
    Red = "Red"


class Fact(msgspec.Struct, rename="camel"):
    some_list: tuple[int, ...] = (1, 2)
    colour: Colour = Colour.Red
    missing: str | None = None


def test_a_struct_is_read_by_the_names_on_the_wire() -> None:
    record = prepare(Fact())
    assert record.read("someList") == [1, 2]
    assert record.read("colour") == "Red"
    with pytest.raises(KeyError):
        record.read("some_list")


def test_a_field_is_converted_once() -> None:
    record = prepare(Fact())
    assert record.read("someList") is record.read("someList")


def test_what_is_prepared_is_not_prepared_again() -> None:
    record = prepare(Fact())
    assert prepare(record) is record
    table = prepare({"a": [1]})
    assert prepare(table) is table


def test_an_optional_field_is_null_and_not_there() -> None:
    record = prepare(Fact())
    assert record.read("missing") is None
    assert not record.present("missing")
    assert native(record) == {"someList": [1, 2], "colour": "Red"}


def test_a_mapping_is_asked_only_for_what_is_read() -> None:
    asked: list[str] = []

    class Lazy(Mapping[str, object]):
        def __getitem__(self, key: str) -> object:
            asked.append(key)
            return 1

        def __iter__(self) -> Iterator[str]:
            return iter(("a", "b"))

        def __len__(self) -> int:
            return 2

    record = prepare(Lazy())
    assert (record.read("a"), record.read("a"), asked) == (1, 1, ["a"])


def test_a_naive_time_counts_as_utc() -> None:
    assert native(prepare(datetime.fromisoformat("2026-01-31"))) == datetime(
        2026, 1, 31, tzinfo=UTC
    )


def test_an_unsigned_integer_stays_one() -> None:
    assert isinstance(native(celtypes.UintType(3)), celtypes.UintType)


def test_a_long_list_is_searched_by_hash() -> None:
    table = prepare(["CARD-1", 5])
    assert isinstance(table, PreparedList)
    assert table.texts == {"CARD-1"}


def test_what_has_no_cel_type_is_refused() -> None:
    with pytest.raises(EvaluationError, match="a value of type `object` can't be read"):
        prepare(object())


def test_types_have_the_names_of_the_specification() -> None:
    values: list[object] = [None, True, 1, 1.5, "a", b"a", [], {}, datetime.now(UTC), Fact()]
    names = ["null", "bool", "int", "double", "string", "bytes", "list", "map", "timestamp", "Fact"]
    assert [type_name(prepare(value)) for value in values] == names
