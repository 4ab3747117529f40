"""
Python values as cel-python's interpreter wants them, and back.

Structs and mappings are converted field by field when an expression reads them, each once,
so that a decision converts only what its expressions look at.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, cached_property
from typing import Any, Protocol

import msgspec
from celpy import celtypes

from engine.cel.errors import EvaluationError


class Scope(Protocol):
    """Where an expression finds its names; asked only for those it reads. A dict is one."""

    def __getitem__(self, name: str, /) -> object: ...


class Record:
    """A struct or a mapping whose values are worked out when first read."""

    __slots__ = ("_read", "_values")

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def read(self, name: str) -> Any:
        """The field's value for the interpreter; KeyError where there is no such field."""
        try:
            return self._values[name]
        except KeyError:
            value = self._values[name] = prepare(self.fetch(name))
            return value

    def fetch(self, name: str) -> object:
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        raise NotImplementedError

    def present(self, name: str) -> bool:
        """What `has()` says. A field that may be left out and was is null and not present."""
        return self.read(name) is not None


class StructRecord(Record):
    """A struct: its fields by the names they have on the wire."""

    __slots__ = ("struct",)

    def __init__(self, struct: msgspec.Struct) -> None:
        super().__init__()
        self.struct = struct

    def fetch(self, name: str) -> object:
        return getattr(self.struct, _attributes(type(self.struct))[name])

    def names(self) -> Iterator[str]:
        return iter(_attributes(type(self.struct)))


class MappingRecord(Record):
    """A mapping that is not a plain dict: read only where an expression reads it."""

    __slots__ = ("mapping",)

    def __init__(self, mapping: Mapping[str, object]) -> None:
        super().__init__()
        self.mapping = mapping

    def fetch(self, name: str) -> object:
        return self.mapping[name]

    def names(self) -> Iterator[str]:
        return iter(self.mapping)

    def present(self, name: str) -> bool:
        return name in self.mapping


class PreparedList(celtypes.ListType):
    """A list that came from outside: asked often whether some text is in it."""

    @cached_property
    def texts(self) -> frozenset[str]:
        """All its texts, so that `request.idTag in data.vips` is one lookup."""
        return frozenset(item for item in self if isinstance(item, str))


@cache
def _attributes(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {field.encode_name: field.name for field in msgspec.structs.fields(struct)}


def prepare(value: object) -> Any:
    """
    A value as expressions read it.

    Done once for what many expressions read (a table, the facts of a decision); `evaluate`
    does it to whatever in its scope is not prepared yet.
    """
    if type(value) in _PREPARED:
        return value
    match value:
        case Record():
            return value
        case bool():
            return celtypes.BoolType(value)
        case Enum():
            return prepare(value.value)
        case str():
            return celtypes.StringType(value)
        case int():
            return celtypes.IntType(value)
        case float():
            return celtypes.DoubleType(value)
        case datetime():
            return celtypes.TimestampType(value if value.tzinfo else value.replace(tzinfo=UTC))
        case timedelta():
            return celtypes.DurationType(value)
        case bytes():
            return celtypes.BytesType(value)
        case list() | tuple() | set() | frozenset():
            return PreparedList(prepare(item) for item in value)
        case dict():
            return celtypes.MapType({prepare(key): prepare(item) for key, item in value.items()})
        case msgspec.Struct():
            return StructRecord(value)
        case Mapping():
            return MappingRecord(value)
        case _:
            raise EvaluationError(f"a value of type `{type(value).__name__}` can't be read")


_PREPARED = frozenset(
    {
        type(None),
        celtypes.BoolType,
        celtypes.BytesType,
        celtypes.DoubleType,
        celtypes.DurationType,
        celtypes.IntType,
        celtypes.ListType,
        celtypes.MapType,
        celtypes.StringType,
        celtypes.TimestampType,
        celtypes.UintType,
        MappingRecord,
        PreparedList,
        StructRecord,
    }
)


def native(value: Any) -> object:
    """A value of the interpreter as plain Python; an unsigned integer stays what it is."""
    match value:
        case None | celtypes.UintType():
            return value
        case celtypes.BoolType():
            return bool(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case str():
            return str.__str__(value)
        case bytes():
            return bytes(value)
        case datetime():
            return datetime.combine(value.date(), value.time(), value.tzinfo)
        case timedelta():
            return timedelta(
                days=value.days, seconds=value.seconds, microseconds=value.microseconds
            )
        case dict():
            return {native(key): native(item) for key, item in value.items()}
        case list():
            return [native(item) for item in value]
        case StructRecord():
            return {name: native(value.read(name)) for name in value.names() if value.present(name)}
        case Record():
            return {name: native(value.read(name)) for name in value.names()}
        case _:
            raise EvaluationError("a type or a function is not a value")


def type_name(value: object) -> str:
    """What an error message calls the type of a value."""
    match value:
        case None:
            return "null"
        case celtypes.BoolType():
            return "bool"
        case celtypes.UintType():
            return "uint"
        case int():
            return "int"
        case float():
            return "double"
        case str():
            return "string"
        case bytes():
            return "bytes"
        case datetime():
            return "timestamp"
        case timedelta():
            return "duration"
        case list():
            return "list"
        case dict() | MappingRecord():
            return "map"
        case StructRecord():
            return type(value.struct).__name__
        case _:
            return "type"
