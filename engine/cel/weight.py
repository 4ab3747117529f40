"""What evaluating an expression costs at least and at most, as far as that can be told before."""

import re
from collections.abc import Mapping, Sized
from typing import NamedTuple

from engine.cel.expression import Expression
from engine.cel.syntax.nodes import (
    Bind,
    Call,
    Comprehension,
    Conditional,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Node,
    children,
    walk,
)

_MACRO = re.compile(r"\.\s*(all|exists|exists_one|existsOne|filter|map|transform\w+|sortBy)\s*\(")
UNKNOWN_SIZE = 50
"""A list or map of a message or a fact is taken to have so many elements."""


class Weight(NamedTuple):
    """In units of `COST_LIMIT`."""

    least: int
    most: int


class _Size(NamedTuple):
    least: int
    most: int


def weight(expression: Expression) -> Weight:
    """The cost of an evaluation: of its macros, which go over every element."""
    if not _MACRO.search(expression.text):
        return Weight(0, 0)
    return _Weighing(expression).weight(expression.checked.node)


class _Weighing:
    def __init__(self, expression: Expression) -> None:
        self.checked = expression.checked
        self.constants = expression.environment.constants

    def weight(self, node: Node) -> Weight:
        match node:
            case Comprehension():
                return self._comprehension(node)
            case _:
                parts = [self.weight(child) for child in children(node)]
                # Only the first is always evaluated.
                sure = parts[:1] if isinstance(node, Logical | Conditional) else parts
                return Weight(sum(p.least for p in sure), sum(p.most for p in parts))

    def _comprehension(self, node: Comprehension) -> Weight:
        """Its own cost is paid before the first element; that of those inside for each."""
        size = self._size(node.iterable)
        bodies = [body for body in (node.predicate, node.result) if body is not None]
        own = sum(1 for body in bodies for _ in walk(body))
        inside = [self.weight(body) for body in bodies]
        # `all` and `exists` stop at the first element that decides.
        times = min(size.least, 1) if node.kind in ("all", "exists") else size.least
        before = self.weight(node.iterable)
        return Weight(
            before.least + size.least * own + times * sum(each.least for each in inside),
            before.most + size.most * (own + sum(each.most for each in inside)),
        )

    def _size(self, node: Node) -> _Size:
        match node:
            case ListLiteral(elements=parts, optional=optional):
                return _Size(len(parts) - sum(optional), len(parts))
            case MapLiteral(entries=entries):
                return _Size(0, len(entries))
            case Comprehension(kind="map" | "transformList" | "sortBy", predicate=None):
                return self._size(node.iterable)
            case Comprehension():
                return _Size(0, self._size(node.iterable).most)
            case Bind(body=body):
                return self._size(body)
            case Call(function="range", arguments=(Literal(value=int(count)),)):
                return _Size(count, count)
        constant = self._constant(node)
        if isinstance(constant, Sized) and not isinstance(constant, str | bytes):
            return _Size(len(constant), len(constant))
        return _Size(0, UNKNOWN_SIZE)

    def _constant(self, node: Node) -> object:
        """The value of a table or a constant, or of a part of one."""
        value: object = self.constants
        path = self.checked.paths.get(node)
        for name in path.split(".") if path else ():
            value = value.get(name) if isinstance(value, Mapping) else None
        return value if path else None
