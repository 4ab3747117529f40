"""Types are found by looking at struct classes and at constants."""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest

from engine.cel import struct_type
from engine.cel.checking.types import (
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
    nullable,
)
from protocol.actions import actions
from protocol.types import CiString20, Integer, Timestamp


class Inner(msgspec.Struct):
    flag: bool


class Everything(msgspec.Struct, rename="camel", kw_only=True):
    some_text: CiString20
    connector_id: Integer
    a_choice: Literal["A", "B"]
    at: datetime
    exactly_at: Timestamp | None = None
    for_long: timedelta
    ratio: float
    one_of_two: int | str
    inner: Inner | None = None
    inners: list[Inner]
    labels: dict[str, str]
    anything: Any
    itself: "Everything | None" = None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("someText", STRING),
        ("connectorId", INT),
        ("aChoice", STRING),
        ("at", TIMESTAMP),
        ("exactlyAt", nullable(TIMESTAMP)),
        ("forLong", DURATION),
        ("ratio", DOUBLE),
        ("oneOfTwo", DYN),
        ("inner", nullable(struct_type(Inner))),
        ("inners", list_of(struct_type(Inner))),
        ("labels", map_of(STRING, STRING)),
        ("anything", DYN),
    ],
)
def test_a_field_has_the_type_of_its_annotation(field: str, expected: Type) -> None:
    definition = struct_type(Everything).definition
    assert definition is not None
    assert definition.fields[field].type == expected


def test_a_choice_knows_its_values_and_a_struct_may_hold_itself() -> None:
    definition = struct_type(Everything).definition
    assert definition is not None
    assert definition.fields["aChoice"].type.choices == ("A", "B")
    assert definition.fields["itself"].type == nullable(struct_type(Everything))


@pytest.mark.parametrize("name", sorted(actions))
def test_every_message_of_the_protocol_has_a_type(name: str) -> None:
    for message in (actions[name].request, actions[name].confirmation):
        definition = struct_type(message).definition
        assert definition is not None
        assert DYN not in [row.type for row in definition.fields.values()]
