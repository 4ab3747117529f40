"""The policies that the design shows compile and do what they say."""

import pytest

from engine.policy.deciding.decide import decide
from engine.policy.facts import ChargePoint
from protocol import messages as m
from tests.engine.policy.building import NOW, OWNED, a_set, a_start, a_tag, facts, start, status
from tests.engine.policy.design import DESIGN

SET = a_set(DESIGN)


@pytest.mark.parametrize(
    ("connector_id", "tag", "expected"),
    [
        (2, a_tag(), ("authorize-by-tag", "known", "Accepted")),
        (2, None, ("authorize-by-tag", "unknown", "Invalid")),
        (1, a_tag(expiry_date=NOW), ("authorize-by-tag", "expired", "Expired")),
        (1, a_tag(status="Blocked"), ("authorize-by-tag", "known", "Blocked")),
    ],
)
def test_a_start_is_decided_by_the_first_name(
    connector_id: int, tag: object, expected: tuple[str, str, str]
) -> None:
    decision = start(SET, request=a_start(connector_id), tag=tag)
    assert (decision.policy, decision.rule, status(decision)) == expected


def test_a_connector_is_out_of_service() -> None:
    decision = start(SET.only(["connector-one-only"]), request=a_start(2))
    assert (status(decision), decision.explanation) == ("Blocked", "connector 2 is out of service")


@pytest.mark.parametrize(
    ("registered", "vendor", "answer", "effects"),
    [
        (True, "ABB E-mobility", "Accepted", ["sampling"]),
        (True, "Alfen", "Accepted", []),
        (False, "ABB", "Pending", []),
    ],
)
def test_a_boot_that_another_accepts_is_followed_by_the_effect(
    registered: bool, vendor: str, answer: str, effects: list[str]
) -> None:
    request = m.BootNotificationReq(charge_point_vendor=vendor, charge_point_model="Terra")
    charge_point = ChargePoint(id="CP-1", registered=registered)
    decision = decide(SET, "BootNotification", facts(request, charge_point=charge_point), OWNED)
    assert isinstance(decision.response, m.BootNotificationConf)
    assert (decision.response.status, [each.id for each in decision.effects]) == (answer, effects)
