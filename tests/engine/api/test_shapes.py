"""Bodies taken as values, with every mistake and its place."""

from typing import Any, Literal

import msgspec
import pytest

from engine.api.problems import ProblemError
from engine.api.shapes import Shape, shaped
from protocol.messages import ReserveNowReq
from protocol.types import Timestamp


class Edit(Shape, frozen=True, kw_only=True):
    """An edit."""

    kind: Literal["one", "two"]
    at: Timestamp | None = None
    labels: dict[str, str] = {}
    password: str | msgspec.UnsetType = msgspec.UNSET


def mistakes(type_: type[msgspec.Struct], value: object) -> dict[str, str]:
    with pytest.raises(ProblemError) as raised:
        shaped(type_, value)
    return {error.path: error.message for error in raised.value.errors}


def test_what_fits_becomes_a_value() -> None:
    value = {"kind": "one", "at": "2026-01-31T13:00:00+01:00", "labels": {"a": "b"}}
    at = Timestamp.parse("2026-01-31T12:00:00Z")
    assert shaped(Edit, value) == Edit(kind="one", at=at, labels={"a": "b"})


def test_every_mistake_is_told_at_once() -> None:
    assert mistakes(Edit, {"kid": 1, "at": "soon", "labels": {"a": 1, "b": "", "c": []}}) == {
        "kid": "is not a field here; did you mean `kind`?",
        "kind": "is required",
        "at": "must be a date and time like `2026-01-31T12:00:00Z`, not `soon`",
        "labels.a": "must be text, not `1`",
        "labels.c": "must be text, not a list",
    }


def test_an_unknown_field_that_is_like_no_other_gets_the_list() -> None:
    assert mistakes(Edit, {"kind": "one", "xyz": 1}) == {
        "xyz": "is not a field here; known are `kind`, `at`, `labels`, `password`"
    }


def test_a_secret_is_not_shown_even_when_it_is_wrong() -> None:
    assert mistakes(Edit, {"kind": "one", "password": 12345678}) == {"password": "must be text"}


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_what_is_no_object_is_no_body(value: Any) -> None:
    assert mistakes(Edit, value) == {"": "must be an object"}


def test_an_ocpp_payload_is_checked_with_unknown_fields() -> None:
    value = {"connectorId": "1", "expiryDate": "x", "idTag": "T", "reservationId": 1, "no": 1}
    assert mistakes(ReserveNowReq, value) == {
        "connectorId": "must be an integer, not text",
        "expiryDate": "is not a date and time: `x`",
        "no": "is not a field here",
    }
