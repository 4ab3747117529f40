"""What a test or an `explain` gives: the action, the request and what is known besides."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from engine.cel import Type, did_you_mean, fields_of, not_null, struct_type
from engine.policy import facts
from engine.policy.defaults import ANSWERS
from engine.policy.facts import FACTS, Facts
from engine.policy.misspellings import causes
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.shape import Shape
from protocol import payloads
from protocol.types import Message, Timestamp

F = TypeVar("F", bound=msgspec.Struct)

FIXTURES: Mapping[str, type[facts.Fact]] = {
    "chargePoint": facts.ChargePoint,
    "connector": facts.Connector,
    "tag": facts.Tag,
    "parentTag": facts.Tag,
    "transaction": facts.Transaction,
    "reservation": facts.Reservation,
    "counters": facts.Counters,
    "remoteStart": facts.RemoteStart,
}
"""The facts that can be given, besides the request and `now`."""

_ABSENT: Mapping[str, facts.Fact] = {
    "chargePoint": facts.ChargePoint(id="CP-1"),
    "counters": facts.Counters(),
}
"""What is known where nothing is given; of the others, null."""

# What may be left out although the record always has it.
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
    "reservation": {
        "reservationId": 1,
        "connectorId": 1,
        "idTag": "TAG",
        "expiryDate": "2026-01-31T13:00:00Z",
    },
    "remoteStart": {"issuedAt": "2026-01-31T12:00:00Z"},
}

_DEFAULT_NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class Fixtures:
    """Reads what is given; what is wrong with it is reported, with its place."""

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self.report = report
        self.shape = Shape(report)

    def facts(self, action: str, node: MappingNode, file: MappingNode) -> Facts | None:
        """All facts: those of the test itself, put over those of its file."""
        request = self._request(action, node, file)
        now = self._now(node.get("now") or file.get("now"))
        given: dict[str, Any] = {
            FACTS[key]: self._fixture(node, file, key, type_) or _ABSENT.get(key)
            for key, type_ in FIXTURES.items()
        }
        return None if request is None else Facts(request=request, now=now, **given)

    def action(self, node: MappingNode, file: MappingNode) -> str | None:
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
            places = (place_of(part, problem.path) for part in parts if part is not None)
            where = next((place for place in places if place not in parts), own)
            self.report(said_of(where, "request", problem))
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
            places = (place_of(part, path) for part in parts)
            where = next((place for place in places if place not in parts), own)
            self.report(where.problem(message, _choices_hint(error, struct_type(type_), path)))
            return None

    def _now(self, node: Node | None) -> datetime:
        if node is None:
            return _DEFAULT_NOW
        text = self.shape.text(node, "now")
        try:
            return Timestamp.parse(text) if text is not None else _DEFAULT_NOW
        except ValueError:
            self.report(node.problem("`now` must be a time like `2026-01-31T12:00:00Z`"))
            return _DEFAULT_NOW


def said_of(where: Node, what: str, problem: payloads.Problem) -> Problem:
    message, _, hint = str(problem).partition(": ")
    return where.problem(f"the {what}: {message}", hint.removeprefix("not ") or None)


_VALUE = re.compile(r"Invalid enum value '([^']*)'")
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
    if (value := _VALUE.fullmatch(message)) is not None:
        return path, f"{name} can't be `{value[1]}`"
    if (types := _TYPE.fullmatch(message)) is not None:
        wanted, given = (
            " or ".join(_WORDS.get(each, each) for each in kinds.split(" | "))
            for kinds in types.groups()
        )
        return path, f"{name} must be {wanted}, not {given}"
    return path, f"{name}: {message[:1].lower()}{message[1:]}"


def _choices_hint(error: msgspec.ValidationError, of: Type, path: str) -> str | None:
    """What a field can be, where it can be nothing else."""
    value = _VALUE.match(str(error))
    field = _field(of, path.split("."))
    if value is None or field is None or not field.choices:
        return None
    return did_you_mean(value[1], list(field.choices)) or f"one of {', '.join(field.choices)}"


def _field(of: Type, path: Collection[str]) -> Type | None:
    for name in path:
        definition = not_null(of).definition
        row = None if definition is None else definition.fields.get(name)
        if row is None:
            return None
        of = row.type
    return not_null(of)


def _key(node: Node, name: str) -> Node:
    return node.key(name) if isinstance(node, MappingNode) and name in node.entries else node


def key_of(node: Node, path: str) -> Node:
    """The last key of a path."""
    owner, _, name = path.rpartition(".")
    return _key(place_of(node, owner) if owner else node, name)


def place_of(node: Node, path: str) -> Node:
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
