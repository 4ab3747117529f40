"""
One policy evaluated on the facts of one request.

A rule ends in a match, in nothing, or in an EvaluationError: an error is never "no match".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine import cel
from engine.cel import EvaluationError
from engine.policy.facts import Facts
from engine.policy.policy import Item, Policy, Rule
from engine.policy.response import Cel, Response

FACTS: Mapping[str, str] = {
    "request": "request",
    "chargePoint": "charge_point",
    "connector": "connector",
    "tag": "tag",
    "transaction": "transaction",
    "remoteStart": "remote_start",
    "now": "now",
}
"""Facts by the names expressions call them, and the attributes of `Facts` they are."""


class FactScope(dict[str, object]):
    """The facts of one decision, each made ready for expressions when first read."""

    def __init__(self, facts: Facts, data: object) -> None:
        super().__init__(data=data)
        self.facts = facts

    def __missing__(self, name: str) -> object:
        value = self[name] = cel.prepare(getattr(self.facts, FACTS[name]))
        return value


@dataclass(frozen=True, slots=True)
class Match:
    """The item that applies."""

    rule: str
    response: Response
    explanation: Cel | None


class Evaluation:
    """One policy on one request: remembers the variables it has worked out."""

    def __init__(self, policy: Policy, facts: FactScope) -> None:
        self.policy = policy
        self.facts = facts
        self.variables: dict[Cel, object] = {}

    def match(self) -> Match | None:
        return self._match(self.policy.rule)

    def evaluate(self, expression: Cel) -> object:
        """Its value as plain Python; an error says where the expression stands."""
        try:
            return expression.expression.evaluate(_RuleScope(self, expression.visible))
        except EvaluationError as error:
            raise _placed(error, expression) from None

    def variable(self, expression: Cel) -> object:
        """A variable's value, worked out once; its error is as lasting as a value."""
        if expression not in self.variables:
            try:
                value = expression.expression.value(_RuleScope(self, expression.visible))
            except EvaluationError as error:
                value = _placed(error, expression)
            self.variables[expression] = value
        value = self.variables[expression]
        if isinstance(value, EvaluationError):
            raise value
        return value

    def _match(self, rule: Rule) -> Match | None:
        for item in rule.items:
            if self._applies(item):
                if isinstance(item.outcome, Rule):
                    # The nested rule decides alone: nothing matched there means no opinion.
                    return self._match(item.outcome)
                return Match(item.name, item.outcome, item.explanation)
        return None

    def _applies(self, item: Item) -> bool:
        if item.condition is None:
            return True
        value = self.evaluate(item.condition)
        if not isinstance(value, bool):
            error = EvaluationError(f"the condition is {_described(value)}, not true or false")
            raise _placed(error, item.condition)
        return value


class _RuleScope:
    """What an expression of a policy can name: the facts, and what the policy defines."""

    __slots__ = ("evaluation", "visible")

    def __init__(self, evaluation: Evaluation, visible: Mapping[str, Cel]) -> None:
        self.evaluation = evaluation
        self.visible = visible

    def __getitem__(self, name: str) -> object:
        if name == "variables":
            return _Variables(self.evaluation, self.visible)
        if name == "constants":
            return self.evaluation.policy.constants
        return self.evaluation.facts[name]


class _Variables(Mapping[str, object]):
    """`variables`: works out those that are read."""

    def __init__(self, evaluation: Evaluation, visible: Mapping[str, Cel]) -> None:
        self.evaluation = evaluation
        self.visible = visible

    def __getitem__(self, name: str) -> object:
        return self.evaluation.variable(self.visible[name])

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.visible)

    def __len__(self) -> int:
        return len(self.visible)


class PlacedError(EvaluationError):
    """An error with the place of the expression it happened in."""


def _placed(error: EvaluationError, expression: Cel) -> EvaluationError:
    if isinstance(error, PlacedError):
        return error
    return PlacedError(f"{expression.place}: {error.message}")


def _described(value: object) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "text"
        case int() | float():
            return f"the number {value}"
        case _:
            return f"a {type(value).__name__}"
