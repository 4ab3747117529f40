"""What an expression makes, as far as its text says it: maps, lists, choices, known values."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.cel.checking.findings import Checked
from engine.cel.checking.types import Type
from engine.cel.errors import EvaluationError
from engine.cel.expression import Expression
from engine.cel.plain import plain_value
from engine.cel.syntax.nodes import (
    Conditional,
    ListLiteral,
    Literal,
    MapLiteral,
    Node,
    walk,
)

Outline: TypeAlias = "Known | Mapped | Listed | Choices | Unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is always the same; `start` is where it stands in the text."""

    start: int
    value: object


@dataclass(frozen=True, slots=True)
class Mapped:
    """A map whose keys are written: of each its place, and whether its value is an optional."""

    start: int
    entries: tuple[tuple[str, int, bool, Outline], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list whose elements are written one by one."""

    start: int
    items: tuple[Outline, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """`condition ? one : other`."""

    options: tuple[Outline, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which only the type is known."""

    start: int
    type: Type


def outline(expression: Expression) -> Outline:
    """What it makes; its parts are looked into as far as they are written out."""
    return _outline(expression.checked.node, expression)


def _outline(node: Node, of: Expression) -> Outline:
    match node:
        case Literal(value=value):
            return Known(node.start, plain_value(value))
        case Conditional(then=then, otherwise=otherwise):
            return Choices((_outline(then, of), _outline(otherwise, of)))
        case ListLiteral(elements=elements, optional=optional) if not any(optional):
            return Listed(node.start, tuple(_outline(each, of) for each in elements))
        case MapLiteral() if (entries := _entries(node, of)) is not None:
            return Mapped(node.start, entries)
        case _ if _reads_nothing(node, of.checked):
            return _evaluated(node, of)
        case _:
            return Unknown(node.start, of.checked.types[node])


def _entries(node: MapLiteral, of: Expression) -> tuple[tuple[str, int, bool, Outline], ...] | None:
    """None where a key is no literal text, or is there twice."""
    keys = [each.key.value for each in node.entries if isinstance(each.key, Literal)]
    names = [key for key in keys if isinstance(key, str)]
    if len(set(names)) < len(node.entries):
        return None
    return tuple(
        (name, each.key.start, each.optional, _outline(each.value, of))
        for name, each in zip(names, node.entries, strict=True)
    )


def _reads_nothing(node: Node, checked: Checked) -> bool:
    read = (checked.references.get(part) for part in walk(node))
    return all(each is None or each.kind != "variable" for each in read)


def _evaluated(node: Node, of: Expression) -> Outline:
    part = Expression(of.text, replace(of.checked, node=node), of.environment)
    try:
        return Known(node.start, plain_value(part.evaluate(None)))
    except EvaluationError:
        return Unknown(node.start, part.type)
