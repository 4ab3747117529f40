"""
The tree of an expression: what was written, after macros, with exact places.

Nodes are compared by identity, so that later steps can attach what they found to a node.
"""

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec

Scalar: TypeAlias = "bool | int | float | str | bytes | None"

ComprehensionKind = OneOf[
    "all", "exists", "existsOne", "map", "filter",
    "transformList", "transformMap", "transformMapEntry", "sortBy",
]  # fmt: skip


class _Part(msgspec.Struct, frozen=True, eq=False, gc=False, kw_only=True):
    """Compared by identity; no garbage collector looks at it, as no part holds one around it."""


class Node(_Part, frozen=True, kw_only=True):
    """A part of the text: the characters from `start` up to `end`."""

    start: int
    end: int


class Literal(Node, frozen=True, kw_only=True):
    """`1`, `2u`, `3.0`, `'text'`, `b'bytes'`, `true`, `null`. A uint is a `Uint`."""

    value: Scalar


class Name(Node, frozen=True, kw_only=True):
    """`tag`; `absolute` where it was written `.tag`: not looked up in namespaces."""

    name: str
    absolute: bool = False


class Select(Node, frozen=True, kw_only=True):
    """`operand.field`, or `operand.?field`."""

    operand: Node
    field: str
    optional: bool = False


class Has(Node, frozen=True, kw_only=True):
    """`has(operand.field)`."""

    selection: Select


class Index(Node, frozen=True, kw_only=True):
    """`operand[index]`, or `operand[?index]`."""

    operand: Node
    index: Node
    optional: bool = False


class Call(Node, frozen=True, kw_only=True):
    """`function(arguments)` or `target.function(arguments)`."""

    function: str
    target: Node | None
    arguments: tuple[Node, ...]


class Unary(Node, frozen=True, kw_only=True):
    """`!operand`, `-operand`."""

    operator: str
    operand: Node


class Binary(Node, frozen=True, kw_only=True):
    """`left operator right` for arithmetic, comparison and `in`."""

    operator: str
    left: Node
    right: Node


class Logical(Node, frozen=True, kw_only=True):
    """`a && b && …` or `a || b || …`, as flat as it was written."""

    operator: str
    operands: tuple[Node, ...]


class Conditional(Node, frozen=True, kw_only=True):
    """`condition ? then : otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


class ListLiteral(Node, frozen=True, kw_only=True):
    """`[a, ?b]`; `optional` has a flag for each element."""

    elements: tuple[Node, ...]
    optional: tuple[bool, ...]


class MapEntry(_Part, frozen=True, kw_only=True):
    """`key: value` or `?key: value`."""

    key: Node
    value: Node
    optional: bool


class MapLiteral(Node, frozen=True, kw_only=True):
    """`{key: value, ?key: value}`."""

    entries: tuple[MapEntry, ...]


class StructField(_Part, frozen=True, kw_only=True):
    """`field: value` or `?field: value` in a struct."""

    field: str
    value: Node
    optional: bool


class StructLiteral(Node, frozen=True, kw_only=True):
    """`Type{field: value}`. There is no type that an expression may construct."""

    name: str
    fields: tuple[StructField, ...]


class Comprehension(Node, frozen=True, kw_only=True):
    """A macro that visits each element: `iterable.all(variable, predicate)` and its kind."""

    kind: ComprehensionKind
    iterable: Node
    variables: tuple[str, ...]
    predicate: Node | None
    result: Node | None


class Bind(Node, frozen=True, kw_only=True):
    """`cel.bind(variable, value, body)`."""

    variable: str
    value: Node
    body: Node


class OptionalMap(Node, frozen=True, kw_only=True):
    """`target.optMap(variable, body)`; `flat` for `optFlatMap`."""

    target: Node
    variable: str
    body: Node
    flat: bool


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node, in the order of the text."""
    match node:
        case Select(operand=operand):
            return (operand,)
        case Has(selection=selection):
            return (selection.operand,)
        case Index(operand=operand, index=index):
            return (operand, index)
        case Call(target=target, arguments=arguments):
            return arguments if target is None else (target, *arguments)
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Logical(operands=operands):
            return operands
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case ListLiteral(elements=elements):
            return elements
        case MapLiteral(entries=entries):
            return tuple(part for entry in entries for part in (entry.key, entry.value))
        case StructLiteral(fields=fields):
            return tuple(field.value for field in fields)
        case Comprehension(iterable=iterable, predicate=predicate, result=result):
            parts = (iterable, predicate, result)
            return tuple(part for part in parts if part is not None)
        case Bind(value=value, body=body):
            return (value, body)
        case OptionalMap(target=target, body=body):
            return (target, body)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in no particular order."""
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(children(at))
