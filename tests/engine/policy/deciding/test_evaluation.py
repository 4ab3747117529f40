"""A rule ends in the item that applies, in nothing, or in an error that has its place."""

import pytest

from engine.cel import EvaluationError
from engine.policy.deciding.evaluation import explain, match
from engine.policy.deciding.policy import ActionPolicy
from engine.policy.facts import Facts
from tests.engine.policy.building import a_policy, a_set, a_start, facts

INVALID = "{ idTagInfo: { status: Invalid } }"


def policy_of(items: str, **tables: str) -> ActionPolicy:
    (policy,) = a_set(a_policy(items), **tables).deciding("StartTransaction")
    return policy


def matched(policy: ActionPolicy, known: Facts) -> str | None:
    """The name of the item, found one by one and by the function of all conditions."""
    answer = match(policy.rule, known)
    number = policy.choose(known)
    assert number is not None
    assert answer == (None if number < 0 else policy.answers[number])
    return None if answer is None else answer.rule


ITEMS = f"""
- {{ id: one, condition: request.connectorId == 1, response: {INVALID} }}
- id: nested
  condition: request.connectorId < 4
  rule:
    match:
      - {{ id: two, condition: request.connectorId == 2, response: {INVALID} }}
- {{ id: three, condition: request.connectorId * 1 == 3, response: {INVALID} }}
- {{ id: many, condition: request.connectorId > 9, response: {INVALID} }}
"""


@pytest.mark.parametrize(
    ("connector", "item"), [(1, "one"), (2, "two"), (3, None), (5, None), (10, "many")]
)
def test_the_first_item_that_applies_counts_and_a_nested_rule_decides_alone(
    connector: int, item: str | None
) -> None:
    assert matched(policy_of(ITEMS), facts(a_start(connector))) == item


FALLING = f"""
- rule:
    match:
      - {{ id: one, condition: request.connectorId == 1, response: {INVALID} }}
      - rule:
          match: [{{ id: two, condition: request.connectorId == 2, response: {INVALID} }}]
- {{ id: three, condition: request.connectorId == 3, response: {INVALID} }}
"""


@pytest.mark.parametrize(("connector", "item"), [(1, "one"), (2, "two"), (3, "three"), (4, None)])
def test_a_nested_rule_without_a_condition_leaves_it_to_the_items_behind_it(
    connector: int, item: str | None
) -> None:
    assert matched(policy_of(FALLING), facts(a_start(connector))) == item


@pytest.mark.parametrize(("connector", "item"), [(1, "one"), (2, "two"), (3, "rest"), (4, "rest")])
def test_a_rule_that_decides_alone_does_so_within_the_rule_around_it(
    connector: int, item: str
) -> None:
    items = FALLING.replace(
        "      - rule:\n", "      - condition: request.connectorId > 1\n        rule:\n"
    ).replace("id: three, condition: request.connectorId == 3", "id: rest")
    policy = policy_of(items)
    answer = match(policy.rule, facts(a_start(connector)))
    # One function of all conditions can't say this: they are looked at one by one.
    assert policy.choose(facts(a_start(connector))) is None
    assert answer is not None
    assert answer.rule == item


def test_what_is_no_bool_is_no_condition() -> None:
    items = f"- {{ condition: 'data.x[request.idTag]', response: {INVALID} }}"
    policy = policy_of(items, x_yaml="CARD-1: 1\nCARD-2: true\n")
    assert policy.choose(facts()) is None
    with pytest.raises(EvaluationError) as raised:
        match(policy.rule, facts())
    assert raised.value.message == ("p.yaml:5:21: the condition is the number 1, not true or false")


def test_an_explanation_is_text() -> None:
    items = f"- {{ explanation: 'data.x[request.idTag]', response: {INVALID} }}"
    (answer,) = policy_of(items, x_yaml="CARD-1: 1\nCARD-2: why\n").answers
    assert explain(answer, facts(a_start(id_tag="CARD-2"))) == "why"
    with pytest.raises(EvaluationError) as raised:
        explain(answer, facts())
    assert raised.value.message == "p.yaml:5:23: the explanation is not text"
