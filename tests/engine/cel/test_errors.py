"""Errors say what happened, and then what to do."""

from engine.cel.errors import CelSyntaxError, EvaluationError


def test_a_syntax_error_shows_its_hint() -> None:
    error = CelSyntaxError("unexpected `=`", 1, 3, hint="comparison is `==`")
    assert str(error) == "unexpected `=`\nhint: comparison is `==`"


def test_an_evaluation_error_may_have_no_place() -> None:
    assert (EvaluationError("division by zero").line, EvaluationError("x", line=2).line) == (
        None,
        2,
    )
