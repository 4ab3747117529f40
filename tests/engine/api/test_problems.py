"""Problems: RFC 9457."""

import pytest

from engine.api.problems import (
    INVALID,
    FieldError,
    ProblemError,
    did_you_mean,
    invalid,
    problem_types,
)


def test_a_problem_is_written_without_what_it_does_not_have() -> None:
    assert ProblemError(INVALID, "x", code="c", details=None).body() == {
        "type": "urn:voltrule:problem:invalid",
        "title": "The request is not valid",
        "status": 422,
        "detail": "x",
        "code": "c",
    }


@pytest.mark.parametrize(
    ("paths", "detail"),
    [
        (["a"], "`a` is wrong"),
        (["a", "b", "c"], "`a` is wrong (and 2 more)"),
        ([""], "The body is wrong"),
    ],
)
def test_the_detail_tells_the_first_mistake(paths: list[str], detail: str) -> None:
    errors = [FieldError(place="body", path=path, message="is wrong") for path in paths]
    assert invalid(*errors).message == detail


def test_each_kind_of_problem_has_a_name_of_its_own() -> None:
    assert len({problem.name for problem in problem_types}) == len(problem_types)


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [("LIMIT", "did you mean `limit`?"), ("limits", "did you mean `limit`?"), ("xyz", None)],
)
def test_a_suggestion_is_close_in_any_letter_case(word: str, suggestion: str | None) -> None:
    assert did_you_mean(word, ["limit", "cursor"]) == suggestion
