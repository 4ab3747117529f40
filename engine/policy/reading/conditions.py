"""Conditions of a rule beside each other: those that never change, and items never reached."""

from collections.abc import Iterator, Sequence

import msgspec

from engine.cel import Condition, CostExceeded, Expression, Mark, always_fails
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Item
from engine.policy.problems import Problem, Severity
from engine.policy.reading.expressions import Located
from engine.policy.yaml.nodes import Node

_REMOVE = "remove the item, or make it a comment with `#`"
_EXCLUDED = "its parts exclude each other: is `||` meant?"
_COVERED = "one of its parts always holds: is `&&` meant?"
_SAME = "it has the same condition as the item in line {}"
_IMPLIED = "wherever its condition holds, that of the item in line {} does"
_TRUE = "the condition of the item in line {} is always true"


class Conditions:
    """Looks at the conditions of one policy, each of them once, whatever the action is."""

    def __init__(self) -> None:
        self._known: dict[Expression, Condition] = {}

    def _of(self, cel: Cel) -> Condition:
        expression = cel.expression
        if expression not in self._known:
            self._known[expression] = Condition.of(expression)
        return self._known[expression]

    def constant(self, node: Node, condition: Cel) -> Iterator[Problem]:
        """What is wrong with one condition, whatever stands around it."""
        failure = always_fails(condition.expression)
        if isinstance(failure, CostExceeded):
            # That was said where it was compiled.
            return
        if failure is not None:
            yield _at(condition, failure.start or 0, f"this always fails: {failure.message}")
            return
        text = condition.expression.text
        match self._of(condition).truth:
            case False:
                hint = _EXCLUDED if "&&" in text else _REMOVE
                yield node.problem("the condition is always false", hint)
            case True if "||" in text:
                yield node.problem("the condition is always true", _COVERED)
            case True if text.strip() != "true":
                hint = "leave it out, if it is meant"
                problem = node.problem("the condition is always true", hint)
                yield msgspec.structs.replace(problem, severity="warning")

    def unreached(self, nodes: Sequence[Node], items: Sequence[Item | None]) -> Iterator[Problem]:
        """The items of a match that an earlier one always takes the place of."""
        before = _Before()
        for node, item in zip(nodes, items, strict=True):
            condition = None
            if item is not None and item.condition is not None:
                condition = self._of(item.condition)
            found = before.in_place_of(condition)
            if found is not None:
                earlier, why = found
                line, _ = earlier.source.place(earlier.index)
                problem = node.problem("this is never reached", why.format(line))
                # The CEL Policy format allows what takes thinking to see.
                severity: Severity = "warning" if why == _IMPLIED else "error"
                yield msgspec.structs.replace(problem, severity=severity)
            if condition is not None:
                before.add(node, condition)


class _Before:
    """The conditions of earlier items, found by what is in them: there may be thousands."""

    def __init__(self) -> None:
        self._always: Node | None = None
        self._by_mark: dict[Mark, list[tuple[Node, Condition]]] = {}

    def add(self, node: Node, condition: Condition) -> None:
        if condition.truth is True:
            self._always = self._always or node
        for mark in [*condition.filed_under(self._by_mark)]:
            self._by_mark.setdefault(mark, []).append((node, condition))

    def in_place_of(self, condition: Condition | None) -> tuple[Node, str] | None:
        """The first item that applies wherever one does, and why; None is no condition."""
        if self._always is not None:
            return self._always, _TRUE
        marks = () if condition is None else condition.marks()
        found = [
            (node, _SAME if condition == earlier else _IMPLIED)
            for mark in marks
            for node, earlier in self._by_mark.get(mark, ())
            if condition is not None and condition.implies(earlier)
        ]
        return min(found, key=lambda each: each[0].index, default=None)


def _at(cel: Cel, start: int, message: str, hint: str | None = None) -> Problem:
    located = cel.locate
    assert isinstance(located, Located)
    return located.problem(start, message, hint)
