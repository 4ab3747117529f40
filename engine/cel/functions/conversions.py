"""Conversions between types. langdef.md, "List of Standard Definitions"."""

import re
from datetime import datetime
from typing import Any

from engine.cel.errors import Failure
from engine.cel.functions.standard import utf8
from engine.cel.functions.table import Function, function
from engine.cel.values.kinds import type_of
from engine.cel.values.numbers import Uint, checked_int, checked_uint, double_text
from engine.cel.values.time import (
    duration_nanoseconds,
    duration_text,
    make_duration,
    make_timestamp,
    parse_duration,
    parse_timestamp,
    timestamp_nanoseconds,
    timestamp_text,
)

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)",
    re.IGNORECASE | re.ASCII,
)
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def _same(value: Any) -> Any:
    return value


def _int_of_double(value: float) -> int:
    # Both ends are excluded: the doubles next to them would not fit.
    if not -(2.0**63) < value < 2.0**63:
        raise Failure(f"{value} is out of the range of int")
    return int(value)


def _int_of_string(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Failure(f"`{text[:40]}` is not an integer")
    return checked_int(int(text))


def _int_of_uint(value: Uint) -> int:
    return checked_int(int(value))


def _int_of_timestamp(value: datetime) -> int:
    return timestamp_nanoseconds(value) // 10**9


def _uint_of_double(value: float) -> Uint:
    if not 0 <= value < 2.0**64:
        raise Failure(f"{value} is out of the range of uint")
    return Uint(value)


def _uint_of_string(text: str) -> Uint:
    if not _INTEGER.fullmatch(text) or text[0] in "+-":
        raise Failure(f"`{text[:40]}` is not an unsigned integer")
    return checked_uint(int(text))


def _double_of_string(text: str) -> float:
    if len(text) > 1000 or not _DECIMAL.fullmatch(text):
        raise Failure(f"`{text[:40]}` is not a number")
    return float(text)


def _string_of_double(value: float) -> str:
    return double_text(value)


def _string_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Failure("these bytes are not UTF-8") from None


def _string_of_bool(value: bool) -> str:
    return "true" if value else "false"


def _string_of_string(value: str) -> str:
    return str(value)


def _bool_of_string(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Failure(f"`{text[:40]}` is not a bool")


def _timestamp_of_int(seconds: int) -> datetime:
    return make_timestamp(seconds * 10**9)


def _string_of_int(value: int) -> str:
    return int.__repr__(value)


CONVERSIONS: tuple[Function, ...] = (
    function(
        "int",
        "A number without its fraction; a text's number; a timestamp's seconds since 1970.",
        "int('42') == 42 && int(3.9) == 3",
        {
            "(int) -> int": _same,
            "(uint) -> int": _int_of_uint,
            "(double) -> int": _int_of_double,
            "(string) -> int": _int_of_string,
            "(timestamp) -> int": _int_of_timestamp,
            "(duration) -> int": duration_nanoseconds,
        },
        reading=6,
        literals={0: _int_of_string},
        constant_time=True,
    ),
    function(
        "uint",
        "A number without sign and fraction, or a text's.",
        "uint('42') == 42u",
        {
            "(uint) -> uint": _same,
            "(int) -> uint": checked_uint,
            "(double) -> uint": _uint_of_double,
            "(string) -> uint": _uint_of_string,
        },
        reading=6,
        literals={0: _uint_of_string},
        constant_time=True,
    ),
    function(
        "double",
        "A number as a double, or a text's.",
        "double('1.5') == 1.5",
        {
            "(double) -> double": _same,
            "(int) -> double": float,
            "(uint) -> double": float,
            "(string) -> double": _double_of_string,
        },
        reading=8,
        literals={0: _double_of_string},
        constant_time=True,
    ),
    function(
        "string",
        "A value as text; bytes as UTF-8.",
        "string(42) == '42' && string(duration('90s')) == '90s'",
        {
            "(string) -> string": _string_of_string,
            "(int) -> string": _string_of_int,
            "(uint) -> string": _string_of_int,
            "(double) -> string": _string_of_double,
            "(bool) -> string": _string_of_bool,
            "(bytes) -> string": _string_of_bytes,
            "(timestamp) -> string": timestamp_text,
            "(duration) -> string": duration_text,
        },
        cost=30,
    ),
    function(
        "bytes",
        "A text as bytes of UTF-8.",
        "bytes('abc') == b'abc'",
        {"(bytes) -> bytes": _same, "(string) -> bytes": utf8},
    ),
    function(
        "bool",
        "A text's truth: `true`, `t`, `1`, `false`, `f`, `0` and their spellings.",
        "bool('true')",
        {"(bool) -> bool": _same, "(string) -> bool": _bool_of_string},
        literals={0: _bool_of_string},
        constant_time=True,
    ),
    function(
        "timestamp",
        "A time as RFC 3339 writes it, or of seconds since 1970.",
        "timestamp('2026-01-31T12:00:00Z') < timestamp('2026-02-01T00:00:00Z')",
        {
            "(timestamp) -> timestamp": _same,
            "(string) -> timestamp": parse_timestamp,
            "(int) -> timestamp": _timestamp_of_int,
        },
        reading=60,
        literals={0: parse_timestamp},
        constant_time=True,
    ),
    function(
        "duration",
        "A span of time: numbers with the units h, m, s, ms, us, ns.",
        "duration('1h30m') == duration('90m')",
        {
            "(duration) -> duration": _same,
            "(string) -> duration": parse_duration,
            "(int) -> duration": make_duration,
        },
        reading=35,
        literals={0: parse_duration},
        constant_time=True,
    ),
    function(
        "dyn",
        "The same value, its type unknown.",
        "dyn(1) == 1.0",
        {"(A) -> dyn": _same},
        constant_time=True,
    ),
    function(
        "type",
        "The type of a value.",
        "type(1) == int",
        {"(A) -> type(A)": type_of},
        constant_time=True,
    ),
)
