"""Rules are read once for each action; variables are numbered through a whole policy."""

import pytest

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


def an_aggregate(items: str, action: str = "StartTransaction") -> str:
    return a_policy(items, action=action).replace("match", "aggregate", 1)


SURE = "of the other items of an aggregate only those without a condition surely add theirs"

AGGREGATES = [
    (
        # Without a tag nothing would say the status.
        "- { condition: tag != null, response: { idTagInfo: { status: Accepted } } }\n"
        "- { condition: request.connectorId == 1, response: { idTagInfo: { parentIdTag: A } } }",
        [f"6:69: the response has no `idTagInfo.status`, which is required ({SURE})"],
    ),
    (
        "- response: { idTagInfo: { parentIdTag: A } }",
        [f"5:30: the response has no `idTagInfo.status`, which is required ({SURE})"],
    ),
    (
        "- { response: { idTagInfo: { parentIdTag: A } } }\n"
        "- { response: { idTagInfo: { status: Accepted } } }\n"
        "- { condition: tag != null, response: {} }",
        [],
    ),
    (
        "- output: \"{'idTagInfo': {'status': 'Accepted'}}\"\n"
        "- { condition: tag != null, response: { idTagInfo: { 'status?': '${ tag.status }' } } }",
        [],
    ),
    (
        "- output: \"{'idTagInfo': {'status': tag == null ? 'Invalid' : tag.status}}\"\n"
        "- { condition: tag != null, response: { idTagInfo: { parentIdTag: A } } }",
        [],
    ),
    (
        "- output: \"tag == null ? {'idTagInfo': {'status': 'Invalid'}} : data.y[request.idTag]\"\n"
        "- { condition: tag != null, response: { idTagInfo: { parentIdTag: A } } }",
        [f"6:56: the response has no `idTagInfo.status`, which is required ({SURE})"],
    ),
    (
        "- output: \"{'idTagInfo': {'status': string(data.x[request.idTag])}}\"\n"
        "- { condition: tag != null, response: { idTagInfo: { parentIdTag: A } } }",
        [],
    ),
    (
        "- response: { idTagInfo: { status: \"${ tag == null ? 'Invalid' : tag.status }\" } }\n"
        "- { condition: tag != null, response: { idTagInfo: { parentIdTag: A } } }",
        [],
    ),
    (
        # Which of the nested items applies is not known, nor whether one does.
        "- { response: {}, condition: tag == null }\n"
        "- rule: { match: [{ response: { idTagInfo: { status: Accepted } } }] }",
        [f"5:19: the response has no `idTagInfo`, which is required ({SURE})"],
    ),
    (
        "- { response: { idTagInfo: { status: Accepted } } }\n"
        "- condition: tag != null\n"
        "  response: { idTagInfo: { status: Rejected, parentIdTa: A } }",
        [
            "7:40: `idTagInfo.status` can't be `Rejected`"
            " (one of Accepted, Blocked, Expired, Invalid, ConcurrentTx)",
            "7:50: `parentIdTa` is not a field of `idTagInfo` (did you mean `parentIdTag`?)",
        ],
    ),
    (
        "- { response: { idTagInfo: { status: Accepted } } }\n"
        "- { condition: tag != null, response: { transactionId: 1 } }",
        [
            "6:45: `transactionId` is the engine's own field and can't be set"
            " (leave it out: it is filled in)"
        ],
    ),
    (
        "- rule: { aggregate: [{ response: { idTagInfo: { status: Accepted } } }] }",
        [
            "5:15: nested aggregate rules are not allowed"
            " (the outer one looks at all of its items anyway: move these there)"
        ],
    ),
]


@pytest.mark.parametrize(("items", "expected"), AGGREGATES)
def test_whatever_items_of_an_aggregate_apply_the_answer_is_whole(
    items: str, expected: list[str]
) -> None:
    tables = {"x_yaml": "CARD-1: Accepted\n", "y_yaml": "CARD-1: { idTagInfo: 1 }\nA: 1\n"}
    assert problems(an_aggregate(items), **tables) == expected


UNREACHED = [
    (
        "- { condition: 'true', response: {} }\n- { response: {} }",
        ["6:7: this is never reached (the item in line 5 always applies: its condition is `true`)"],
    ),
    (
        "- rule: { match: [{ rule: { match: [{ response: {} }] } }] }\n- { response: {} }",
        ["6:7: this is never reached (the item in line 5 always hands over to its rule)"],
    ),
    (
        "- rule: { aggregate: [{ condition: 1 > now.getHours(), response: {} }] }\n"
        "- { response: {} }",
        ["6:7: this is never reached (the item in line 5 always hands over to its rule)"],
    ),
    (
        "- rule: { match: [{ condition: now.getHours() < 1, response: {} }] }\n- { response: {} }",
        [],
    ),
    (
        "- rule: { match: [{ condition: now.getHours() < 1, rule: { match: [{"
        " condition: now.getHours() == 0, response: {} }] } }, { response: {} }] }\n"
        "- { response: {} }",
        [],
    ),
    (
        "- { condition: false, response: {} }",
        ["5:20: the condition is always false (remove the item, or make it a comment with `#`)"],
    ),
]


@pytest.mark.parametrize(("items", "expected"), UNREACHED)
def test_what_can_never_apply_is_said(items: str, expected: list[str]) -> None:
    assert problems(a_policy(items, action="Heartbeat")) == expected


def test_an_item_that_always_applies_keeps_no_condition() -> None:
    policies = a_set(a_policy("- { condition: ' true ', response: {} }", action="Heartbeat"))
    (policy,) = policies.deciding("Heartbeat")
    assert policy.rule.items[0].condition is None
