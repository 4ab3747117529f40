import json
import re
from datetime import UTC, datetime

import pytest

from engine.policy.explaining import recorded_facts
from engine.policy.facts import Authentication, ChargePoint, ConnectReq, Facts, Tag
from protocol.messages import AuthorizeReq
from protocol.timestamps import Timestamp

NOW = Timestamp.parse("2026-01-31T12:00:00.123Z")
EXACT = datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)
BARE = ChargePoint(id="CP1")
KNOWN = ChargePoint(
    id="CP1", registered=True, groups=("a",), labels={"site": "é"}, vendor="ABB", booted_at=NOW
)
FACTS = Facts(
    request=AuthorizeReq(id_tag="Card"),
    charge_point=KNOWN,
    tag=Tag(id_tag="CARD", expiry_date=EXACT),
    now=NOW,
)
NAMES = frozenset({"request", "chargePoint", "tag", "transaction", "now"})


def kept(facts: Facts, names: frozenset[str] = NAMES) -> dict[str, object]:
    """The facts as JSON has them, with the request."""
    text = recorded_facts.as_json(facts, names)
    return {"request": {"idTag": "Card"}, **json.loads(text or "{}")}


def test_facts_are_the_same_when_they_are_read_back() -> None:
    assert recorded_facts.read("Authorize", kept(FACTS), NOW) == FACTS


def test_now_is_read_back_to_the_microsecond() -> None:
    facts = recorded_facts.read("Authorize", kept(FACTS), EXACT)
    assert facts.now == EXACT
    whole = recorded_facts.read("Authorize", kept(FACTS), NOW.replace(tzinfo=UTC))
    assert type(whole.now) is Timestamp


def test_what_no_policy_reads_is_not_kept() -> None:
    assert recorded_facts.as_json(FACTS, frozenset({"request", "now"})) is None
    assert kept(FACTS, frozenset({"transaction"})).keys() == {"request", "transaction"}


def test_a_charge_point_is_kept_without_what_it_does_not_say() -> None:
    assert recorded_facts.charge_point_json(BARE) == (
        '{"chargePoint":{"id":"CP1","registered":false}}'
    )
    assert recorded_facts.charge_point_json(None) == '{"chargePoint":null}'


def test_a_handshake_is_kept_with_its_request() -> None:
    request = ConnectReq(
        charge_point_id="CP1",
        path="/ocpp/CP1",
        subprotocols=("ocpp1.6",),
        remote_address="::1",
        authentication=Authentication(method="basic", verified=True),
    )
    facts = Facts(request=request, charge_point=BARE, now=NOW)
    kept = recorded_facts.with_request(facts, frozenset({"chargePoint", "request"}))
    plain = {name: json.loads(bytes(value)) for name, value in kept.items()}
    assert recorded_facts.read("Connect", plain, NOW) == facts


WRONG = [
    ({"request": {"idTag": {}}}, "request: `idTag` must be text, not an object"),
    (
        {"request": {"idTag": "x"}, "tag": {"idTag": 1}},
        "Expected `str`, got `int` - at `$.tag.idTag`",
    ),
]


@pytest.mark.parametrize(("kept", "message"), WRONG)
def test_facts_that_this_version_does_not_know_are_an_error(
    kept: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        recorded_facts.read("Authorize", kept, NOW)


def test_what_the_engine_filled_in_is_known_of_the_answer() -> None:
    assert recorded_facts.owned({"transactionId": 7}, EXACT) == {
        "currentTime": NOW,
        "transactionId": 7,
    }
