"""Expressions are checked against what they can name before they run."""

from datetime import datetime

import pytest

from engine import cel
from engine.cel import Names
from engine.cel.declarations import fields_of, scalar_kind
from engine.policy.facts import ChargePoint, Connector, Tag
from protocol.messages import StatusNotificationReq

DECLARED: dict[str, object] = {
    "request": StatusNotificationReq,
    "tag": Tag | None,
    "chargePoint": ChargePoint | None,
    "connector": Connector | None,
    "now": datetime,
    "constants": Names("constant", {"limit": int, "inner": Names("key", {"a": str})}),
    "variables": Names("variable", {"expired": object}),
    "data": Names("table in data/", {"sites": object}),
}

GOOD = [
    "request.connectorId == 1 && request.status == 'Faulted'",
    "tag != null && tag.expiryDate != null && tag.expiryDate <= now",
    "chargePoint.labels.site in data.sites",
    "data.sites.anything.at.all",
    "variables.expired.field",
    "constants.limit > 2 && constants.inner.a == 'x'",
    "['a'].exists(request, request == 'a')",
    "request.vendorId == null",
]

WRONG = [
    ("requestt.idTag", 1, "`requestt` is not known", "did you mean `request`?"),
    (
        "request.connectorID",
        9,
        "`request` has no field `connectorID`",
        "did you mean `connectorId`?",
    ),
    ("tag.labels.a && tag.x", 21, "`tag` has no field `x`", None),
    ("now.hours", 5, "`now` is a timestamp and has no field `hours`", None),
    ("request.info.x", 14, "`request.info` is a text and has no field `x`", None),
    ("variables.expird", 11, "there is no variable `expird`", "did you mean `expired`?"),
    ("constants.inner.b", 17, "there is no key `b`", "known are `a`"),
    ("data.site", 6, "there is no table in data/ `site`", "did you mean `sites`?"),
    ("sizeof(tag)", 1, "there is no function `sizeof`", "did you mean `size`?"),
    ("tag.labels.exists(l)", 12, "`exists` takes 2 arguments", None),
    ("has()", 1, "`has` takes 1 argument", None),
    ("map([1], now)", 1, "`map` is called on a list: `list.map(item, …)`", None),
    ("[1].map(a.b, 1)", 5, "`map` takes a name first", None),
    (
        "request.status == 'faulted'",
        19,
        "`request.status` is never 'faulted'",
        "did you mean `Faulted`?",
    ),
    ("tag.status != 'Rejected'", 15, "`tag.status` is never 'Rejected'", None),
    (
        "request.connectorId == '1'",
        24,
        "`request.connectorId` is a number and never equals '1'",
        None,
    ),
    (
        "chargePoint.registered == 1",
        27,
        "`chargePoint.registered` is a bool and never equals 1",
        None,
    ),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_expression_has_no_complaints(text: str) -> None:
    assert cel.check(cel.compile(text), DECLARED) == []


@pytest.mark.parametrize(("text", "column", "message", "hint"), WRONG)
def test_a_wrong_expression_is_complained_about_where_it_is_wrong(
    text: str, column: int, message: str, hint: str | None
) -> None:
    (complaint,) = cel.check(cel.compile(text), DECLARED)
    assert (complaint.line, complaint.column, complaint.message) == (1, column, message)
    if hint is not None:
        assert complaint.hint == hint


def test_all_complaints_come_at_once_in_the_order_of_the_text() -> None:
    complaints = cel.check(cel.compile("a + b.c + foo(d)"), {})
    assert [complaint.column for complaint in complaints] == [1, 5, 11, 15]


def test_the_nearest_name_is_proposed_else_the_few_there_are() -> None:
    assert cel.did_you_mean("connecterId", ["connectorId"]) == "did you mean `connectorId`?"
    assert cel.did_you_mean("xyz", ["b", "a"]) == "known are `a`, `b`"
    assert cel.did_you_mean("xyz", [f"name{number}" for number in range(20)]) is None


def test_fields_are_those_on_the_wire() -> None:
    assert list(fields_of(Tag | None) or {}) == [
        "idTag",
        "status",
        "expiryDate",
        "parentIdTag",
        "labels",
    ]
    assert fields_of(dict[str, str]) is None


def test_types_are_seen_through_their_wrappers() -> None:
    fields = fields_of(StatusNotificationReq) or {}
    assert scalar_kind(fields["info"]) == "text"
    assert scalar_kind(fields["timestamp"]) == "timestamp"
    assert scalar_kind(object) is None
