"""Expressions in YAML: compiled, checked against what they can name, placed in the file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import get_type_hints

from engine import cel
from engine.cel import CelSyntaxError, Names
from engine.policy.defaults import ANSWERS
from engine.policy.evaluation import FACTS
from engine.policy.facts import Facts
from engine.policy.nodes import MappingNode, Node, Scalar, Sequence
from engine.policy.problems import Problem, for_actions
from engine.policy.response import Cel

_FACT_TYPES = get_type_hints(Facts)


class Expressions:
    """
    Compiles the expressions of one policy.

    Args:
        actions: those the policy decides; `request` is typed by each of them.
        constants: the policy's constants, as plain values.
        tables: the names of the data tables.
    """

    def __init__(
        self,
        actions: tuple[str, ...],
        constants: object,
        tables: frozenset[str],
        report: Callable[[Problem], None],
    ) -> None:
        self.report = report
        self.declared = {
            action: {
                **{name: _FACT_TYPES[attribute] for name, attribute in FACTS.items()},
                "request": ANSWERS[action].request,
                "now": datetime,
                "constants": _typed(constants, "constant"),
                "data": Names("table in data/", dict.fromkeys(tables, object)),
            }
            for action in actions
        }

    def read(self, node: Node | None, what: str, visible: Mapping[str, Cel]) -> Cel | None:
        """The expression that is all of a scalar."""
        if node is None or node.tagged:
            return None
        if not isinstance(node, Scalar):
            self._not_a_scalar(node, what)
            return None
        if not node.text.strip():
            self.report(node.problem(f"`{what}` is empty", _anchor_hint(node)))
            return None
        return self.compile(node, node.text, 0, visible)

    def compile(
        self, node: Scalar, text: str, offset: int, visible: Mapping[str, Cel]
    ) -> Cel | None:
        """The expression that is a part of a scalar, from `offset` on."""

        try:
            expression = cel.compile(text)
        except CelSyntaxError as error:
            at = offset + _offset(text, error.line, error.column)
            hint = error.hint or _cut_hint(node)
            self.report(node.problem_at(at, f"CEL: {error.message}", hint))
            return None
        for problem in self._check(node, expression, offset, visible):
            self.report(problem)
        place = node.problem_at(offset + len(text) - len(text.lstrip()), "")
        return Cel(expression, visible, f"{place.file}:{place.line}:{place.column}")

    def _check(
        self, node: Scalar, expression: cel.Expression, offset: int, visible: Mapping[str, Cel]
    ) -> list[Problem]:
        variables = {"variables": Names("variable", dict.fromkeys(visible, object))}
        found: dict[Problem, list[str]] = {}
        for action, declared in self.declared.items():
            for complaint in cel.check(expression, {**declared, **variables}):
                at = offset + _offset(expression.source, complaint.line, complaint.column)
                problem = node.problem_at(at, complaint.message, complaint.hint)
                found.setdefault(problem, []).append(action)
        return for_actions(found, self.declared)

    def _not_a_scalar(self, node: Node, what: str) -> None:
        bracket = node.source.text[node.index : node.index + 1]
        kind = "mapping" if isinstance(node, MappingNode) else "list"
        hint = f"a value that begins with `{bracket}` must be quoted" if bracket in "[{" else None
        assert isinstance(node, MappingNode | Sequence)
        self.report(node.problem(f"`{what}` must be an expression, not a {kind}", hint))


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1


def _typed(value: object, kind: str) -> object:
    """The type of a constant, as far as it goes."""
    if isinstance(value, dict):
        return Names(kind, {str(key): _typed(item, "key") for key, item in value.items()})
    return object if value is None or isinstance(value, list) else type(value)


def _anchor_hint(node: Scalar) -> str | None:
    if node.source.text[node.index : node.index + 1] == "&":
        return "a value that begins with `&` must be quoted"
    return None


def _cut_hint(node: Scalar) -> str | None:
    """A plain scalar ends at ` #`, which begins a comment."""
    if node.style is None and node.source.line_of(node.end).lstrip().startswith("#"):
        return "` #` begins a comment: quote the expression"
    return None
