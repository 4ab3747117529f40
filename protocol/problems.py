"""What is wrong with a payload: every problem at once, each with its place and its rule."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from itertools import islice
from math import isclose
from typing import Any, Literal, cast

import msgspec
from msgspec import inspect

from protocol.types import Message, OneDecimal, Timestamp

Rule = Literal["missing", "type", "value", "length", "count", "unknown", "format"]


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a payload."""

    path: str
    """Where: `idTagInfo.status`, `meterValue[0].timestamp`; empty for the payload itself."""
    rule: Rule
    message: str

    def __str__(self) -> str:
        return f"`{self.path or 'payload'}` {self.message}"


def find(
    type_: type[Message],
    value: object,
    *,
    unknown_fields: bool,
    decimals: bool,
    limit: int = 100,
) -> list[Problem]:
    """
    Lists what is wrong with plain values as a message of this type: everything, up to `limit`.

    Args:
        unknown_fields: whether fields that the type does not have may be there.
        decimals: whether charging limits may have more than one digit after the point.
    """
    walk = _Walk(unknown_fields, decimals)
    return list(islice(walk.visit("", description(type_), value), limit))


description = cache(inspect.type_info)


@cache
def _fields(cls: type[msgspec.Struct]) -> Mapping[str, inspect.Field]:
    """By their names on the wire."""
    return {field.encode_name: field for field in cast(inspect.StructType, description(cls)).fields}


class _Walk:
    """Follows the type's description and the value side by side."""

    def __init__(self, unknown_fields: bool, decimals: bool) -> None:
        self.unknown_fields = unknown_fields
        self.decimals = decimals

    def visit(self, path: str, type_: inspect.Type, value: object) -> Iterator[Problem]:
        match type_:
            case inspect.UnionType(types=types):
                if value is not None:
                    known = next(t for t in types if not isinstance(t, inspect.NoneType))
                    yield from self.visit(path, known, value)
            case inspect.StructType():
                yield from self._object(path, type_, value)
            case inspect.VarTupleType():
                yield from self._list(path, type_, value)
            case inspect.StrType():
                yield from self._text(path, type_, value)
            case inspect.IntType():
                yield from self._integer(path, type_, value)
            case inspect.BoolType():
                if not isinstance(value, bool):
                    yield _wrong_type(path, "true or false", value)
            case inspect.EnumType():
                yield from self._enumeration(path, type_, value)
            case inspect.CustomType(cls=cls) if cls is Timestamp:
                yield from self._timestamp(path, value)
            case inspect.CustomType(cls=cls) if cls is OneDecimal:
                yield from self._decimal(path, value)
            case _:
                raise TypeError(f"no message has fields of the type {type_}")

    def _object(self, path: str, type_: inspect.StructType, value: object) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield _wrong_type(path, "an object", value)
            return
        fields = _fields(type_.cls)
        prefix = f"{path}." if path else ""
        for name, field in fields.items():
            if name in value:
                yield from self.visit(prefix + name, field.type, value[name])
            elif field.required:
                yield Problem(prefix + name, "missing", "is required")
        if not self.unknown_fields:
            for name in value:
                if name not in fields:
                    yield _unknown(prefix, name, fields)

    def _list(self, path: str, type_: inspect.VarTupleType, value: object) -> Iterator[Problem]:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            yield _wrong_type(path, "a list", value)
            return
        if len(value) < (type_.min_length or 0):
            yield Problem(path, "count", f"must have at least {type_.min_length} item")
        for index, item in enumerate(value):
            yield from self.visit(f"{path}[{index}]", type_.item_type, item)

    def _text(self, path: str, type_: inspect.StrType, value: object) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield _wrong_type(path, "text", value)
        elif type_.max_length is not None and len(value) > type_.max_length:
            # The value itself may be a secret, and is long.
            text = f"has {len(value)} characters, {type_.max_length} are allowed"
            yield Problem(path, "length", text)

    def _integer(self, path: str, type_: inspect.IntType, value: object) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield _wrong_type(path, "an integer", value)
        elif not cast(int, type_.ge) <= value <= cast(int, type_.le):
            yield Problem(path, "value", "does not fit in 64 bits")

    def _enumeration(self, path: str, type_: inspect.EnumType, value: object) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield _wrong_type(path, "text", value)
            return
        allowed = [member.value for member in type_.cls]
        if value not in allowed:
            close = get_close_matches(value[:50], allowed, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"not one of {', '.join(allowed)}"
            yield Problem(path, "value", f"can't be `{value[:50]}`: {hint}")

    def _timestamp(self, path: str, value: object) -> Iterator[Problem]:
        try:
            read_timestamp(value)
        except TypeError:
            yield _wrong_type(path, "a date and time as text", value)
        except ValueError as error:
            yield Problem(path, "format", f"is {error}")

    def _decimal(self, path: str, value: object) -> Iterator[Problem]:
        try:
            read_decimal(value)
            if not self.decimals:
                check_decimals(value)
        except TypeError:
            yield _wrong_type(path, "a number", value)
        except ValueError as error:
            yield Problem(path, "value", str(error))


def read_timestamp(value: object) -> Timestamp:
    """Reads text or takes over a datetime. Raises TypeError or ValueError."""
    if isinstance(value, str):
        return Timestamp.parse(value)
    if isinstance(value, datetime):
        return Timestamp.of(value)
    raise TypeError("not text")


def read_decimal(value: object) -> OneDecimal:
    """Reads a number. Raises TypeError or ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return OneDecimal(value)
    raise TypeError("not a number")


def check_decimals(value: object) -> None:
    """OCPP 1.6 §7.14: "at most one digit fraction". Raises ValueError."""
    number = cast(float, value)
    # 0.1 + 0.2 is 0.30000000000000004, and means 0.3.
    if not isclose(number, OneDecimal(number), rel_tol=1e-12, abs_tol=1e-9):
        raise ValueError(f"has more than one digit after the point: `{value}`")


def _wrong_type(path: str, wanted: str, value: object) -> Problem:
    return Problem(path, "type", f"must be {wanted}, not {_kind(value)}")


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
        case _:
            return type(value).__name__


def _unknown(prefix: str, name: Any, fields: Mapping[str, inspect.Field]) -> Problem:
    close = get_close_matches(str(name)[:50], fields, n=1)
    hint = f": did you mean `{close[0]}`?" if close else ""
    return Problem(f"{prefix}{name}", "unknown", f"is not a field here{hint}")
