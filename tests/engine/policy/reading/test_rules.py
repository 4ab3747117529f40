"""Rules are read once for each action; variables are numbered through a whole policy."""

from engine.policy.deciding.policy import Rule, variables_of
from engine.policy.reading.rules import has_variables
from engine.policy.yaml.yaml_text import read
from tests.engine.policy.building import a_policy, a_set, problems, start, status

NESTED = """
- condition: variables.a == 1
  rule:
    variables: [{ name: a, expression: "'x'" }]
    match: [{ condition: variables.a == 'x', response: {} }]
"""


def nested(action: str) -> str:
    document = a_policy(NESTED, action=action)
    return document.replace(
        "\n  match", "\n  variables: [{ name: a, expression: '1' }]\n  match", 1
    )


def test_a_variable_that_hides_another_has_a_type_of_its_own() -> None:
    assert problems(nested("Heartbeat")) == []
    wrong = nested("Heartbeat").replace("variables.a == 'x'", "variables.a == 1")
    assert problems(wrong) == [
        "9:30: no matching overload: string and int are never equal"
        " (convert one of them: `string(…)` or `int(…)`)"
    ]


def test_each_variable_of_a_policy_has_an_attribute_of_its_own() -> None:
    (policy,) = a_set(nested("Heartbeat")).deciding("Heartbeat")
    assert [(v.name, v.attribute) for v in variables_of(policy.rule)] == [
        ("a", "variable_1"),
        ("a", "variable_2"),
    ]


def test_each_action_has_a_rule_of_its_own() -> None:
    policies = a_set(nested("[Heartbeat, MeterValues]"))
    rules = [policies.deciding(action)[0].rule for action in ("Heartbeat", "MeterValues")]
    assert isinstance(rules[0], Rule)
    assert rules[0] is not rules[1]


def test_variables_are_found_however_deep_they_stand() -> None:
    texts = {
        "match: [{ rule: { match: [{ rule: { variables: [x], match: [] } }] } }]": True,
        "{ variables: [], match: [] }": False,
        "match: [{ rule: { match: [{ output: variables }] } }]": False,
        "match: x": False,
        "x": False,
    }
    for text, expected in texts.items():
        (node,) = read("f.yaml", text.encode(), print)
        assert has_variables(node) is expected


def test_an_empty_list_of_variables_is_none() -> None:
    item = "- { condition: request.connectorId == 1, response: { idTagInfo: { status: Blocked } } }"
    policy = a_policy(item).replace("rule:\n", "rule:\n  variables: []\n")
    assert status(start(a_set(policy))) == "Blocked"
