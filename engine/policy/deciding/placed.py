"""Expressions at their places in the files, so that their errors can say where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine import cel
from engine.cel import CostExceeded, EvaluationError


class PlacedError(EvaluationError):
    """An error with the place of the expression it happened in."""

    item: str | None = None
    """The item whose condition it was."""


class PlacedCostExceeded(PlacedError, CostExceeded):
    """One that no `||` around a variable may absorb."""


@dataclass(frozen=True, eq=False, slots=True)
class Cel:
    """An expression, compiled for one action, and where it stands."""

    expression: cel.Expression
    locate: Callable[[int], str]
    """Of a character of the expression its `file:line:column`."""

    def placed(self, error: EvaluationError) -> PlacedError:
        """The error with its place; that of a variable has one already."""
        if isinstance(error, PlacedError):
            return error
        kind = PlacedCostExceeded if isinstance(error, CostExceeded) else PlacedError
        return kind(f"{self.locate(error.start or 0)}: {error.message}")

    def holds(self, scope: Any) -> bool:
        """Whether it is true, for a condition: an error is never false. Raises PlacedError."""
        try:
            value = self.expression.evaluate(scope)
        except EvaluationError as error:
            raise self.placed(error) from None
        if isinstance(value, bool):
            return value
        raise self.not_a_condition(value)

    def not_a_condition(self, value: object) -> PlacedError:
        """The error that a condition has such a value."""
        message = f"the condition is {_described(value)}, not true or false"
        return self.placed(EvaluationError(message))


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
