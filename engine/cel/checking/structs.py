"""Types of msgspec structs, found by looking at their classes."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
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
    StructDefinition,
    StructField,
    Type,
    enumeration,
    list_of,
    map_of,
    nullable,
)

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
    if found is not None and not isinstance(info, inspect.StrType):
        return found
    match info:
        case inspect.StrType(max_length=longest):
            return Type("string", longest=longest)
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
