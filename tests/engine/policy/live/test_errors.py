"""How often a policy has failed, and with what the last time."""

from datetime import timedelta

from engine.policy.live.errors import ErrorCount, PolicyErrors
from tests.engine.policy.building import NOW, a_policy, a_set, start

FAILING = "- { condition: tag.status == 'Blocked', response: { idTagInfo: { status: Blocked } } }"
TEXT = "a: p.yaml:6:20: null has no field `status`"


def test_the_errors_of_each_policy_are_counted_in_shadow_mode_too() -> None:
    errors = PolicyErrors()
    decision = start(
        a_set(
            a_policy(FAILING, name="a", more="on_error: next\n"),
            a_policy(FAILING, name="b", more="mode: shadow\n"),
        )
    )
    errors.add(decision, NOW)
    errors.add(decision, NOW + timedelta(seconds=1))
    assert errors.of("a") == ErrorCount(2, TEXT, NOW + timedelta(seconds=1))
    assert errors.of("b").count == 2
    assert errors.of("c") == ErrorCount()


def test_those_of_policies_that_are_gone_are_forgotten() -> None:
    errors = PolicyErrors()
    errors.add(start(a_set(a_policy(FAILING, name="a"))), NOW)
    errors.keep({"b"})
    assert errors.of("a") == ErrorCount()
