"""Test files beside policies (`*_test.yaml`): read into cases, every problem reported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.policy.defaults import ANSWERS
from engine.policy.facts import Facts
from engine.policy.problems import Problem
from engine.policy.testing.case_tables import rows
from engine.policy.testing.expected_effects import check_expected
from engine.policy.testing.fixtures import FIXTURES, Fixtures, key_of, place_of, said_of
from engine.policy.testing.given_tables import GivenTable, read_given
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.shape import Shape
from protocol import payloads

GIVEN_KEYS = ("now", "action", "request", *FIXTURES, "data")
FILE_KEYS = ("description", "policies", "enable", *GIVEN_KEYS, "tests")
CASE_KEYS = ("name", "description", *GIVEN_KEYS, "expect", "cases")
EXPECT_KEYS = (
    "response",
    "exact",
    "policy",
    "rule",
    "explanation",
    "source",
    "error",
    "effects",
    "shadow",
)
SOURCES = ("policy", "default", "failure")


@dataclass(frozen=True)
class Case:
    """One request, what is known at that moment, and what is expected."""

    name: str
    file: str
    line: int
    action: str
    facts: Facts
    expect: Mapping[str, object]
    tables: tuple[GivenTable, ...] = ()
    """Those that are others than in the files."""


@dataclass(frozen=True)
class CaseFile:
    """The cases of one file, and which policies they are about."""

    file: str
    policies: tuple[str, ...] | None
    """Names; None is the policies of the file beside it, or all where there is none."""
    every_policy: bool = False
    enable: tuple[str, ...] = ()
    """Policies that count as enabled whatever they say."""
    cases: tuple[Case, ...] = field(default=())
    named: tuple[tuple[str, Problem], ...] = ()
    """Each policy that is named, with what is wrong if there is no such policy."""


def read_cases(file: str, content: bytes, report: Callable[[Problem], None]) -> list[CaseFile]:
    """The test documents of a file."""
    documents = yaml_text.read(file, content, report)
    read = [_FileReader(document, report).read() for document in documents]
    return [each for each in read if each is not None]


class _FileReader:
    def __init__(self, document: Node, report: Callable[[Problem], None]) -> None:
        self.document = document
        self.report = report
        self.shape = Shape(report)
        self.fixtures = Fixtures(report)
        self.named: dict[str, Problem] = {}

    def read(self) -> CaseFile | None:
        node = self.shape.mapping(self.document, "a test file", FILE_KEYS)
        if node is None:
            return None
        policies = node.get("policies")
        every = isinstance(policies, Scalar) and policies.text == "all"
        tests = self.shape.required(node, "tests", "the test file")
        items = [] if tests is None else self.shape.items(tests, "tests")
        cases = [
            self._case(row, node) for item in items for row in rows(item, CASE_KEYS, self.shape)
        ]
        return CaseFile(
            file=node.source.file,
            policies=None if policies is None or every else self._names(policies, "policies"),
            every_policy=every,
            enable=self._names(node.get("enable"), "enable"),
            cases=tuple(case for case in cases if case is not None),
            named=tuple(self.named.items()),
        )

    def _names(self, node: Node | None, what: str) -> tuple[str, ...]:
        if node is None:
            return ()
        nodes = node.items if isinstance(node, Sequence) else [node]
        names = {name: each for each in nodes if (name := self.shape.text(each, what)) is not None}
        for name, each in names.items():
            problem = each.problem(f"there is no policy `{name}` to test")
            self.named.setdefault(name, problem)
        return tuple(names)

    def _case(self, item: Node, file: MappingNode) -> Case | None:
        node = self.shape.mapping(item, "a test", CASE_KEYS)
        if node is None:
            return None
        name = self.shape.text(self.shape.required(node, "name", "the test"), "name")
        action = self.fixtures.action(node, file)
        expect = self._expect(node, action)
        if name is None or action is None or expect is None:
            return None
        known = self.fixtures.facts(action, node, file)
        if known is None:
            return None
        line, _ = node.source.place(node.index)
        tables = read_given(node, file, self.shape)
        return Case(name, node.source.file, line, action, known, expect, tables)

    def _expected_response(self, node: Node, action: str) -> None:
        """What is expected must be possible; a part of it is enough, and null is not there."""
        expected = plain(node)
        if not isinstance(expected, dict):
            self.shape.wrong(node, "response", "a mapping")
            return
        found = payloads.problems(ANSWERS[action].confirmation, expected, unknown_fields=False)
        for problem in found:
            where = place_of(node, problem.path)
            absent = isinstance(where, Scalar) and where.value is None
            if problem.rule != "missing" and not absent:
                where = where if problem.rule != "unknown" else key_of(node, problem.path)
                self.report(said_of(where, "response", problem))

    def _expect(self, node: MappingNode, action: str | None) -> Mapping[str, object] | None:
        value = self.shape.required(node, "expect", "the test")
        expect = None if value is None else self.shape.mapping(value, "expect", EXPECT_KEYS)
        if expect is None:
            return None
        if not expect.entries:
            self.report(expect.problem("`expect` is empty: the test would always pass"))
        if "exact" in expect.entries and "response" not in expect.entries:
            self.report(expect.key("exact").problem("`exact` needs a `response`"))
        self.shape.boolean(expect.get("exact"), "exact", False)
        source, response = expect.get("source"), expect.get("response")
        if source is not None:
            self.shape.one_of(source, "source", SOURCES)
        if response is not None and action is not None:
            self._expected_response(response, action)
        check_expected(expect, self.shape)
        return {key: plain(each) for key, each in expect.items()}
