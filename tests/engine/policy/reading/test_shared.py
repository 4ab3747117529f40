"""What all policies share: constants and variables, checked for the actions that read them."""

import pytest

from engine.policy import PolicyProblems, PolicySet, compile_set
from engine.policy.explaining.explanation import explain
from protocol import messages as m
from tests.engine.policy.building import (
    OWNED,
    a_policy,
    a_start,
    a_tag,
    facts,
    start,
    status,
)

SHARED = """
description: for all
constants:
  closed: [2, 3]
variables:
  - name: known
    description: registered here
    expression: tag != null
  - name: closed
    expression: request.connectorId in constants.closed && !variables.known
"""
BLOCKED = "{ idTagInfo: { status: Blocked } }"
CLOSED = a_policy(f"- {{ condition: variables.closed, response: {BLOCKED} }}")


def a_directory(*policies: str, shared: str = SHARED, **more: str) -> PolicySet:
    files = {"shared.yaml": shared, "p.yaml": "\n---\n".join(policies), **more}
    return compile_set({name: text.encode() for name, text in files.items()})


def wrong(*policies: str, shared: str = SHARED, **more: str) -> list[str]:
    try:
        a_directory(*policies, shared=shared, **more)
    except PolicyProblems as broken:
        return [f"{each} ({each.hint})" if each.hint else str(each) for each in broken.problems]
    return []


def test_a_policy_reads_shared_variables_which_read_shared_constants() -> None:
    policies = a_directory(CLOSED)
    assert status(start(policies, request=a_start(2))) == "Blocked"
    assert start(policies, request=a_start(2), tag=a_tag()).source == "default"
    assert start(policies, request=a_start(1)).source == "default"
    assert policies.facts_read("StartTransaction") >= {"tag", "request"}


def test_only_what_some_expression_reads_is_compiled_for_an_action() -> None:
    policies = a_directory(CLOSED, a_policy("- response: {}", action="Heartbeat", name="h"))
    variables = {
        action: [v.name for each in policies.deciding(action) for v in each.rule.variables]
        for action in ("StartTransaction", "Heartbeat")
    }
    assert variables == {"StartTransaction": ["known", "closed"], "Heartbeat": []}


def test_policies_of_one_action_share_the_compiled_expression() -> None:
    policies = a_directory(CLOSED, CLOSED.replace("name: p", "name: q"))
    first, second = policies.deciding("StartTransaction")
    assert first.rule.variables == second.rule.variables


def test_effects_read_shared_variables() -> None:
    effects = """
name: p
action: StartTransaction
effects:
  - { id: a, when: variables.closed, event: { name: closed } }
"""
    decision = start(a_directory(effects), request=a_start(3))
    assert [effect.id for effect in decision.effects] == ["a"]


def test_a_policy_with_effects_alone_has_no_rule_though_they_read_shared_variables() -> None:
    effects = "name: p\naction: Heartbeat\neffects:\n  - { id: a, when: variables.known, event: { name: a } }\n"  # noqa: E501
    policies = a_directory(effects)
    explained = explain(policies, "Heartbeat", facts(m.HeartbeatReq()), OWNED)
    assert [each.result for each in explained.policies] == ["noRule"]
    assert not policies.policies[0].can_decide


def test_an_own_variable_stands_before_a_shared_one() -> None:
    own = "rule:\n  variables: [{ name: closed, expression: tag == null }]\n  match"
    heartbeat = CLOSED.replace("rule:\n  match", own)
    assert status(start(a_directory(heartbeat), request=a_start(1))) == "Blocked"
    other = heartbeat.replace("StartTransaction", "Heartbeat").replace(BLOCKED, "{}")
    assert wrong(other) == []


def test_a_nested_rules_variable_hides_a_shared_one_in_there() -> None:
    items = f"""
- condition: variables.closed
  rule:
    variables: [{{ name: closed, expression: "'Expired'" }}]
    match: [{{ response: {{ idTagInfo: {{ status: "${{ variables.closed }}" }} }} }}]
- response: {BLOCKED}
"""
    policies = a_directory(a_policy(items))
    assert status(start(policies, request=a_start(2))) == "Expired"
    assert status(start(policies, request=a_start(1))) == "Blocked"


def test_a_shared_variable_that_an_action_cannot_have_is_told_once_at_its_place() -> None:
    boots = a_policy("- { condition: variables.closed, response: {} }", action="Heartbeat")
    several = boots.replace("name: p", "name: q").replace("Heartbeat", "[Heartbeat, MeterValues]")
    field = "shared.yaml:10:25: `request` has no field `connectorId`"
    assert wrong(boots, several, CLOSED.replace("name: p", "name: r")) == [
        f"{field} (in Heartbeat: the policy `p` reads it)"
    ]


def test_a_shared_variable_that_is_wrong_for_any_action_is_told_though_none_reads_it() -> None:
    shared = SHARED.replace("tag != null", "tagg != null").replace("!variables", "!variable")
    beat = a_policy("- response: {}", action="Heartbeat", name="beat")
    assert wrong(beat, CLOSED, shared=shared) == [
        "shared.yaml:8:17: undeclared name `tagg` (did you mean `tag`?)",
        "shared.yaml:10:61: undeclared name `variable` (did you mean `variables.known`?)",
    ]


def test_a_policy_that_reads_what_is_not_shared_is_told() -> None:
    assert wrong(CLOSED.replace("variables.closed", "variables.close")) == [
        "p.yaml:5:30: `variables` has no `close` (did you mean `closed`?)"
    ]


def test_constants_of_a_policy_stand_beside_shared_ones() -> None:
    item = f"- {{ condition: request.connectorId in constants.closed + constants.own, response: {BLOCKED} }}"  # noqa: E501
    policies = a_directory(a_policy(item, more="constants: { own: [4] }\n"))
    assert [status(start(policies, request=a_start(n))) for n in (2, 4)] == ["Blocked"] * 2
    assert start(policies, request=a_start(1)).source == "default"


def test_one_name_is_given_once() -> None:
    hint = "shared values have names of their own"
    more = {"shared/more.yaml": SHARED.replace("known", "k")}
    policy = a_policy("- response: {}", action="Heartbeat", more="constants: { closed: [] }\n")
    assert wrong(policy, **more) == [
        f"p.yaml:3:14: the constant `closed` is already in shared.yaml:4 ({hint})",
        f"shared/more.yaml:4:3: the constant `closed` is already in shared.yaml:4 ({hint})",
        f"shared/more.yaml:9:11: the variable `closed` is already in shared.yaml:9 ({hint})",
    ]


def test_variables_of_a_later_file_read_those_before() -> None:
    more = {"shared/more.yaml": "variables: [{ name: both, expression: variables.known }]\n"}
    item = f"- {{ condition: variables.both, response: {BLOCKED} }}"
    assert status(start(a_directory(a_policy(item), **more), tag=a_tag())) == "Blocked"


def test_what_no_policy_reads_is_a_warning() -> None:
    more = {"shared/more.yaml": "constants: { a: 1 }\nvariables: [{ name: b, expression: now }]\n"}
    assert [str(each) for each in a_directory(CLOSED, **more).warnings] == [
        "shared/more.yaml:1:14: warning: the constant `a` is never read",
        "shared/more.yaml:2:21: warning: the variable `b` is never read",
    ]


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        (
            "name: p\naction: Heartbeat\n",
            [
                "shared.yaml:1:1: `name` is not a key of shared values",
                "shared.yaml:2:1: `action` is not a key of shared values"
                " (it belongs to the policy, beside `rule`)",
            ],
        ),
        (
            "constants: []\n",
            ["shared.yaml:1:12: `constants` must be a mapping from names to values, not a list"],
        ),
        (
            "variables: [{ name: 1a, expression: now }, { name: b }]\n",
            [
                "shared.yaml:1:21: `variables.1a` can't be read"
                " (letters, digits and `_`, with no digit first)",
                "shared.yaml:1:44: the variable has no `expression`",
            ],
        ),
        ("constants: ~\n", []),
    ],
)
def test_a_wrong_shape_of_shared_values_is_said(shared: str, expected: list[str]) -> None:
    policy = a_policy("- response: {}", action="Heartbeat")
    assert wrong(policy, shared=shared) == expected
