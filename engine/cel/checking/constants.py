"""Values that are known when an expression is compiled, and the types found by looking at them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Self

import msgspec

from engine.cel.checking.structs import struct_type
from engine.cel.checking.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    StructDefinition,
    StructField,
    Type,
    list_of,
    map_of,
    nullable,
)
from engine.cel.values.numbers import Uint

KNOWN_KEYS_LIMIT = 100
"""A constant map of more keys is a table; of fewer, its keys are checked like fields."""


class Constants(Mapping[str, object]):
    """
    Values by name, with what is worked out of them once: their types, and sets for `in`.

    `types` are those already known; the others are found by looking at the values.
    """

    def __init__(
        self, values: Mapping[str, object], types: Mapping[str, Type] | None = None
    ) -> None:
        self._values = dict(values)
        known = types or {}
        self.types: Mapping[str, Type] = {
            name: known.get(name) or type_of_value(value) for name, value in values.items()
        }
        self._texts: dict[int, tuple[object, frozenset[str]]] = {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def and_also(self, **values: object) -> Self:
        """These constants and more."""
        made = type(self)({**self._values, **values}, self.types)
        # A table is the same for whoever looks into it.
        made._texts = self._texts
        return made

    def texts_in(self, values: list[object] | tuple[object, ...]) -> frozenset[str]:
        """The texts of a list that is one of the constants, or in one."""
        if id(values) not in self._texts:
            # The list is kept, so that no other can have its id.
            texts = frozenset(value for value in values if isinstance(value, str))
            self._texts[id(values)] = values, texts
        return self._texts[id(values)][1]


def type_of_value(value: object) -> Type:
    """The type of a constant, as narrow as its parts allow: for tables and configured values."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case Uint():
            return UINT
        case int():
            return INT
        case float():
            return DOUBLE
        case Enum():
            return type_of_value(value.value)
        case str():
            return STRING
        case bytes():
            return BYTES
        case datetime():
            return TIMESTAMP
        case timedelta():
            return DURATION
        case msgspec.Struct():
            return struct_type(type(value))
        case list() | tuple():
            return list_of(_common(map(type_of_value, value)))
        case Mapping():
            return _row_type(tuple((key, _known_type(item)) for key, item in value.items()))
        case _:
            return DYN


_SCALARS: Mapping[type, Type] = {
    type(None): NULL,
    bool: BOOL,
    int: INT,
    float: DOUBLE,
    str: STRING,
}


def _known_type(value: object) -> Type:
    """Quick for the cells of tables."""
    return _SCALARS.get(type(value)) or type_of_value(value)


def map_type(fields: Mapping[Any, Type]) -> Type:
    """The type of a map whose values have these types; `type_of_value` where they are known."""
    return _row_type(tuple(fields.items()))


def _row_type(parts: tuple[tuple[object, Type], ...]) -> Type:
    """The same `Type` for all the rows of a table that are alike."""
    simple = all(type(key) is str and type_.definition is None for key, type_ in parts)
    return _alike(parts) if simple and len(parts) <= KNOWN_KEYS_LIMIT else _map_type(parts)


def _map_type(parts: tuple[tuple[object, Type], ...]) -> Type:
    """A map; with few keys, all text, it also knows the type of each, as a struct does."""
    keys, values = [key for key, _ in parts], [type_ for _, type_ in parts]
    found = map_of(_common(map(type_of_value, keys)), _common(values))
    if len(parts) > KNOWN_KEYS_LIMIT or not all(isinstance(key, str) for key in keys):
        return found
    # What is null now may be anything another day.
    fields = {str(key): DYN if value == NULL else value for key, value in parts}
    return _with_fields(found, fields)


_alike = lru_cache(maxsize=1_000)(_map_type)


def _with_fields(of: Type, fields: Mapping[str, Type]) -> Type:
    rows = {key: StructField(key, value) for key, value in fields.items()}
    return Type(of.kind, of.parameters, of.name, definition=StructDefinition(rows))


def _common(types: Iterable[Type]) -> Type:
    """The one type that all have; null beside it makes it nullable, anything else dyn."""
    different = {id(each): each for each in types}.values()
    some = [each for each in different if each.kind != "null"]
    if not some:
        return NULL if different else DYN
    joined = some[0]
    for each in some[1:]:
        joined = _join(joined, each)
    return nullable(joined) if len(some) < len(different) else joined


def _join(left: Type, right: Type) -> Type:
    if left is right:
        return left
    if left.kind != right.kind or left.kind == "dyn":
        return DYN
    if left.kind == "nullable":
        return nullable(_join(left.parameters[0], right.parameters[0]))
    if left.kind not in ("list", "map"):
        return left if left == right else DYN
    parameters = tuple(map(_join, left.parameters, right.parameters))
    joined = Type(left.kind, parameters)
    if left.definition is None or right.definition is None:
        return joined
    fields = {key: field.type for key, field in left.definition.fields.items()}
    for key, field in right.definition.fields.items():
        fields[key] = _join(fields[key], field.type) if key in fields else field.type
    return _with_fields(joined, fields) if len(fields) <= KNOWN_KEYS_LIMIT else joined
