"""Policies that may go live only when their tests pass: `policies.require_tests`."""

from collections.abc import Iterator, Mapping

from engine.policy.deciding.policy_set import PolicySet
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.compiling import compile_set
from engine.policy.testing.runs import TestReport, run_compiled

HINT = "`voltrule test` shows more; `policies.require_tests` keeps the set from going live"


def compile_tested(files: Mapping[str, bytes]) -> PolicySet:
    """
    Compiles a whole directory and runs its tests.

    Raises:
        PolicyProblems: with every problem of every file, or with every test that fails.
    """
    policies = compile_set(files)
    problems = test_problems(files, policies)
    if any(problem.severity == "error" for problem in problems):
        raise PolicyProblems([*problems, *policies.warnings])
    return policies


def test_problems(files: Mapping[str, bytes], policies: PolicySet) -> list[Problem]:
    """What is wrong with the tests among files, and those that fail on the set these make."""
    return list(_problems(run_compiled(files, policies)))


test_problems.__test__ = False  # type: ignore[attr-defined]


def _problems(report: TestReport) -> Iterator[Problem]:
    yield from report.problems
    for result in report.failures:
        case = result.case
        message = f"the test `{case.name}` fails: {'; '.join(result.failures)}"
        yield Problem(file=case.file, line=case.line, column=1, message=message, hint=HINT)
