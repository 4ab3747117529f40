"""A policy that can never decide is warned of, where that is sure."""

import pytest

from tests.engine.policy.building import a_policy, a_set

ALL = "- response: {}"


def warnings(first: str, *, more: str = "", action: str = "Heartbeat") -> list[str]:
    documents = (
        a_policy(first, name="a", action=action, more=more),
        a_policy(ALL, name="b", action="Heartbeat"),
    )
    return [problem.message for problem in a_set(*documents).warnings]


NEVER = ["`b` never decides Heartbeat: `a` (p.yaml:1) always answers first"]
NESTED = "rule: { match: [{ condition: chargePoint.registered, response: {} }] }"

SURE = [
    ALL,
    f"- condition: chargePoint.registered\n  response: {{}}\n{ALL}",
    "- rule: { match: [{ response: {} }] }",
    f"- {NESTED}\n{ALL}",
]
NOT_SURE = [
    "- { condition: chargePoint.registered, response: {} }",
    f"- condition: chargePoint.registered\n  {NESTED}\n{ALL}",
    f"- {NESTED}",
]


@pytest.mark.parametrize("items", SURE)
def test_one_that_always_answers_hides_those_behind_it(items: str) -> None:
    assert warnings(items) == NEVER


@pytest.mark.parametrize("items", NOT_SURE)
def test_one_that_may_have_no_opinion_hides_none(items: str) -> None:
    assert warnings(items) == []


@pytest.mark.parametrize(
    "more",
    [
        "on_error: next\n",
        "mode: shadow\n",
        "enabled: false\n",
        "scope: { vendor: ABB }\n",
        "valid_until: 2027-01-01T00:00:00Z\n",
        "priority: 101\n",
    ],
)
def test_one_that_is_not_always_asked_first_hides_none(more: str) -> None:
    found = warnings(ALL, more=more)
    assert NEVER[0] not in found


def test_each_action_is_looked_at_by_itself() -> None:
    assert warnings(ALL, action="[Heartbeat, MeterValues]") == NEVER
    assert warnings(ALL, action="MeterValues") == []
