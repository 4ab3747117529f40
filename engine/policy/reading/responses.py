"""Responses in YAML: read into templates, and checked against the confirmation's type."""

from collections.abc import Callable, Iterable
from functools import partial

from engine.cel import DYN, Environment, EvaluationError, plain_value
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.response import (
    List,
    Literal,
    Map,
    Merged,
    Response,
    Template,
    Text,
    UnclosedExpressionError,
    Value,
    pieces,
)
from engine.policy.defaults import Form
from engine.policy.problems import Problem
from engine.policy.reading.confirmations import converter, maker
from engine.policy.reading.expressions import Expressions
from engine.policy.reading.outlines import Open, in_all, outlines_of
from engine.policy.reading.response_check import problems_of
from engine.policy.reading.rules import Beside
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence


class Responses:
    """Reads the responses and outputs of one policy, for one action; None is one not known."""

    def __init__(
        self, form: Form | None, expressions: Expressions, report: Callable[[Problem], None]
    ) -> None:
        self.form = form
        self.expressions = expressions
        self.report = report
        self.known: dict[str, Cel] = {}
        """By path the expressions of a response that are always the same."""
        self.whole = True
        """Whether each part of it could be read; one that could not may be anything."""

    def response(self, node: Node, visible: Environment, beside: Beside = None) -> Response | None:
        """A `response`: YAML with `${ }` in it."""
        if isinstance(node, Scalar) and node.value is None:
            node = MappingNode(node.source, node.index, {})
        places: dict[str, Node] = {}
        template = self._read(node, visible, places)
        if not isinstance(template, Map | Value | Open):
            key = "response" if self.form is None else self.form.key
            self.report(node.problem(f"`{key}` must be a mapping"))
            return None
        return self._checked(template, places, beside)

    def template(self, node: Node, visible: Environment) -> Template | None:
        """Any YAML with `${ }` in it."""
        template = self._read(node, visible, {})
        return template if self.whole else None

    def output(self, node: Node, visible: Environment, beside: Beside = None) -> Response | None:
        """An `output`: the response as one expression, checked now if it is always the same."""
        compiled = self.expressions.read(node, "output", visible)
        if compiled is None:
            return None
        self.known, self.whole = {}, True
        template = self._value(node, compiled, "")
        if isinstance(template, Literal) and not isinstance(template.value, dict):
            self.report(node.problem("`output` must be a map"))
            return None
        return self._checked(template, {"": node}, beside)

    def sure(self, items: Iterable[MappingNode], visible: Environment) -> tuple[Template, ...]:
        """What items without a condition say; their problems are found when they are read."""
        quiet = Responses(None, Expressions(_ignore), _ignore)
        found = (quiet._sure(item, visible) for item in items)
        return tuple(template for template in found if template is not None)

    def _sure(self, item: MappingNode, visible: Environment) -> Template | None:
        response, output = item.get("response"), item.get("output")
        template = None
        if response is not None:
            template = self._read(response, visible, {})
        elif output is not None and (compiled := self.expressions.read(output, "", visible)):
            self.known, self.whole = {}, True
            template = self._value(output, compiled, "")
        return None if template is None else in_all(outlines_of(template, self.known))

    def together(self, responses: Iterable[Response]) -> Response | None:
        """What the items of an aggregate answer; none have no opinion."""
        templates = tuple(response.template for response in responses)
        if not templates or self.form is None:
            return None
        merged = Merged(templates)
        return Response(merged, partial(converter, merged, self.form))

    def _read(self, node: Node, visible: Environment, places: dict[str, Node]) -> Template:
        self.known, self.whole = {}, True
        return self._template(node, visible, "", places)

    def _unread(self) -> Template:
        """In place of a part with a mistake, so that those of the others are found, too."""
        self.whole = False
        return Open(DYN)

    def _value(self, node: Node, compiled: Cel, path: str) -> Template:
        """A value that an expression makes; one that is always the same is made now."""
        if compiled.expression.reads:
            return Value(compiled)
        self.known[path] = compiled
        try:
            return Literal(plain_value(compiled.expression.evaluate(None)))
        except EvaluationError as error:
            self.report(node.problem(f"this always fails: {error.message}"))
            return self._unread()

    def _template(
        self, node: Node, visible: Environment, path: str, places: dict[str, Node]
    ) -> Template:
        places[path] = node
        match node:
            case Scalar():
                return self._scalar(node, visible, path)
            case Sequence():
                return List(
                    tuple(
                        self._template(item, visible, f"{path}[{index}]", places)
                        for index, item in enumerate(node.items)
                    )
                )
            case MappingNode():
                return self._map(node, visible, path, places)
            case _:
                raise AssertionError(node)

    def _map(
        self, node: MappingNode, visible: Environment, path: str, places: dict[str, Node]
    ) -> Template:
        entries: list[tuple[str, bool, Template]] = []
        for written, value in node.items():
            name = written.removesuffix("?")
            inner = f"{path}.{name}" if path else name
            if written != name and name in node.entries:
                self.report(node.key(written).problem(f"both `{name}` and `{written}` are given"))
            template = self._template(value, visible, inner, places)
            places[f"{inner}#key"] = node.key(written)
            entries.append((name, written != name, template))
        return Map(tuple(entries))

    def _scalar(self, node: Scalar, visible: Environment, path: str) -> Template:
        if node.tagged:
            return self._unread()
        if not isinstance(node.value, str):
            return Literal(node.value)
        try:
            cut = pieces(node.text)
        except UnclosedExpressionError as unclosed:
            self.report(node.problem_at(unclosed.offset, "`${` is never closed by `}`"))
            return self._unread()
        compiled = [
            self.expressions.compile(node, piece.text, piece.offset, visible)
            if piece.is_expression
            else piece.text
            for piece in cut
        ]
        parts = tuple(part for part in compiled if part is not None)
        if len(parts) < len(compiled):
            return self._unread()
        (first, *more) = parts
        if more:
            return self._text(node, parts)
        return Literal(first) if isinstance(first, str) else self._value(node, first, path)

    def _text(self, node: Scalar, parts: tuple[str | Cel, ...]) -> Template:
        """Text with values in it; nothing to be worked out later is one text."""
        template = Text(parts)
        if any(isinstance(part, Cel) and part.expression.reads for part in parts):
            return template
        try:
            return Literal(template.render(None))
        except EvaluationError as error:
            self.report(node.problem(f"this always fails: {error.message}"))
            return self._unread()

    def _checked(
        self, template: Template, places: dict[str, Node], beside: Beside
    ) -> Response | None:
        if self.form is None:
            return None
        problems = [
            problem
            for outline in outlines_of(template, self.known)
            for problem in problems_of(
                outline.template, self.form, {**places, **outline.places}, beside
            )
        ]
        for problem in problems:
            self.report(problem)
        if problems or not self.whole:
            return None
        # In an aggregate it may be a part only, of which alone no confirmation can be made.
        make = maker if beside is None else converter
        return Response(template, partial(make, template, self.form))


def _ignore(problem: Problem) -> None:
    pass
