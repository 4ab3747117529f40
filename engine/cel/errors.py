"""What can be wrong with an expression: before it runs, and while it runs."""

from engine.errors import EngineError


class CelSyntaxError(EngineError):
    """The text is not an expression. `line` and `column` count from 1 inside the text."""

    def __init__(self, message: str, line: int, column: int, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class EvaluationError(EngineError):
    """An expression has no value: a missing key, an overflow, values that don't fit together."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
