"""How a command can fail, each with the id under which it is recorded, if it was issued."""

from typing import Any

from engine.errors import Conflict, EngineError
from protocol.payloads import Problem


class CommandError(EngineError):
    """A command did not bring a confirmation."""

    def __init__(
        self, message: str, *, hint: str | None = None, command_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.command_id = command_id


class NotConnected(CommandError, Conflict):
    """The charge point is known, but not connected."""


class NotAllowedNow(CommandError, Conflict):
    """The charge point is Pending or Rejected. OCPP 1.6 §4.2."""


class CommandRefused(CommandError):
    """The charge point answered with a CallError."""

    def __init__(
        self,
        message: str,
        *,
        command_id: str,
        code: str,
        description: str,
        details: dict[str, Any],
    ) -> None:
        super().__init__(message, command_id=command_id)
        self.code = code
        self.description = description
        self.details = details


class CommandFailed(CommandError):
    """The charge point's confirmation is not valid OCPP."""

    def __init__(self, message: str, *, command_id: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(message, command_id=command_id)
        self.problems = problems


class CommandTimedOut(CommandError):
    """The charge point did not answer in time."""


class Disconnected(CommandError):
    """The charge point went away before it answered."""
