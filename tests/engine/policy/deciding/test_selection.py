"""Who is asked: the policies that are in scope and valid, found once for each charge point."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.policy.deciding import selection, selector
from engine.policy.deciding.decide import decide
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.facts import ChargePoint
from protocol import messages as m
from tests.engine.policy.building import NOW, OWNED, a_policy, a_set, facts, start

ALWAYS = "- response: { idTagInfo: { status: Blocked } }"
DAY = timedelta(days=1)


def asked(policies: PolicySet, action: str = "StartTransaction", **known: Any) -> list[str]:
    charge_point = ChargePoint(**{"id": "CP-1", **known})
    found = policies.selections[action].of(facts(charge_point=charge_point))
    return [policy.name for policy in found.deciding]


def scoped(name: str, scope: str, more: str = "") -> str:
    return a_policy(ALWAYS, name=name, more=f"scope: {scope}\n{more}")


def test_policies_about_others_are_not_asked_and_the_order_stays() -> None:
    policies = a_set(
        scoped("d", "{ chargePoint: CP-1 }"),
        scoped("c", "{ group: depot }", "priority: 3\n"),
        scoped("b", "{ chargePoint: [CP-*, X] }"),
        scoped("a", "{ chargePoint: CP-2 }"),
        a_policy(ALWAYS, name="all", more="priority: 200\n"),
    )
    assert asked(policies) == ["b", "d", "all"]
    assert asked(policies, groups=("yard", "depot")) == ["c", "b", "d", "all"]
    assert asked(policies, id="CP-2") == ["a", "b", "all"]
    assert asked(policies, id="Y") == ["all"]


def test_a_policy_out_of_scope_leaves_it_to_the_default() -> None:
    policies = a_set(scoped("p", "{ vendor: abb }"))
    assert start(policies, charge_point=ChargePoint(id="CP-1", vendor="ABB")).policy == "p"
    assert start(policies, charge_point=ChargePoint(id="CP-1")).source == "default"


def test_who_is_in_scope_is_asked_again_when_what_is_known_of_it_changes() -> None:
    policies = a_set(scoped("p", "{ group: depot, model: Terra }"))
    assert asked(policies) == []
    assert asked(policies, groups=("depot",)) == []
    assert asked(policies, groups=("depot",), model="TERRA") == ["p"]


def test_a_boot_is_in_scope_by_what_it_says() -> None:
    item = "- response: { status: Accepted, interval: 5 }"
    policies = a_set(a_policy(item, action="BootNotification", more="scope: { vendor: ABB }\n"))
    boot = m.BootNotificationReq(charge_point_vendor="abb", charge_point_model="Terra")
    old = ChargePoint(id="CP-1", vendor="Alfen")
    decision = decide(policies, "BootNotification", facts(boot, charge_point=old), OWNED)
    assert decision.policy == "p"


@pytest.mark.parametrize(
    ("more", "now", "valid"),
    [
        ("valid_from: 2026-01-31T12:00:00Z\n", NOW, True),
        ("valid_from: 2026-01-31T12:00:00Z\n", NOW - timedelta(microseconds=1), False),
        ("valid_until: 2026-01-31T12:00:00Z\n", NOW - timedelta(microseconds=1), True),
        ("valid_until: 2026-01-31T12:00:00Z\n", NOW, False),
        ("valid_from: 2026-01-31\nvalid_until: 2026-02-01\n", NOW, True),
        ("valid_from: 2026-01-31\nvalid_until: 2026-02-01\n", NOW + DAY, False),
        ("valid_from: 2026-01-31\nvalid_until: 2026-02-01\n", NOW - DAY, False),
        ("valid_from: 2026-01-31T13:00:00+01:00\n", NOW, True),
    ],
)
def test_a_policy_holds_from_its_first_moment_up_to_its_last(
    more: str, now: datetime, valid: bool
) -> None:
    policies = a_set(a_policy(ALWAYS, more=more))
    assert (start(policies, now=now).policy == "p") is valid


def test_times_of_several_policies_come_and_go_on_their_own() -> None:
    policies = a_set(
        a_policy(ALWAYS, name="a", more="valid_until: 2026-02-01\n"),
        a_policy(ALWAYS, name="b", more="valid_from: 2026-01-20\nvalid_until: 2026-02-03\n"),
        a_policy(ALWAYS, name="c", more="valid_from: 2026-02-02\n"),
        a_policy(ALWAYS, name="d"),
    )
    found = []
    for days in (-20, 0, 1, 2, 3):
        of = policies.selections["StartTransaction"].of(facts(now=NOW + days * DAY))
        found.append(" ".join(policy.name for policy in of.deciding))
    assert found == ["a d", "a b d", "b d", "b c d", "c d"]


def test_an_action_whose_policies_are_the_same_for_all_looks_at_nothing() -> None:
    policies = a_set(
        scoped("p", "{ group: depot }"), a_policy("- response: {}", action="Heartbeat", name="q")
    )
    assert policies.selections["Heartbeat"].simple
    assert not policies.selections["StartTransaction"].simple
    assert policies.facts_read("Heartbeat") == frozenset()
    assert "chargePoint" in policies.facts_read("StartTransaction")


def test_only_so_many_charge_points_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "REMEMBERED", 3)
    policies = a_set(scoped("p", "{ chargePoint: [CP-1, CP-9] }"))
    for number in range(20):
        assert (asked(policies, id=f"CP-{number}") == ["p"]) is (number in (1, 9))
    assert len(policies.selections["StartTransaction"]._remembered) <= 3


@pytest.mark.parametrize("key", ["chargePoint", "group"])
def test_a_new_charge_point_is_compared_with_no_scope_that_names_others(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cost of a decision doesn't grow with the policies that are out of scope."""
    policies = a_set(*(scoped(f"p{n}", f"{{ {key}: NAME-{n} }}") for n in range(300)))
    compared: list[object] = []

    def includes(self: object, _: object) -> bool:
        compared.append(self)
        return True

    monkeypatch.setattr(selector.Selector, "includes", includes)
    assert asked(policies, id="NAME-7", groups=("NAME-7",)) == ["p7"]
    assert len(compared) == 1
