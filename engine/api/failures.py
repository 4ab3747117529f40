"""What each error of the engine is as a problem: the one table from errors to HTTP statuses."""

from typing import Any

from engine.api import problems
from engine.api.id_tag_files.lines import FileUnusable
from engine.api.problems import FieldError, ProblemError, ProblemType
from engine.central_system import (
    CommandFailed,
    CommandRefused,
    CommandTimedOut,
    Disconnected,
    NotConnected,
)
from engine.errors import Conflict, EngineError, NotFound, StoreUnavailable
from engine.storage import CursorInvalid, RowRefused, VersionMismatch

failures: tuple[tuple[type[EngineError], ProblemType], ...] = (
    (NotConnected, problems.NOT_CONNECTED),
    (CommandRefused, problems.CALL_ERROR),
    (CommandFailed, problems.INVALID_ANSWER),
    (CommandTimedOut, problems.TIMED_OUT),
    (Disconnected, problems.CONNECTION_LOST),
    (VersionMismatch, problems.PRECONDITION_FAILED),
    (Conflict, problems.CONFLICT),
    (NotFound, problems.NOT_FOUND),
    (CursorInvalid, problems.INVALID),
    (FileUnusable, problems.INVALID),
    (RowRefused, problems.INVALID),
    (StoreUnavailable, problems.STORE_UNAVAILABLE),
)
"""The first row that fits counts: a class stands before those it derives from."""


def as_problem(error: Exception) -> ProblemError | None:
    """Say what an error is for the caller; None where nobody should have let it through."""
    if isinstance(error, ProblemError):
        return error
    type_ = next((type_ for class_, type_ in failures if isinstance(error, class_)), None)
    if type_ is None or not isinstance(error, EngineError):
        return None
    members: dict[str, Any] = {"commandId": getattr(error, "command_id", None)}
    errors: tuple[FieldError, ...] = ()
    match error:
        case CommandRefused():
            members |= {
                "code": error.code,
                "description": error.description,
                "details": error.details,
            }
        case CommandFailed():
            errors = tuple(
                FieldError(place="answer", path=p.path, message=p.message) for p in error.problems
            )
        case FileUnusable():
            errors = (FieldError(place="body", path="", message=error.message),)
        case CursorInvalid():
            errors = (FieldError(place="query", path="cursor", message=error.message),)
    return ProblemError(type_, error.message, hint=error.hint, errors=errors, **members)
