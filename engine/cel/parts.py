"""The parts of an expression that say something by themselves: to coverage, and to a reader."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.cel.checking.findings import Checked
from engine.cel.checking.types import not_null
from engine.cel.expression import Expression
from engine.cel.syntax.nodes import (
    Binary,
    Conditional,
    Literal,
    Logical,
    Node,
    Unary,
    walk,
)

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})


class Part(NamedTuple):
    """A part of the text: the characters from `start` up to `end`."""

    start: int
    end: int


def boolean_parts(expression: Expression) -> tuple[Part, ...]:
    """
    What may be true at one time and false at another, in the order of the text.

    The whole, operands of `&&`, `||`, `!` and `?:`, and comparisons; of `!a` only `a`, which
    tells as much. What reads nothing is always the same, and is left out.
    """
    checked = expression.checked
    found = {
        Part(node.start, node.end)
        for node in map(_without_negation, _boolean(checked))
        if _may_differ(node, checked)
    }
    return tuple(sorted(found))


def whole_part(expression: Expression) -> Part:
    """The part whose value decides that of the whole: all of it, without a `!` before it."""
    node = _without_negation(expression.checked.node)
    return Part(node.start, node.end)


def is_literally(expression: Expression, value: bool) -> bool:
    """Whether an expression is `true`, or is `false`, and nothing else."""
    node = expression.checked.node
    return isinstance(node, Literal) and node.value is value


def shown_parts(expression: Expression) -> tuple[Part, ...]:
    """What is worth showing with its value: all but literals, in the order of the text."""
    found = (node for node in walk(expression.checked.node) if not isinstance(node, Literal))
    return tuple(sorted({Part(node.start, node.end) for node in found}))


def conjuncts(expression: Expression) -> tuple[Part, ...]:
    """What must all be true for the whole to be: the operands of `&&`, else the whole."""
    return tuple(Part(node.start, node.end) for node in _conjuncts(expression.checked.node))


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, Logical) and node.operator == "&&":
        for operand in node.operands:
            yield from _conjuncts(operand)
    else:
        yield node


def _boolean(checked: Checked) -> Iterator[Node]:
    yield from _if_bool(checked.node, checked)
    for node in walk(checked.node):
        match node:
            case Logical(operands=operands):
                yield from operands
            case Unary(operator="!", operand=operand):
                yield operand
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                yield condition
                yield from _if_bool(then, checked)
                yield from _if_bool(otherwise, checked)
            case Binary(operator=operator) if operator in COMPARISONS:
                yield node
            case _:
                pass


def _if_bool(node: Node, checked: Checked) -> Iterator[Node]:
    """A part that may be anything need not be true or false here."""
    if not_null(checked.types[node]).kind == "bool":
        yield node


def _without_negation(node: Node) -> Node:
    while isinstance(node, Unary) and node.operator == "!":
        node = node.operand
    return node


def _may_differ(node: Node, checked: Checked) -> bool:
    read = (checked.references.get(part) for part in walk(node))
    return any(each is not None and each.kind in {"variable", "local"} for each in read)
