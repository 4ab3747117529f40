"""Schemas made from structs."""

from datetime import datetime
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from engine.api.queries import Query
from engine.api.schemas import component_schemas, in_words
from protocol.messages import ResetReq
from protocol.types import IdToken, Timestamp


class Taken(Query, frozen=True, kw_only=True):
    """
    What is taken.

    In two paragraphs.
    """

    name: str
    at: datetime | None = None
    """When."""


class Given(Struct, frozen=True, kw_only=True):
    """What is given."""

    maybe: int | None = None
    many: tuple[str, ...] = ()


def test_what_is_taken_names_what_is_required_and_refuses_the_rest() -> None:
    assert component_schemas([Taken], []) == {
        "Taken": {
            "description": "What is taken.\n\nIn two paragraphs.",
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "at": {
                    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
                    "default": None,
                    "description": "When.",
                },
            },
            "required": ["name"],
            "additionalProperties": False,
        }
    }


def test_what_is_given_has_every_member() -> None:
    assert component_schemas([], [Given])["Given"] == {
        "description": "What is given.",
        "type": "object",
        "properties": {
            "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "many": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["maybe", "many"],
    }


def test_an_ocpp_payload_is_closed_where_it_is_taken_and_open_where_it_is_given() -> None:
    taken = component_schemas([ResetReq], [])["ResetReq"]
    given = component_schemas([], [ResetReq])["ResetReq"]
    assert taken.pop("additionalProperties") is False
    assert taken == given
    assert given["properties"] == {"type": {"$ref": "#/components/schemas/ResetType"}}


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (int, "a whole number"),
        (Annotated[int, Meta(ge=1, le=9)], "a whole number from 1 to 9"),
        (Annotated[float, Meta(gt=0)] | None, "a number above 0"),
        (bool | None, "true or false"),
        (str, "text"),
        (IdToken | None, "text of at most 20 characters"),
        (Literal["b", "a"], "one of `a`, `b`"),
        (Timestamp, "a date and time like `2026-01-31T12:00:00Z`"),
        (tuple[str, ...], "a list"),
        (dict[str, str], "an object"),
    ],
)
def test_a_type_is_said_in_words(type_: object, words: str) -> None:
    assert in_words(type_) == words
