"""What can't work is refused before it runs, with the place and a suggestion."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec
import pytest

from engine.cel import CelTypeError, Environment, compile, struct_type
from engine.cel.checking.types import BOOL, INT, STRING, list_of, map_of


class Status(StrEnum):
    AVAILABLE = "Available"
    FAULTED = "Faulted"


class Info(msgspec.Struct, frozen=True, rename="camel"):
    parent_id_tag: str | None = None


class Request(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    connector_id: int
    id_tag: str
    status: Status
    kind: Literal["A", "B"] | None = None
    info: Info | None = None
    expiry_date: datetime | None = None
    readings: tuple[float, ...] = ()


ENVIRONMENT = Environment(
    {
        "request": struct_type(Request),
        "labels": map_of(STRING, STRING),
        "ids": list_of(STRING),
        "count": INT,
    },
    {"constants": {"most": 16, "sites": {"north": True}}},
)


def problems(text: str) -> list[tuple[str, str, str | None]]:
    """What is wrong: the characters meant, the message, the hint."""
    with pytest.raises(CelTypeError) as caught:
        compile(text, ENVIRONMENT, expected=BOOL, lint=True)
    return [(text[p.start : p.end], p.message, p.hint) for p in caught.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "request.connectorId == 1 && request.idTag in ids",
        "request.info.parentIdTag == null || request.info == null",
        "request.expiryDate <= timestamp('2026-01-31T12:00:00Z')",
        "request.status == 'Faulted' && request.kind in ['A', 'B']",
        "request.readings.exists(value, value > 1)",
        "labels.site == 'north' && labels['a-b'].size() > 1 && constants.sites.north",
        "count < 1.5 && dyn(count) == 'a'",
        "has(request.kind) && has(labels.site)",
    ],
)
def test_what_can_work_is_accepted(text: str) -> None:
    assert compile(text, ENVIRONMENT, expected=BOOL, lint=True).type == BOOL


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        (
            "requestt.idTag == 'a'",
            "requestt",
            "undeclared name `requestt`",
            "did you mean `request`?",
        ),
        (
            "request.idTga == 'a'",
            "idTga",
            "`request` has no field `idTga`",
            "did you mean `idTag`?",
        ),
        (
            "request.info.parentidtag == 'a'",
            "parentidtag",
            "`request.info` has no field `parentidtag`",
            "did you mean `parentIdTag`?",
        ),
        (
            "has(request.connector)",
            "connector",
            "`request` has no field `connector`",
            "did you mean `connectorId`?",
        ),
        (
            "constants.mots == 1",
            "mots",
            "`constants` has no field `mots`",
            "did you mean `most`?",
        ),
        (
            "request.idTag.startWith('a')",
            "startWith",
            "undeclared function `startWith`",
            "did you mean `startsWith`?",
        ),
        (
            "request.connectorId == '1'",
            "request.connectorId == '1'",
            "no matching overload: int and string are never equal",
            "convert one of them: `string(…)` or `int(…)`",
        ),
        (
            "request.connectorId == null",
            "request.connectorId == null",
            "no matching overload: int and null are never equal",
            "this always has a value",
        ),
        (
            "request.idTag + 1 == 'a1'",
            "request.idTag + 1",
            "no matching overload: `+` doesn't take (string, int)",
            "convert to text: `string(…)`",
        ),
        (
            "request.idTag",
            "request.idTag",
            "this must be bool, but is string",
            "compare it with something",
        ),
        (
            "request.idTag && true",
            "request.idTag",
            "no matching overload: this must be bool, but is string",
            "compare it with something",
        ),
        (
            "request.status == 'Avaylable'",
            "'Avaylable'",
            "`Avaylable` is none of the possible values",
            "did you mean `Available`?",
        ),
        (
            "request.kind in ['A', 'C']",
            "'C'",
            "`C` is none of the possible values",
            "one of: A, B",
        ),
        (
            "duration('1 hour') < duration('2h')",
            "'1 hour'",
            "`1 hour` is not a duration, such as `90s` or `1h30m`",
            None,
        ),
        (
            "request.idTag.matches('(')",
            "'('",
            "`(` is not a regular expression: missing ): (",
            None,
        ),
        (
            "count.exists(x, x == 1)",
            "count",
            "a list or a map is needed here, not int",
            None,
        ),
        (
            "size(count) == 1",
            "size(count)",
            "no matching overload: `size(int)`",
            "there is `size(string) -> int`, `size(bytes) -> int`, `size(list(A)) -> int`,"
            " `size(map(A, B)) -> int`, `string.size() -> int`, `bytes.size() -> int`",
        ),
        (
            "Request{idTag: 'a'} == null",
            "Request{idTag: 'a'}",
            "`Request` can't be constructed",
            "use a map: {'key': …}",
        ),
    ],
)
def test_what_can_t_work_is_refused(text: str, place: str, message: str, hint: str | None) -> None:
    assert problems(text) == [(place, message, hint)]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("request.status == Faulted", "Faulted", "undeclared name `Faulted`",
         "text is written in quotes: 'Faulted'"),
        ("True", "True", "undeclared name `True`", "write `true`"),
        ("len(request.idTag) > 3", "len", "undeclared function `len`", "write `size(…)`"),
        ("ids.any(x, x == 'a')", "any", "undeclared function `any`",
         "on a list or a map, write `….exists(x, condition)`"),
        ("ids.all(x == 'a')", "all", "undeclared function `all`",
         "on a list or a map, write `….all(x, condition)`"),
        ("startsWith(request.idTag, 'A')", "startsWith(request.idTag, 'A')",
         "no matching overload: `startsWith(string, string)`",
         "write `….startsWith(…)`, on the first of them"),
        ("ids.contains('a')", "ids.contains('a')",
         "no matching overload: `contains(string)` on list(string)", "write `… in …`"),
        ("request['idTag'] == 'a'", "request['idTag']",
         "no matching overload: Request has no index string", "a field is selected by a dot"),
        ("1 < count < 3", "1 < count < 3", "no matching overload: `<` doesn't take (bool, int)",
         "compare one pair at a time: `a < b && b < c`"),
        ("count > '1'", "count > '1'", "no matching overload: `>` doesn't take (int, string)",
         "convert one of them: `string(…)` or `int(…)`"),
        ("request.expiryDate > '2026-01-31'", "request.expiryDate > '2026-01-31'",
         "no matching overload: `>` doesn't take (timestamp or null, string)",
         "convert to a time: `timestamp('…')`"),
        ("request.expiryDate.year == 2026", "year", "timestamp has no fields",
         "call a function, such as `getFullYear()`"),
        ("(count > 1) == 'true'", "(count > 1) == 'true'",
         "no matching overload: bool and string are never equal",
         "`true` and `false` are written without quotes"),
        ("[].size", "size", "list(dyn) has no fields",
         "use an index, or a macro such as `exists`"),
        ("request.expiryDate.getHours('Berlin') == 1", "'Berlin'",
         "`Berlin` is not a time zone, such as `Europe/Berlin`", None),
    ],
)  # fmt: skip
def test_what_was_meant_is_hinted_at(text: str, place: str, message: str, hint: str | None) -> None:
    assert problems(text) == [(place, message, hint)]


def test_a_message_is_never_longer_than_can_be_read() -> None:
    ((_, message, hint),) = problems("x" * 10_000)
    assert (len(message), hint) == (300, None)


def test_all_problems_are_reported_in_the_order_of_the_text() -> None:
    assert [place for place, _, _ in problems("ax == 1 && request.idTga == 'a' || cx")] == [
        "ax",
        "idTga",
        "cx",
    ]


def test_what_is_wrong_but_not_refused_fails_when_it_runs() -> None:
    expression = compile("request.idTga == 'a' || true", ENVIRONMENT, strict=False)
    assert expression.evaluate({}) is True
