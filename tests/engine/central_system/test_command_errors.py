"""What can become of a command is told apart, and names the command."""

import pytest

from engine.central_system.command_errors import (
    CommandError,
    CommandFailed,
    CommandRefused,
    CommandTimedOut,
    Disconnected,
    NotAllowedNow,
    NotConnected,
)
from engine.errors import Conflict
from protocol.problems import Problem


@pytest.mark.parametrize("kind", [NotConnected, NotAllowedNow])
def test_a_command_that_was_not_issued_is_a_conflict_without_an_id(
    kind: type[CommandError],
) -> None:
    error = kind("no", hint="wait")
    assert isinstance(error, Conflict)
    assert (error.command_id, str(error)) == (None, "no\nhint: wait")


@pytest.mark.parametrize("kind", [CommandTimedOut, Disconnected])
def test_a_command_without_an_answer_has_an_id(kind: type[CommandError]) -> None:
    assert kind("no", command_id="7").command_id == "7"


def test_a_refusal_holds_the_call_error() -> None:
    error = CommandRefused(
        "no", command_id="7", code="NotSupported", description="?", details={"a": 1}
    )
    assert (error.code, error.description, error.details) == ("NotSupported", "?", {"a": 1})


def test_a_failure_holds_what_is_wrong_with_the_confirmation() -> None:
    problems = (Problem("status", "value", "not one of them"),)
    assert CommandFailed("no", command_id="7", problems=problems).problems == problems
