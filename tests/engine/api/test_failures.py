"""Which error is which problem."""

import inspect

import pytest

from engine.api.failures import as_problem, failures
from engine.api.problems import ProblemError
from engine.central_system import CommandRefused, NotAllowedNow, NotConnected, command_errors
from engine.errors import EngineError
from engine.storage import VersionMismatch
from engine.storage import errors as storage_errors

AT_START_ONLY = {"SchemaMismatch"}
"""Errors that keep the process from starting, so that no request meets them."""


def a_problem(error: Exception) -> ProblemError:
    problem = as_problem(error)
    assert problem is not None
    return problem


@pytest.mark.parametrize("module", [command_errors, storage_errors])
def test_every_error_of_the_parts_is_some_problem(module: object) -> None:
    classes = [
        class_
        for name, class_ in inspect.getmembers(module, inspect.isclass)
        if issubclass(class_, EngineError) and name not in AT_START_ONLY
    ]
    rows = tuple(class_ for class_, _ in failures)
    bases = {"EngineError", "CommandError"}
    unmapped = {class_.__name__ for class_ in classes if not issubclass(class_, rows)}
    assert unmapped - bases == set()


def test_no_row_is_hidden_by_one_before_it() -> None:
    classes = [class_ for class_, _ in failures]
    hidden = [
        later
        for place, later in enumerate(classes)
        if any(issubclass(later, earlier) for earlier in classes[:place])
    ]
    assert hidden == []


def test_a_more_special_error_has_its_own_problem() -> None:
    statuses = [
        (a_problem(error).type.name)
        for error in (NotConnected("x"), NotAllowedNow("x"), VersionMismatch("x"))
    ]
    assert statuses == ["not-connected", "conflict", "precondition-failed"]


def test_a_call_error_keeps_what_the_charge_point_said() -> None:
    error = CommandRefused(
        "no", command_id="c1", code="GenericError", description="", details={"a": 1}
    )
    members = {"commandId": "c1", "code": "GenericError", "description": "", "details": {"a": 1}}
    assert a_problem(error).members == members


def test_a_bug_is_no_problem_of_the_caller() -> None:
    assert as_problem(ValueError("x")) is None
    assert as_problem(EngineError("nobody has a row for this")) is None
