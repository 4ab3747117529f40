"""The types an expression may have. langdef.md, "Gradual Type Checking"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Type:
    """
    A type: its kind and its parameters.

    Kinds are `dyn`, `error`, `null`, the scalars, `list`, `map`, `optional`, `type`,
    `nullable` (a value or null: fields that may be left out), `struct`, `opaque` (named by
    the caller) and `param` (a type still unknown).
    """

    kind: str
    parameters: tuple[Type, ...] = ()
    name: str = ""
    """The name of a struct, an opaque type or a type parameter."""
    choices: tuple[str, ...] = field(default=(), compare=False)
    """The only values of a string, where they are a closed set: an enumeration, a literal."""
    definition: StructDefinition | None = field(default=None, compare=False, repr=False)
    longest: int | None = field(default=None, compare=False)
    """The most characters that a string has, where there is a limit."""

    def may_be(self, text: str) -> bool:
        """Whether a string of this type can be a text, as far as that is known."""
        if self.choices:
            return text in self.choices
        return self.longest is None or len(text) <= self.longest

    def __str__(self) -> str:
        match self.kind:
            case "nullable":
                return f"{self.parameters[0]} or null"
            case "struct" | "opaque" | "param":
                name = self.name
            case kind:
                name = kind
        if self.parameters:
            return f"{name}({', '.join(map(str, self.parameters))})"
        return name


@dataclass(frozen=True, slots=True)
class StructField:
    """A field: the attribute that has its value in Python, and its type."""

    attribute: str
    type: Type

    def is_like(self, other: StructField | None) -> bool:
        """Whether an expression that reads it means the same by another; sure of scalars only."""
        if other is None or self.attribute != other.attribute:
            return False
        one, two = self.type, other.type
        if one.kind == two.kind == "nullable":
            one, two = one.parameters[0], two.parameters[0]
        return one is two or (
            (one.kind, one.choices, one.longest) == (two.kind, two.choices, two.longest)
            and one.kind in SCALARS
        )


@dataclass(frozen=True, slots=True, eq=False)
class StructDefinition:
    """The fields of a struct, by the names that expressions use."""

    fields: Mapping[str, StructField]


DYN = Type("dyn")
ERROR = Type("error")
NULL = Type("null")
BOOL = Type("bool")
INT = Type("int")
UINT = Type("uint")
DOUBLE = Type("double")
STRING = Type("string")
BYTES = Type("bytes")
TIMESTAMP = Type("timestamp")
DURATION = Type("duration")
TYPE = Type("type")

SCALARS: Mapping[str, Type] = {
    each.kind: each
    for each in (DYN, BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, NULL, TYPE)
}
CHOICES_LIMIT = 200
"""More texts than that are not remembered as a closed set."""
NUMBERS = frozenset({"int", "uint", "double"})


def list_of(element: Type) -> Type:
    return Type("list", (element,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def optional_of(value: Type) -> Type:
    return Type("optional", (value,))


def nullable(value: Type) -> Type:
    """The type of a value that may be missing."""
    return value if value.kind in ("nullable", "dyn", "null") else Type("nullable", (value,))


def not_null(value: Type) -> Type:
    return value.parameters[0] if value.kind == "nullable" else value


def enumeration(*choices: str) -> Type:
    """A string that is one of these."""
    return Type("string", choices=choices)


def merged(one: Type, other: Type) -> Type:
    """Of two types, the first of which takes all of the second, one for the values of both."""
    if one is other or other.kind in ("null", "error"):
        return one
    if one.kind == "nullable":
        return nullable(merged(one.parameters[0], not_null(other)))
    other = not_null(other)
    if one.kind == other.kind == "string":
        return _merged_texts(one, other)
    if one.kind != other.kind or len(one.parameters) != len(other.parameters):
        return one
    if not one.parameters:
        return one
    parameters = tuple(map(merged, one.parameters, other.parameters))
    return Type(one.kind, parameters, one.name, definition=one.definition)


def _merged_texts(one: Type, other: Type) -> Type:
    choices: tuple[str, ...] = ()
    if one.choices and other.choices:
        choices = tuple(dict.fromkeys((*one.choices, *other.choices)))
    if len(choices) > CHOICES_LIMIT:
        choices = ()
    limits = [each.longest or max(map(len, each.choices), default=0) for each in (one, other)]
    return Type("string", choices=choices, longest=max(limits) if all(limits) else None)


def struct(name: str, fields: Mapping[str, Type | StructField]) -> Type:
    """A struct; a field given by type alone is read by an attribute of the same name."""
    rows = {
        key: value if isinstance(value, StructField) else StructField(key, value)
        for key, value in fields.items()
    }
    return Type("struct", name=name, definition=StructDefinition(rows))


def mentions(of: Type, kind: str) -> bool:
    """Whether a type or one of its parameters is of a kind."""
    return of.kind == kind or any(mentions(each, kind) for each in of.parameters)


_TOKEN = re.compile(r"\s*([A-Za-z_][\w.]*|[(),])")


def parse_type(text: str) -> Type:
    """
    A type as the tables of functions write it: `map(string, list(A))`.

    One capital letter is a type parameter, another unknown name an opaque type.
    """
    found, rest = _parse(_TOKEN.findall(text))
    assert not rest, text
    return found


def _parse(tokens: list[str]) -> tuple[Type, list[str]]:
    name, *rest = tokens
    parameters: list[Type] = []
    if rest and rest[0] == "(":
        while rest[0] != ")":
            parameter, rest = _parse(rest[1:])
            parameters.append(parameter)
        rest = rest[1:]
    if len(name) == 1 and name.isupper():
        return Type("param", name=name), rest
    if name in ("list", "map", "optional", "type", "nullable"):
        return Type(name, tuple(parameters)), rest
    return SCALARS.get(name) or Type("opaque", tuple(parameters), name), rest
