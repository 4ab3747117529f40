"""Constants have the types of their values, found once."""

import pytest

from engine.cel import Constants, Environment, compile, type_of_value
from engine.cel.checking.types import (
    BOOL,
    DYN,
    INT,
    NULL,
    STRING,
    Type,
    list_of,
    map_of,
    nullable,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, BOOL),
        ([1, 2], list_of(INT)),
        ([1, None], list_of(nullable(INT))),
        ([1, "a"], list_of(DYN)),
        ([], list_of(DYN)),
        ([None], list_of(NULL)),
        ({"a": 1}, map_of(STRING, INT)),
        ({"a": 1, "b": "x"}, map_of(STRING, DYN)),
        ({1: "a"}, map_of(INT, STRING)),
    ],
)
def test_a_constant_has_the_type_of_its_parts(value: object, expected: Type) -> None:
    assert type_of_value(value) == expected


def test_the_rows_of_a_table_know_the_columns_of_all_rows() -> None:
    table = type_of_value([{"id": "A", "power": 5}, {"id": "B", "note": "x"}])
    (row,) = table.parameters
    assert row.definition is not None
    assert {key: field.type for key, field in row.definition.fields.items()} == {
        "id": STRING,
        "power": INT,
        "note": STRING,
    }


def test_a_cell_that_is_null_may_be_anything_another_day() -> None:
    of = type_of_value({"most": None, "least": 1})
    assert of.definition is not None
    assert of.definition.fields["most"].type == DYN
    assert compile(
        "c.most > 3 || c.least > 0", Environment(constants={"c": {"most": None, "least": 1}})
    ).evaluate({})


def test_rows_that_are_alike_have_one_type() -> None:
    rows = [{"id": str(number), "power": number} for number in range(3)]
    assert type_of_value(rows[0]) is type_of_value(rows[1])


def test_constants_are_added_to_without_looking_at_the_others_again() -> None:
    tables = Constants({"data": {"vips": ["A"]}})
    both = tables.and_also(constants={"most": 3})
    assert both.types["data"] is tables.types["data"]
    assert dict(both) == {"data": {"vips": ["A"]}, "constants": {"most": 3}}


def test_the_texts_of_a_list_are_one_set_for_all_who_look_into_it() -> None:
    vips: list[object] = ["A", 1, "B"]
    tables = Constants({"data": {"vips": vips}})
    assert tables.texts_in(vips) == {"A", "B"}
    assert tables.and_also(constants={}).texts_in(vips) is tables.texts_in(vips)
