"""Runs the test files of a policy directory and says what did not come out as expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from engine.cel import did_you_mean, there_is
from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.explaining.effects import considered_effects
from engine.policy.explaining.tracing import considered
from engine.policy.explaining.values import shown
from engine.policy.files import is_test_file
from engine.policy.live.directory import read_directory
from engine.policy.problems import PolicyProblems, Problem, as_text, sorted_by_place
from engine.policy.reading.compiling import compile_set, read_set
from engine.policy.testing.cases import Case, CaseFile, read_cases
from engine.policy.testing.expected_effects import difference_by_id, plain_records
from engine.policy.testing.failure_text import difference, effect_lines, trace_lines
from engine.policy.testing.given_tables import TestedSets, unknown_tables
from protocol import payloads
from protocol.types import Timestamp

OWNED: Mapping[str, object] = {
    "currentTime": Timestamp.parse("2026-01-31T12:00:00Z"),
    "transactionId": 1,
}
"""What the engine fills in, in tests."""


@dataclass(frozen=True)
class TestResult:
    """One case: passed, or every way in which it did not."""

    __test__ = False  # Not a test of pytest's.

    case: Case
    decision: Decision
    failures: tuple[str, ...]
    policies: PolicySet
    """Those it was run against."""

    def text(self) -> str:
        head = f"FAILED {self.case.file}:{self.case.line} {self.case.name}"
        decided = f"decided by {_decider(self.decision)}"
        lines = [*self._differences(), decided, *self._trace()]
        return "\n".join([head, *(f"  {line}" for line in lines)])

    def _differences(self) -> Iterator[str]:
        """The failures, those of the response as the lines of it that differ."""
        others = [each for each in self.failures if not each.startswith("response")]
        expected = self.case.expect.get("response")
        if len(others) == len(self.failures) or not isinstance(expected, dict):
            yield from self.failures
            return
        exact = bool(self.case.expect.get("exact"))
        got = _comparable(self.decision, exact=exact)
        yield "response: (- expected, + got)"
        yield from (f"  {line}" for line in difference(expected, got, _same, exact=exact))
        yield from others

    def _trace(self) -> Iterator[str]:
        case = self.case
        for asked in considered(self.policies, case.action, case.facts, OWNED):
            yield from (f"  {line}" for line in trace_lines(asked))
        if "effects" in case.expect:
            for each in considered_effects(self.policies, self.decision, case.facts):
                yield from (f"  {line}" for line in effect_lines(each))


@dataclass(frozen=True)
class TestReport:
    """All results, or the problems that kept the tests from being run."""

    __test__ = False

    results: tuple[TestResult, ...]
    problems: tuple[Problem, ...]
    sources: Mapping[str, bytes]
    policies: PolicySet | None = None
    """All that could be tested; None where they don't compile."""

    @property
    def failures(self) -> tuple[TestResult, ...]:
        return tuple(result for result in self.results if result.failures)

    @property
    def passed(self) -> bool:
        return not self.failures and not self.problems

    def text(self) -> str:
        parts = [as_text(self.problems, self.sources)] if self.problems else []
        parts += [result.text() for result in self.failures]
        good = len(self.results) - len(self.failures)
        summary = f"{good} passed, {len(self.failures)} failed"
        if self.problems:
            summary += f", {len(self.problems)} problem{'s' * (len(self.problems) > 1)}"
        return "\n\n".join([*parts, summary])


def run_tests(path: Path) -> TestReport:
    """Compiles a directory and runs its tests."""
    try:
        files = read_directory(path)
    except PolicyProblems as broken:
        return TestReport((), broken.problems, {})
    return test_files(files)


def test_files(files: Mapping[str, bytes]) -> TestReport:
    """Compiles files and runs the tests among them."""
    try:
        policies = compile_set(files)
    except PolicyProblems as broken:
        problems = list(broken.problems)
        _read(files, problems)
        return TestReport((), sorted_by_place(problems), files)
    return run_compiled(files, policies)


def run_compiled(files: Mapping[str, bytes], policies: PolicySet) -> TestReport:
    """Runs the tests among files on the set that these make."""
    problems: list[Problem] = []
    case_files = _read(files, problems)
    sets = TestedSets(files, policies)
    results = [result for each in case_files for result in _run(each, sets, problems)]
    return TestReport(tuple(results), sorted_by_place(problems), files, policies)


def check_files(files: Mapping[str, bytes]) -> tuple[PolicySet | None, tuple[Problem, ...]]:
    """The policies of a directory, if they can go live, and what is wrong in all its files."""
    problems: list[Problem] = []
    case_files = _read(files, problems)
    try:
        policies = read_set(files)
    except PolicyProblems as broken:
        return None, sorted_by_place([*problems, *broken.problems])
    problems += (problem for each in case_files for problem in _not_there(each, policies))
    cases = [case for each in case_files for case in each.cases]
    strange = (each for case in cases for each in unknown_tables(case.tables, files))
    problems += dict.fromkeys(strange)  # Those of a file's head are in each of its tests.
    return policies, sorted_by_place([*problems, *policies.warnings])


def _not_there(file: CaseFile, policies: PolicySet) -> list[Problem]:
    known = {policy.name: policy for policy in policies.policies}
    return [
        msgspec.structs.replace(problem, hint=did_you_mean(name, known) or there_is(known))
        for name, problem in file.named
        if name not in known
    ]


def _read(files: Mapping[str, bytes], problems: list[Problem]) -> list[CaseFile]:
    return [
        case_file
        for file in sorted(filter(is_test_file, files))
        for case_file in read_cases(file, files[file], problems.append)
    ]


test_files.__test__ = False  # type: ignore[attr-defined]


def _run(file: CaseFile, sets: TestedSets, problems: list[Problem]) -> Iterator[TestResult]:
    problems += _not_there(file, sets.own)
    chosen: dict[tuple[PolicySet, bool], PolicySet] = {}
    for case in file.cases:
        policies = sets.of(case.tables, problems.append)
        if policies is None:
            continue
        key = (policies, "shadow" in case.expect)
        if key not in chosen:
            chosen[key] = _chosen(file, *key)
        yield _result(case, chosen[key])


def _chosen(file: CaseFile, policies: PolicySet, with_shadow: bool) -> PolicySet:
    """Those that a test is about, as if they answered, unless it asks for the shadow."""
    about = _under_test(file, policies)
    if about and not with_shadow:
        return policies.only(about, enable=file.enable, enforce=True)
    return policies.only(about or policies.places, enable=file.enable)


def _under_test(file: CaseFile, policies: PolicySet) -> frozenset[str]:
    """`locks_test.yaml` is about the policies of `locks.yaml`; about none is the whole set."""
    if file.every_policy:
        return frozenset()
    if file.policies is not None:
        return frozenset(file.policies)
    stem = file.file.rpartition("_test.")[0]
    return frozenset(
        policy.name for policy in policies.policies if policy.file.rpartition(".")[0] == stem
    )


def _result(case: Case, policies: PolicySet) -> TestResult:
    decision = decide(policies, case.action, case.facts, OWNED)
    return TestResult(case, decision, tuple(_differences(case, decision)), policies)


def _differences(case: Case, decision: Decision) -> list[str]:
    found: list[str] = []
    for key, expected in case.expect.items():
        match key:
            case "response":
                exact = bool(case.expect.get("exact"))
                response = _comparable(decision, exact=exact)
                found += _compare("response", expected, response, exact=exact)
            case "policy" | "rule" | "explanation" | "source":
                actual = getattr(decision, key)
                if actual != expected:
                    found.append(f"{key}: expected {shown(expected)}, got {shown(actual)}")
            case "error":
                found += _error(expected, decision)
            case "effects" | "shadow":
                got = plain_records(getattr(decision, key))
                found += difference_by_id(key, expected, got, partial(_compare, exact=False))
    if decision.errors and "error" not in case.expect:
        found += [f"error: {error}" for error in decision.errors]
    return found


def _comparable(decision: Decision, *, exact: bool) -> dict[str, object]:
    """The response; where it should be exact, without what the engine fills in each time."""
    response = payloads.to_builtins(decision.response)
    return {key: value for key, value in response.items() if not (exact and key in OWNED)}


def _error(expected: object, decision: Decision) -> list[str]:
    if expected is None:
        return [f"error: expected none, got {error}" for error in decision.errors]
    if not decision.errors:
        return [f"error: expected one with {shown(expected)}, got none"]
    if not any(str(expected) in error for error in decision.errors):
        return [f"error: expected one with {shown(expected)}, got {'; '.join(decision.errors)}"]
    return []


def _compare(path: str, expected: object, actual: object, *, exact: bool) -> list[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        found: list[str] = []
        for key, value in expected.items():
            if key not in actual and value is not None:
                found.append(f"{path}.{key}: expected {shown(value)}, but it is missing")
            elif key in actual:
                found += _compare(f"{path}.{key}", value, actual[key], exact=exact)
        extra = [key for key in actual if key not in expected] if exact else []
        return found + [f"{path}.{key}: not expected, got {shown(actual[key])}" for key in extra]
    if _same(expected, actual):
        return []
    return [f"{path}: expected {shown(expected)}, got {shown(actual)}"]


def _same(expected: object, actual: object) -> bool:
    """Equal, or the same moment written another way."""
    if expected == actual:
        return True
    if not (isinstance(expected, str) and isinstance(actual, str) and actual.endswith("Z")):
        return False
    try:
        return Timestamp.parse(expected) == Timestamp.parse(actual)
    except ValueError:
        return False


def _decider(decision: Decision) -> str:
    if decision.source == "default":
        return "the built-in default"
    if decision.source == "failure":
        return f"the failure answer of `{decision.policy}`"
    return f"`{decision.policy}`, rule `{decision.rule}`"
