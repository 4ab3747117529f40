"""Conditions of a rule beside each other: those that never change, and items never reached."""

from collections.abc import Iterator, Sequence

import msgspec

from engine.cel import Condition, CostExceeded, always_fails
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Item
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Located
from engine.policy.yaml.nodes import Node

_REMOVE = "remove the item, or make it a comment with `#`"
_EXCLUDED = "its parts exclude each other: is `||` meant?"
_COVERED = "one of its parts always holds: is `&&` meant?"
_SAME = "it has the same condition as the item in line {}"
_IMPLIED = "wherever its condition holds, that of the item in line {} does"
_TRUE = "the condition of the item in line {} is always true"


_ALWAYS = Condition((frozenset(),), ())


def constant_conditions(node: Node, condition: Cel) -> Iterator[Problem]:
    """What is wrong with one condition, whatever stands around it."""
    failure = always_fails(condition.expression)
    if isinstance(failure, CostExceeded):
        # That was said where it was compiled.
        return
    if failure is not None:
        yield _at(condition, failure.start or 0, f"this always fails: {failure.message}")
        return
    text = condition.expression.text
    match Condition.of(condition.expression).truth:
        case False:
            hint = _EXCLUDED if "&&" in text else _REMOVE
            yield node.problem("the condition is always false", hint)
        case True if "||" in text:
            yield node.problem("the condition is always true", _COVERED)
        case True if text.strip() != "true":
            problem = node.problem("the condition is always true", "leave it out, if it is meant")
            yield msgspec.structs.replace(problem, severity="warning")


def unreached(nodes: Sequence[Node], items: Sequence[Item | None]) -> Iterator[Problem]:
    """The items of a match that an earlier one always takes the place of."""
    before: list[tuple[Node, Condition]] = []
    for node, item in zip(nodes, items, strict=True):
        if item is None:
            continue
        condition = _ALWAYS
        if item.condition is not None:
            condition = Condition.of(item.condition.expression)
        for earlier, known in before:
            if (why := _why_unreached(condition, known)) is not None:
                line, _ = earlier.source.place(earlier.index)
                yield node.problem("this is never reached", why.format(line))
                break
        if item.condition is not None:
            before.append((node, condition))


def _why_unreached(condition: Condition, earlier: Condition) -> str | None:
    if earlier.truth is True:
        return _TRUE
    if condition == earlier and condition.true:
        return _SAME
    return _IMPLIED if condition.implies(earlier) else None


def _at(cel: Cel, start: int, message: str, hint: str | None = None) -> Problem:
    located = cel.locate
    assert isinstance(located, Located)
    return located.problem(start, message, hint)
