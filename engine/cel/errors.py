"""What can be wrong with an expression: before it runs, and while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import EngineError

_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class CelProblem:
    """
    One thing that is wrong with an expression.

    `start` and `end` are offsets into its text; `line` and `column` count from 1.
    """

    message: str
    start: int
    end: int
    line: int
    column: int
    hint: str | None = None

    @classmethod
    def at(
        cls, text: str, start: int, end: int, message: str, *, hint: str | None = None
    ) -> "CelProblem":
        line, column = position(text, start)
        return cls(clipped(message), start, end, line, column, hint)


class CelError(EngineError):
    """The text can't be compiled. `problems` has all that was found, in the order of the text."""

    def __init__(self, problems: Sequence[CelProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.start, problem.end)))
        first = self.problems[0]
        super().__init__(first.message, hint=first.hint)
        self.line = first.line
        self.column = first.column


class CelSyntaxError(CelError):
    """The text is not an expression, or is a larger one than is allowed."""


class CelTypeError(CelError):
    """The expression can't work: unknown names, wrong operators, arguments or fields."""


class EvaluationError(EngineError):
    """
    An expression has no value: a missing key, an overflow, values that don't fit together.

    `line` and `column` count from 1 inside the expression, `start` and `end` are offsets.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.start = start
        self.end = end


class CostExceeded(EvaluationError):
    """The expression would take too long. Nothing absorbs this error, unlike all others."""


class Failure(Exception):
    """An operation has no value for these operands; becomes an `EvaluationError` with a place."""


class TooCostly(Exception):
    """The cost budget is spent; becomes `CostExceeded`. Not a `Failure`: `||` can't absorb it."""


def clipped(message: str) -> str:
    """A message of a length that can be read, whatever names and values it has in it."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[: _LONGEST_MESSAGE - 1]}…"


def position(text: str, offset: int) -> tuple[int, int]:
    """The line and column of an offset, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
