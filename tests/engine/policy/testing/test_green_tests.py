"""A set whose tests fail is not compiled, and each failure is a problem at its place."""

import pytest

from engine.policy.problems import PolicyProblems
from engine.policy.testing.green_tests import HINT, compile_tested

POLICY = "name: beat\naction: Heartbeat\nrule: { match: [{ id: one, response: {} }] }\n"
TESTS = """
action: Heartbeat
tests:
  - { name: good, expect: { rule: one } }
  - { name: bad, expect: { rule: two, policy: x } }
"""


def problems(policy: str, tests: str) -> list[tuple[str, str | None]]:
    with pytest.raises(PolicyProblems) as broken:
        compile_tested({"beat.yaml": policy.encode(), "beat_test.yaml": tests.encode()})
    return [(str(problem), problem.hint) for problem in broken.value.problems]


def test_each_test_that_fails_is_a_problem() -> None:
    message = 'rule: expected "two", got "one"; policy: expected "x", got "beat"'
    assert problems(POLICY, TESTS) == [
        (f"beat_test.yaml:5:1: the test `bad` fails: {message}", HINT)
    ]


def test_a_test_file_with_a_mistake_is_not_green() -> None:
    ((problem, _),) = problems(POLICY, "tests: [{ name: a, expect: { rule: one } }]")
    assert problem == "beat_test.yaml:1:9: the test has no `action`"


def test_policies_with_problems_are_not_tested() -> None:
    ((problem, _),) = problems(POLICY.replace("beat\n", "[\n", 1), TESTS)
    assert problem.startswith("beat.yaml:")


def test_green_tests_let_a_set_pass() -> None:
    files = {"beat.yaml": POLICY.encode(), "beat_test.yaml": TESTS[: TESTS.rindex("  -")].encode()}
    assert [policy.name for policy in compile_tested(files).policies] == ["beat"]
