"""Responses in YAML: read into templates, and checked against the confirmation's type."""

from collections.abc import Callable, Mapping

from engine.cel import EvaluationError, did_you_mean, fields_of
from engine.policy.defaults import ANSWERS, Row
from engine.policy.expressions import Expressions
from engine.policy.nodes import MappingNode, Node, Scalar, Sequence
from engine.policy.problems import Problem, for_actions
from engine.policy.response import (
    Cel,
    List,
    Literal,
    Map,
    Response,
    Template,
    Text,
    UnclosedExpressionError,
    Value,
    is_fixed,
    pieces,
)
from protocol import payloads
from protocol.types import Message, Timestamp

_OWNED_EXAMPLES = {
    "currentTime": Timestamp.parse("1970-01-01T00:00:00Z"),
    "transactionId": 0,
}


class Responses:
    """Reads the responses and outputs of one policy."""

    def __init__(
        self,
        actions: tuple[str, ...],
        expressions: Expressions,
        report: Callable[[Problem], None],
    ) -> None:
        self.actions = actions
        self.expressions = expressions
        self.report = report

    def response(self, node: Node, visible: Mapping[str, Cel]) -> Response | None:
        """A `response`: YAML with `${ }` in it."""
        if isinstance(node, Scalar) and node.value is None:
            node = MappingNode(node.source, node.index, {})
        places: dict[str, Node] = {}
        template = self._template(node, visible, "", places)
        if template is None:
            return None
        if not isinstance(template, Map | Value):
            self.report(node.problem("`response` must be a mapping"))
            return None
        return self._checked(template, places)

    def output(self, node: Node, visible: Mapping[str, Cel]) -> Response | None:
        """An `output`: the response as one expression, checked now if it is always the same."""
        compiled = self.expressions.read(node, "output", visible)
        if compiled is None:
            return None
        template: Template = Value(compiled)
        if not compiled.expression.reads:
            try:
                template = Literal(compiled.expression.evaluate({}))
            except EvaluationError as error:
                self.report(node.problem(f"CEL: {error.message}"))
                return None
            if not isinstance(template.value, dict):
                self.report(node.problem("`output` must be a map"))
                return None
        return self._checked(template, {"": node})

    def _template(
        self, node: Node, visible: Mapping[str, Cel], path: str, places: dict[str, Node]
    ) -> Template | None:
        places[path] = node
        match node:
            case Scalar():
                return self._scalar(node, visible)
            case Sequence():
                items = [
                    self._template(item, visible, f"{path}[{index}]", places)
                    for index, item in enumerate(node.items)
                ]
                return None if None in items else List(tuple(i for i in items if i is not None))
            case MappingNode():
                return self._map(node, visible, path, places)
            case _:
                raise AssertionError(node)

    def _map(
        self, node: MappingNode, visible: Mapping[str, Cel], path: str, places: dict[str, Node]
    ) -> Template | None:
        entries: list[tuple[str, bool, Template]] = []
        complete = True
        for written, value in node.items():
            name = written.removesuffix("?")
            inner = f"{path}.{name}" if path else name
            if written != name and name in node.entries:
                self.report(node.key(written).problem(f"both `{name}` and `{written}` are given"))
            template = self._template(value, visible, inner, places)
            places[f"{inner}#key"] = node.key(written)
            if template is None:
                complete = False
            else:
                entries.append((name, written != name, template))
        return Map(tuple(entries)) if complete else None

    def _scalar(self, node: Scalar, visible: Mapping[str, Cel]) -> Template | None:
        if node.tagged:
            return None
        if not isinstance(node.value, str):
            return Literal(node.value)
        try:
            cut = pieces(node.text)
        except UnclosedExpressionError as unclosed:
            self.report(node.problem_at(unclosed.offset, "`${` is never closed by `}`"))
            return None
        compiled = [
            self.expressions.compile(node, piece.text, piece.offset, visible)
            if piece.is_expression
            else piece.text
            for piece in cut
        ]
        parts = tuple(part for part in compiled if part is not None)
        if len(parts) < len(compiled):
            return None
        (first, *more) = parts
        if more:
            return Text(parts)
        return Literal(first) if isinstance(first, str) else Value(first)

    def _checked(self, template: Template, places: dict[str, Node]) -> Response | None:
        found: dict[Problem, list[str]] = {}
        fixed: dict[str, Message] = {}
        for action in self.actions:
            problems = _Check(ANSWERS[action], places).problems(template)
            for problem in problems:
                found.setdefault(problem, []).append(action)
            if not problems and is_fixed(template):
                fixed[action] = _convert(ANSWERS[action], template)
        for problem in for_actions(found, self.actions):
            self.report(problem)
        return None if found else Response(template, fixed)


def _convert(row: Row, template: Template) -> Message:
    plain = template.render(_no_expression)
    assert isinstance(plain, dict)
    owned = {name: _OWNED_EXAMPLES[name] for name in row.owned}
    return payloads.convert(row.confirmation, {**plain, **owned}, unknown_fields=False)


def _no_expression(_: Cel) -> object:
    raise AssertionError("a fixed response has no expression")


class _Check:
    """
    One response against one confirmation type.

    Values that an expression makes are not known yet: what the type says about them is left to
    the decision. A key that may be left out (`key?`) must not be a required field.
    """

    def __init__(self, row: Row, places: dict[str, Node]) -> None:
        self.row = row
        self.places = places
        self.unknown: set[str] = set()

    def problems(self, template: Template) -> list[Problem]:
        if isinstance(template, Value):
            return []
        plain = self._plain(template, "", everything=True)
        assert isinstance(plain, dict)
        found = [self._owned(name) for name in self.row.owned if name in plain]
        owned = {name: _OWNED_EXAMPLES[name] for name in self.row.owned}
        seen = set()
        for problem in self._of_type({**plain, **owned}):
            if problem.rule == "unknown" or not self._is_unknown(problem.path):
                seen.add(problem.path)
                found.append(self._problem(problem))
        sparse = self._plain(template, "", everything=False)
        assert isinstance(sparse, dict)
        return found + [
            self._may_be_missing(problem.path)
            for problem in self._of_type({**sparse, **owned})
            if problem.rule == "missing" and problem.path not in seen
        ]

    def _of_type(self, plain: dict[str, object]) -> list[payloads.Problem]:
        return payloads.problems(self.row.confirmation, plain, unknown_fields=False)

    def _plain(self, template: Template, path: str, *, everything: bool) -> object:
        match template:
            case Literal(value=value):
                return value
            case Map(entries=entries):
                return {
                    name: self._plain(
                        value, f"{path}.{name}" if path else name, everything=everything
                    )
                    for name, may_be_missing, value in entries
                    if everything or not may_be_missing
                }
            case List(items=items):
                return [
                    self._plain(item, f"{path}[{index}]", everything=everything)
                    for index, item in enumerate(items)
                ]
            case _:
                self.unknown.add(path)
                return None

    def _is_unknown(self, path: str) -> bool:
        return any(
            path == unknown or path.startswith((f"{unknown}.", f"{unknown}["))
            for unknown in self.unknown
        )

    def _problem(self, problem: payloads.Problem) -> Problem:
        message, _, hint = problem.message.partition(": ")
        hint = hint.removeprefix("not ")
        if problem.rule == "unknown":
            node = self.places.get(f"{problem.path}#key") or self._nearest(problem.path)
            name = problem.path.rpartition(".")[2]
            owner = problem.path.rpartition(".")[0]
            owner = f"`{owner}`" if owner else "the response"
            known = _field_names(self.row.confirmation, problem.path)
            return node.problem(
                f"`{name}` is not a field of {owner}", hint or did_you_mean(name, known)
            )
        node = self._nearest(problem.path)
        if problem.rule == "missing":
            return node.problem(f"the response has no `{problem.path}`, which is required")
        return node.problem(f"`{problem.path}` {message}", hint or _type_hint(node, problem))

    def _owned(self, name: str) -> Problem:
        node = self.places.get(f"{name}#key") or self._nearest(name)
        return node.problem(
            f"`{name}` is the engine's own field and can't be set", "leave it out: it is filled in"
        )

    def _may_be_missing(self, path: str) -> Problem:
        node = self.places.get(f"{path}#key") or self._nearest(path)
        name = path.rpartition(".")[2]
        return node.problem(
            f"`{name}?` may be left out, but `{path}` is required", f"write `{name}`"
        )

    def _nearest(self, path: str) -> Node:
        """The value at a path, else the innermost one around it that is there."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places[path]


def _field_names(type_: type[Message], path: str) -> list[str]:
    current: object = type_
    for name in path.split(".")[:-1]:
        current = (fields_of(current) or {}).get(name.partition("[")[0])
    return list(fields_of(current) or {})


def _type_hint(node: Node, problem: payloads.Problem) -> str | None:
    if problem.rule != "type" or not isinstance(node, Scalar):
        return None
    if node.style in {"'", '"'} and "integer" in problem.message:
        return "leave the quotes out" if node.text.lstrip("-").isdigit() else None
    if node.style is None and "must be text" in problem.message and node.value is not None:
        return f'quote it: `"{node.text}"`'
    return None
