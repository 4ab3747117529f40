"""Types of msgspec structs and of plain values, found by looking at them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

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
    enumeration,
    list_of,
    map_of,
    nullable,
)
from engine.cel.values.numbers import Uint

KNOWN_KEYS_LIMIT = 100
"""A constant map of more keys is a table; of fewer, its keys are checked like fields."""

_SCALARS: Mapping[type[inspect.Type], Type] = {
    inspect.NoneType: NULL,
    inspect.BoolType: BOOL,
    inspect.IntType: INT,
    inspect.FloatType: DOUBLE,
    inspect.StrType: STRING,
    inspect.BytesType: BYTES,
    inspect.DateTimeType: TIMESTAMP,
    inspect.TimeDeltaType: DURATION,
}


class _Fields(Mapping[str, StructField]):
    """The fields of a struct class, looked up when first read: structs may nest in themselves."""

    def __init__(self, of: type[msgspec.Struct]) -> None:
        self._of = of

    @property
    def _rows(self) -> Mapping[str, StructField]:
        return _fields(self._of)

    def __getitem__(self, name: str) -> StructField:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@cache
def struct_type(of: type[msgspec.Struct]) -> Type:
    """
    The type of a struct class: its fields as they are named on the wire.

    A field that is None by default, or may be None, reads as null where it was left out.
    """
    return Type("struct", name=of.__name__, definition=StructDefinition(_Fields(of)))


def fields_of(of: type[msgspec.Struct]) -> Mapping[str, StructField]:
    """The fields of a struct class by their names on the wire."""
    return _fields(of)


@cache
def _fields(of: type[msgspec.Struct]) -> Mapping[str, StructField]:
    info = inspect.type_info(of)
    assert isinstance(info, inspect.StructType)
    return {
        field.encode_name: StructField(field.name, _type_of(field.type)) for field in info.fields
    }


def attributes(of: type[msgspec.Struct]) -> Mapping[str, str]:
    """The Python attribute of each field, by the field's name on the wire."""
    return _attributes(of)


@cache
def _attributes(of: type[msgspec.Struct]) -> Mapping[str, str]:
    return {field.encode_name: field.name for field in msgspec.structs.fields(of)}


def _type_of(info: inspect.Type) -> Type:
    found = _SCALARS.get(type(info))
    if found is not None:
        return found
    match info:
        case inspect.Metadata(type=inner):
            return _type_of(inner)
        case inspect.StructType(cls=cls):
            return struct_type(cls)
        case inspect.EnumType(cls=cls):
            return _choices([member.value for member in cls])
        case inspect.LiteralType(values=values):
            return _choices(values)
        case inspect.UnionType(types=types):
            return _union(types)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return list_of(_type_of(item))
        case inspect.DictType(key_type=key, value_type=value):
            return map_of(_type_of(key), _type_of(value))
        case inspect.CustomType(cls=cls) if issubclass(cls, datetime):
            return TIMESTAMP
        case inspect.CustomType(cls=cls) if issubclass(cls, timedelta):
            return DURATION
        case inspect.CustomType(cls=cls) if issubclass(cls, str):
            return STRING
        case _:
            return DYN


def _choices(values: Any) -> Type:
    if all(isinstance(value, str) for value in values):
        return enumeration(*map(str, values))
    return INT if all(type(value) is int for value in values) else DYN


def _union(types: tuple[inspect.Type, ...]) -> Type:
    some = [_type_of(each) for each in types if not isinstance(each, inspect.NoneType)]
    union = some[0] if all(each == some[0] for each in some) else DYN
    return nullable(union) if len(some) < len(types) else union


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
            return list_of(_common([type_of_value(item) for item in value]))
        case Mapping():
            return _map_type({key: type_of_value(item) for key, item in value.items()})
        case _:
            return DYN


def _map_type(rows: Mapping[object, Type]) -> Type:
    """A map; with few keys, all text, it also knows the type of each, as a struct does."""
    found = map_of(_common([type_of_value(key) for key in rows]), _common(list(rows.values())))
    if len(rows) > KNOWN_KEYS_LIMIT or not all(isinstance(key, str) for key in rows):
        return found
    # What is null now may be anything another day.
    fields = {str(key): DYN if value == NULL else value for key, value in rows.items()}
    return _with_fields(found, fields)


def _with_fields(of: Type, fields: Mapping[str, Type]) -> Type:
    rows = {key: StructField(key, value) for key, value in fields.items()}
    return Type(of.kind, of.parameters, of.name, definition=StructDefinition(rows))


def _common(types: list[Type]) -> Type:
    """The one type that all have; null beside it makes it nullable, anything else dyn."""
    some = [each for each in types if each.kind != "null"]
    if not some:
        return NULL if types else DYN
    joined = some[0]
    for each in some[1:]:
        joined = _join(joined, each)
    return nullable(joined) if len(some) < len(types) else joined


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
