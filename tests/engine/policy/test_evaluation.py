"""Facts are converted once for all policies of a decision; variables once for their policy."""

from collections import Counter

from engine.policy.evaluation import FACTS, Evaluation, FactScope
from engine.policy.facts import Facts
from tests.engine.policy.building import a_policy, a_set, facts


def test_every_fact_has_a_name() -> None:
    assert set(FACTS.values()) == set(Facts.__struct_fields__)


def test_a_fact_is_prepared_when_it_is_first_read_and_once() -> None:
    scope = FactScope(facts(), {})
    assert list(scope) == ["data"]
    assert scope["request"] is scope["request"]
    assert set(scope) == {"data", "request"}


def test_a_variable_is_evaluated_once_however_often_it_is_read() -> None:
    document = a_policy(
        """
- { condition: variables.a == 1 && variables.a == 2, response: {} }
- { condition: variables.a == 3, response: {} }
""",
        action="MeterValues",
    ).replace("\n  match", "\n  variables: [{ name: a, expression: request.connectorId }]\n  match")
    (policy,) = a_set(document).policies
    counted: Counter[str] = Counter()

    class Counting(FactScope):
        def __getitem__(self, name: str) -> object:
            counted[name] += 1
            return super().__getitem__(name)

    assert Evaluation(policy, Counting(facts(), {})).match() is None
    assert counted == {"request": 1}
