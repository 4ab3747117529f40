"""Test files beside policies (`*_test.yaml`): read into cases, every problem reported."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec

from engine.cel import did_you_mean, fields_of
from engine.policy import facts
from engine.policy.defaults import ANSWERS
from engine.policy.misspellings import causes
from engine.policy.problems import Problem
from engine.policy.testing.case_tables import rows
from engine.policy.testing.expected_effects import check_expected
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.shape import Shape
from protocol import payloads
from protocol.types import Message, Timestamp

F = TypeVar("F", bound=msgspec.Struct)

FIXTURES = ("chargePoint", "connector", "tag", "parentTag", "transaction", "remoteStart")
FILE_KEYS = ("description", "policies", "enable", "now", "action", "request", *FIXTURES, "tests")
CASE_KEYS = ("name", "description", "now", "action", "request", *FIXTURES, "expect", "cases")
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
_DEFAULT_NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One request, what is known at that moment, and what is expected."""

    name: str
    file: str
    line: int
    action: str
    facts: facts.Facts
    expect: Mapping[str, object]


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
        action = self._action(node, file)
        expect = self._expect(node, action)
        if name is None or action is None or expect is None:
            return None
        request = self._request(action, node, file)
        fixture = partial(self._fixture, node, file)
        if request is None:
            return None
        line, _ = node.source.place(node.index)
        known = facts.Facts(
            request=request,
            now=self._now(node.get("now") or file.get("now")),
            charge_point=fixture("chargePoint", facts.ChargePoint) or facts.ChargePoint(id="CP-1"),
            connector=fixture("connector", facts.Connector),
            tag=fixture("tag", facts.Tag),
            parent_tag=fixture("parentTag", facts.Tag),
            transaction=fixture("transaction", facts.Transaction),
            remote_start=fixture("remoteStart", facts.RemoteStart),
        )
        return Case(name, node.source.file, line, action, known, expect)

    def _action(self, node: MappingNode, file: MappingNode) -> str | None:
        value = node.get("action") or file.get("action")
        if value is None:
            where = "say `action: StartTransaction` in the test or at the head of the file"
            self.report(node.problem("the test has no `action`", where))
            return None
        name = self.shape.text(value, "action")
        if name is not None and name not in ANSWERS:
            hint = did_you_mean(name, list(ANSWERS))
            self.report(value.problem(f"`{name}` is not an action a policy decides", hint))
            return None
        return name

    def _request(self, action: str, node: MappingNode, file: MappingNode) -> object:
        """The request: what the file gives for all its tests, and the test's own fields over it."""
        parts = [node.get("request"), file.get("request")]
        fields: dict[str, object] = {}
        for part in reversed(parts):
            if isinstance(part, MappingNode):
                fields |= {key: plain(value) for key, value in part.items()}
            elif part is not None:
                self.shape.wrong(part, "request", "a mapping")
                return None
        own = parts[0] or node
        request = ANSWERS[action].request
        if not issubclass(request, Message):
            given = [part for part in parts if isinstance(part, MappingNode)]
            whole = {"path": "/", "remoteAddress": "", **fields}
            return self._convert(request, whole, given or [node])
        found = causes(payloads.problems(request, fields, unknown_fields=False))
        for problem in found:
            places = (_place(part, problem.path) for part in parts if part is not None)
            where = next((place for place in places if place not in parts), own)
            self.report(_said_of(where, "request", problem))
        return None if found else payloads.convert(request, fields)

    def _fixture(self, node: MappingNode, file: MappingNode, key: str, type_: type[F]) -> F | None:
        """A fact: the test's own fields over the file's; null in the test takes it away."""
        own, shared = node.get(key), file.get(key)
        if isinstance(own, Scalar) and own.value is None:
            return None
        given = [part for part in (shared, own) if isinstance(part, MappingNode)]
        for part in (shared, own):
            if part is not None and not isinstance(part, MappingNode):
                self.shape.wrong(part, key, "a mapping, or null")
        if not given:
            return None
        fields: dict[str, object] = {}
        for part in given:
            fields |= {name: plain(value) for name, value in part.items()}
        return self._convert(type_, {**_REQUIRED.get(key, {}), **fields}, given[::-1])

    def _convert(
        self, type_: type[F], fields: dict[str, object], parts: Collection[Node]
    ) -> F | None:
        """A fact of what was given in these parts, the first of which is the test's own."""
        known = fields_of(type_)
        (own, *_) = parts
        for field_name in fields.keys() - known.keys():
            message = f"`{field_name}` is not a field of {type_.__name__}"
            hint = did_you_mean(field_name, known)
            self.report(_key(own, field_name).problem(message, hint))
        try:
            return msgspec.convert(fields, type_)
        except msgspec.ValidationError as error:
            path, message = _said(error)
            places = (_place(part, path) for part in parts)
            where = next((place for place in places if place not in parts), own)
            self.report(where.problem(message))
            return None

    def _expected_response(self, node: Node, action: str) -> None:
        """What is expected must be possible; a part of it is enough, and null is not there."""
        expected = plain(node)
        if not isinstance(expected, dict):
            self.shape.wrong(node, "response", "a mapping")
            return
        found = payloads.problems(ANSWERS[action].confirmation, expected, unknown_fields=False)
        for problem in found:
            where = _place(node, problem.path)
            absent = isinstance(where, Scalar) and where.value is None
            if problem.rule != "missing" and not absent:
                where = where if problem.rule != "unknown" else _path_key(node, problem.path)
                self.report(_said_of(where, "response", problem))

    def _now(self, node: Node | None) -> datetime:
        if node is None:
            return _DEFAULT_NOW
        text = self.shape.text(node, "now")
        try:
            return Timestamp.parse(text) if text is not None else _DEFAULT_NOW
        except ValueError:
            self.report(node.problem("`now` must be a time like `2026-01-31T12:00:00Z`"))
            return _DEFAULT_NOW

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


def _said_of(where: Node, what: str, problem: payloads.Problem) -> Problem:
    message, _, hint = str(problem).partition(": ")
    return where.problem(f"the {what}: {message}", hint.removeprefix("not ") or None)


_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_WORDS: Mapping[str, str] = {
    "object": "an object",
    "array": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "datetime": "a date and time",
}


def _said(error: msgspec.ValidationError) -> tuple[str, str]:
    """The path of what is wrong, and what is."""
    message, _, at = str(error).partition(" - at `$")
    path = at.rstrip("`").removeprefix(".")
    name = f"`{path}`" if path else "this"
    if (types := _TYPE.fullmatch(message)) is not None:
        wanted, given = (
            " or ".join(_WORDS.get(each, each) for each in kinds.split(" | "))
            for kinds in types.groups()
        )
        return path, f"{name} must be {wanted}, not {given}"
    return path, f"{name}: {message[:1].lower()}{message[1:]}"


# What a test may leave out although the record always has it.
_REQUIRED: Mapping[str, dict[str, object]] = {
    "chargePoint": {"id": "CP-1"},
    "connector": {
        "connectorId": 1,
        "errorCode": "NoError",
        "updatedAt": "2026-01-31T12:00:00Z",
    },
    "tag": {"idTag": "TAG"},
    "parentTag": {"idTag": "PARENT"},
    "transaction": {
        "transactionId": 1,
        "chargePointId": "CP-1",
        "connectorId": 1,
        "idTag": "TAG",
        "startedAt": "2026-01-31T11:00:00Z",
        "meterStart": 0,
        "idTagStatus": "Accepted",
    },
    "remoteStart": {"issuedAt": "2026-01-31T12:00:00Z"},
}


def _key(node: Node, name: str) -> Node:
    return node.key(name) if isinstance(node, MappingNode) and name in node.entries else node


def _path_key(node: Node, path: str) -> Node:
    """The last key of a path."""
    owner, _, name = path.rpartition(".")
    return _key(_place(node, owner) if owner else node, name)


def _place(node: Node, path: str) -> Node:
    """The value a path names, as far as it is there."""
    for name in path.replace("]", "").replace("[", ".").split("."):
        match node:
            case MappingNode() if (inner := node.get(name)) is not None:
                node = inner
            case Sequence() if name.isdigit() and int(name) < len(node.items):
                node = node.items[int(name)]
            case _:
                break
    return node
