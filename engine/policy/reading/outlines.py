"""
What a response can be, as far as that is known before there is a request.

A choice `c ? a : b` makes two outlines of one response, and a map that an expression makes is
looked into: so a status that exists in one branch only, or stands in an `output`, is checked like
one that is written in YAML.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import NamedTuple, Protocol

from engine import cel
from engine.cel import DYN, Type
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.response import List, Literal, Map, Template, Value
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Located

OUTLINES_LIMIT = 100
"""So many of one response are looked at."""


class Place(Protocol):
    """Where a part of a response is written."""

    def problem(self, message: str, hint: str | None = None) -> Problem: ...


@dataclass(frozen=True, slots=True)
class Within:
    """A part of an expression, as a place."""

    cel: Cel
    start: int

    def problem(self, message: str, hint: str | None = None) -> Problem:
        located = self.cel.locate
        assert isinstance(located, Located)
        return located.problem(self.start, message, hint)


@dataclass(frozen=True, slots=True)
class Open(Template):
    """A value of which only the type is known."""

    type: Type


class Outline(NamedTuple):
    """One of the things a response can be; by path the places of what an expression makes."""

    template: Template
    places: Mapping[str, Place]


def outlines_of(template: Template, known: Mapping[str, Cel]) -> Sequence[Outline]:
    """
    All that a response can be: each choice once, with the first of all others.

    Args:
        known: by path the expressions that are always the same, and so are literals in it.
    """
    return list(islice(_Outlines(known).of(template, ""), OUTLINES_LIMIT))


def in_all(outlines: Sequence[Outline]) -> Template:
    """What a response has whichever of its outlines it is."""
    return reduce(_in_both, (outline.template for outline in outlines))


def _in_both(one: Template, other: Template) -> Template:
    if not isinstance(one, Map) or not isinstance(other, Map):
        return Open(DYN) if isinstance(one, Map) else one
    others = {name: (may, template) for name, may, template in other.entries}
    both = [(name, may, each, *others[name]) for name, may, each in one.entries if name in others]
    entries = ((name, a or b, _in_both(each, its)) for name, a, each, b, its in both)
    return Map(tuple(entries))


class _Outlines:
    def __init__(self, known: Mapping[str, Cel]) -> None:
        self.known = known

    def of(self, template: Template, path: str) -> Iterator[Outline]:
        match template:
            case Map(entries=entries):
                inner = [list(self.of(each, _inner(path, name))) for name, _, each in entries]
                for made in _combined(inner):
                    rows = zip(entries, made, strict=True)
                    filled = tuple((name, may, each.template) for (name, may, _), each in rows)
                    yield Outline(Map(filled), _places(made))
            case List(items=items):
                inner = [list(self.of(each, f"{path}[{at}]")) for at, each in enumerate(items)]
                for made in _combined(inner):
                    yield Outline(List(tuple(each.template for each in made)), _places(made))
            case Value(cel=compiled):
                yield from self._of_expression(compiled, template, path)
            case Literal() if path in self.known:
                yield from self._of_expression(self.known[path], template, path)
            case _:
                yield Outline(template, {})

    def _of_expression(self, compiled: Cel, template: Template, path: str) -> Iterator[Outline]:
        match cel.outline(compiled.expression):
            case cel.Unknown(type=type_):
                yield Outline(Open(type_), {})
            case cel.Known():
                yield Outline(template, {})
            case parts:
                yield from _made(parts, compiled, path)


def _made(part: cel.Outline, of: Cel, path: str) -> Iterator[Outline]:
    """What a part of an expression can be; the places of all its parts are in the expression."""
    match part:
        case cel.Choices(options=options):
            for option in options:
                yield from _made(option, of, path)
        case cel.Known(start=start, value=value):
            yield Outline(Literal(value), {path: Within(of, start)})
        case cel.Unknown(start=start, type=type_):
            yield Outline(Open(type_), {path: Within(of, start)})
        case cel.Listed(start=start, items=items):
            inner = [list(_made(each, of, f"{path}[{at}]")) for at, each in enumerate(items)]
            for made in _combined(inner):
                filled = List(tuple(each.template for each in made))
                yield Outline(filled, {path: Within(of, start), **_places(made)})
        case cel.Mapped(start=start, entries=entries):
            names = [name for name, _, _, _ in entries]
            keys = {f"{_inner(path, name)}#key": Within(of, at) for name, at, _, _ in entries}
            optional = [may for _, _, may, _ in entries]
            inner = [list(_made(each, of, _inner(path, name))) for name, _, _, each in entries]
            for made in _combined(inner):
                templates = [each.template for each in made]
                rows = tuple(zip(names, optional, templates, strict=True))
                yield Outline(Map(rows), {path: Within(of, start), **keys, **_places(made)})


def _inner(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _combined(options: Sequence[Sequence[Outline]]) -> Iterator[Sequence[Outline]]:
    """The first of each, then each other one with the first of the rest."""
    first = [each[0] for each in options]
    yield first
    for at, each in enumerate(options):
        for other in each[1:]:
            yield [*first[:at], other, *first[at + 1 :]]


def _places(made: Sequence[Outline]) -> dict[str, Place]:
    return {path: place for each in made for path, place in each.places.items()}
