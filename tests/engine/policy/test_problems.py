"""Problems are shown all at once, in order, with the line and a caret."""

import json

from engine.policy.problems import PolicyProblems, Problem, as_json, as_text, for_actions


def a_problem(line: int = 1, column: int = 1, **changes: str) -> Problem:
    fields = {"file": "a.yaml", "message": "this is wrong", **changes}
    return Problem(line=line, column=column, **fields)  # type: ignore[arg-type]


def test_problems_are_sorted_and_said_once() -> None:
    broken = PolicyProblems(
        [a_problem(10), a_problem(2, 5), a_problem(2, 1), a_problem(2, 1), a_problem(file="A.yaml")]
    )
    assert str(broken) == (
        "A.yaml:1:1: this is wrong\n"
        "a.yaml:2:1: this is wrong\n"
        "a.yaml:2:5: this is wrong\n"
        "a.yaml:10:1: this is wrong"
    )


def test_a_problem_is_shown_with_its_line_a_caret_and_its_hint() -> None:
    problem = a_problem(2, 7, hint="do it so")
    assert as_text([problem, a_problem(9)], {"a.yaml": b"x: 1\n\tyy: zz\n"}) == (
        "a.yaml:2:7: this is wrong\n"
        "    \tyy: zz\n"
        "    \t     ^\n"
        "hint: do it so\n"
        "\n"
        "a.yaml:9:1: this is wrong"
    )


def test_a_warning_says_so() -> None:
    assert str(a_problem(severity="warning")) == "a.yaml:1:1: warning: this is wrong"


def test_problems_are_json_for_editors() -> None:
    assert json.loads(as_json([a_problem(2, 3, hint="h")])) == {
        "problems": [
            {
                "file": "a.yaml",
                "line": 2,
                "column": 3,
                "severity": "error",
                "message": "this is wrong",
                "hint": "h",
            }
        ]
    }


def test_a_problem_of_some_actions_says_of_which() -> None:
    found = {
        a_problem(hint="known are `a`"): ["Authorize"],
        a_problem(2): ["Authorize", "Heartbeat"],
    }
    assert for_actions(found, ["Authorize", "Heartbeat"]) == [
        a_problem(message="this is wrong (in Authorize)", hint="known are `a`"),
        a_problem(2),
    ]
