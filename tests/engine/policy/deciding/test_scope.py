"""A variable is worked out when it is first read, once, and its error lasts."""

from collections import Counter

import pytest

from engine.cel import EvaluationError
from engine.policy.deciding.scope import FACT_PATHS, Scope
from engine.policy.facts import FACTS, Facts
from tests.engine.policy.building import a_policy, a_set, facts

ITEMS = """
- { condition: variables.a == 1 && variables.a + 0 == 2, response: {} }
- { condition: variables.a == 3, response: {} }
"""


def scope_of(expression: str) -> Scope:
    variables = f"\n  variables: [{{ name: a, expression: {expression} }}]\n  match"
    document = a_policy(ITEMS, action="MeterValues").replace("\n  match", variables)
    (policy,) = a_set(document).deciding("MeterValues")
    assert policy.scope is not None
    scope: Scope = policy.scope(facts())
    return scope


def test_every_fact_has_a_name() -> None:
    assert set(FACTS.values()) == set(Facts.__struct_fields__)
    assert FACT_PATHS["remoteStart"] == "facts.remote_start"


def test_a_variable_is_evaluated_once_however_often_it_is_read() -> None:
    scope = scope_of("request.connectorId")
    counted: Counter[str] = Counter()

    class Counting:
        def __getattr__(self, name: str) -> object:
            counted[name] += 1
            return getattr(facts(), name)

    scope.facts = Counting()  # type: ignore[assignment]
    values = [scope.variable_1, scope.variable_1]  # type: ignore[attr-defined]
    assert (values, counted) == ([1, 1], {"request": 1})


def test_an_error_is_as_lasting_as_a_value_and_has_its_place() -> None:
    scope = scope_of("1 / (request.connectorId - 1)")
    errors = []
    for _ in range(2):
        with pytest.raises(EvaluationError) as raised:
            scope.variable_1  # type: ignore[attr-defined]  # noqa: B018
        errors.append(raised.value)
    assert errors[0] is errors[1]
    assert errors[0].message == "p.yaml:4:38: division by zero"


def test_a_policy_without_variables_reads_the_facts_themselves() -> None:
    (policy,) = a_set(a_policy("- response: {}", action="MeterValues")).deciding("MeterValues")
    assert policy.scope is None
