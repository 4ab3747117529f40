"""The short way to a confirmation gives what the long way does, or leaves it to that one."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cel import DYN, Environment, EvaluationError
from engine.policy.deciding.response import Response
from engine.policy.defaults import ANSWERS
from engine.policy.facts import Facts
from engine.policy.reading.expressions import Expressions
from engine.policy.reading.responses import Responses
from engine.policy.yaml.yaml_text import read
from protocol import messages as m
from protocol import payloads
from protocol.payloads import PayloadError
from protocol.types import Timestamp
from tests.engine.policy.building import CURRENT_TIME, OWNED, facts

ANYTHING = Environment({"request": DYN}, scope="attributes")
INFO = """
idTagInfo:
  status: ${ request.status }
  expiryDate?: ${ request.expires }
  parentIdTag: ${ request.parent }
"""


@cache
def response(text: str, action: str = "StartTransaction") -> Response:
    """A response whose expressions read what may be anything."""
    (node,) = read("f.yaml", text.encode(), print)
    made = Responses(ANSWERS[action].form, Expressions(print), print).response(node, ANYTHING)
    assert made is not None
    return made


def outcome(make: Any) -> object:
    try:
        return make()
    except (EvaluationError, PayloadError) as error:
        return str(error)


def in_both_ways(made: Response, known: Facts) -> tuple[object, object]:
    def long() -> object:
        rendered: Any = made.template.render(known)
        whole = {**rendered, "transactionId": OWNED["transactionId"]}
        return payloads.convert(m.StartTransactionConf, whole, unknown_fields=False)

    return outcome(lambda: made.make(known, OWNED)), outcome(long)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["Accepted", "accepted", "Blocked", "2026-01-31T12:00:00Z", "x" * 21]),
    st.text(max_size=22),
    st.datetimes(timezones=st.just(UTC)),
    st.just(datetime(2026, 1, 31)),  # noqa: DTZ001 - one that knows no zone
    st.just(Timestamp.parse("2026-01-31T12:00:00Z")),
    st.lists(st.integers(), max_size=1),
)


@given(st.fixed_dictionaries({"status": VALUES, "expires": VALUES, "parent": VALUES}))
def test_both_ways_come_to_the_same(request: dict[str, object]) -> None:
    short, long = in_both_ways(response(INFO), facts(request))
    assert short == long


@pytest.mark.parametrize("text", ["idTagInfo: { status: Blocked, parentIdTag: 'x${ request.a }' }"])
@pytest.mark.parametrize("value", [1, 2.5, "y" * 19, "y" * 20, None, [1]])
def test_text_is_put_in_both_ways(text: str, value: object) -> None:
    short, long = in_both_ways(response(text), facts({"a": value}))
    assert short == long


def test_the_engines_own_fields_are_filled_in() -> None:
    known = facts({"status": "Accepted", "expires": None, "parent": "FLEET"})
    assert response(INFO).make(known, {"transactionId": 9}) == m.StartTransactionConf(
        id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Accepted, parent_id_tag="FLEET"),
        transaction_id=9,
    )


def test_numbers_must_fit_their_field() -> None:
    made = response("{ status: Accepted, interval: '${ request }' }", "BootNotification")
    assert outcome(lambda: made.make(facts(60), OWNED)) == m.BootNotificationConf(
        status=m.RegistrationStatus.Accepted, current_time=CURRENT_TIME, interval=60
    )
    assert outcome(lambda: made.make(facts(True), OWNED)) == (
        "`interval` must be an integer, not true or false"
    )
    assert outcome(lambda: made.make(facts(2**63), OWNED)) == "`interval` does not fit in 64 bits"
