"""Sizes, texts and dates: the other standard functions. langdef.md, "Functions"."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import re2

from engine.cel.errors import Failure
from engine.cel.functions.table import Function, function
from engine.cel.values.time import duration_nanoseconds, in_zone, time_zone

PATTERN_COST = 400
"""Of a regular expression that was not read before."""

_compile: Callable[..., Any] = re2.compile
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20
_OPTIONS.never_capture = True


@lru_cache(maxsize=1000)
def pattern(text: str) -> Any:
    """
    A regular expression of RE2, which takes time linear in the text it searches.

    It searches bytes of UTF-8: given text, the wrapper would work out the place of each match.
    """
    if len(text) > 1000:
        raise Failure("a regular expression may have at most 1000 characters")
    try:
        return _compile(utf8(text), options=_OPTIONS)
    except re2.error as problem:
        reason = problem.args[0] if problem.args else ""
        if isinstance(reason, bytes):
            reason = reason.decode(errors="replace")
        raise Failure(f"`{text[:60]}` is not a regular expression: {reason}") from None


def utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failure("this text has characters that UTF-8 has not") from None


def matches(text: str, expression: str) -> bool:
    return pattern(expression).search(utf8(text)) is not None


def _contains(text: str, part: str) -> bool:
    return part in text


def _field(read: Callable[[datetime], int]) -> dict[str, Callable[..., int]]:
    def in_utc(value: datetime) -> int:
        return read(in_zone(value, None))

    def in_named_zone(value: datetime, zone: str) -> int:
        return read(in_zone(value, zone))

    return {"timestamp": in_utc, "timestamp, string": in_named_zone}


def _whole(nanoseconds: int) -> Callable[[timedelta], int]:
    """How many whole units a duration has, towards zero."""

    def count(value: timedelta) -> int:
        total = duration_nanoseconds(value)
        return total // nanoseconds if total >= 0 else -(-total // nanoseconds)

    return count


def _milliseconds(value: timedelta) -> int:
    """Of the second that is not whole."""
    total = duration_nanoseconds(value)
    part = abs(total) // 10**6 % 1000
    return part if total >= 0 else -part


def _getter(
    name: str,
    doc: str,
    example: str,
    read: Callable[[datetime], int],
    of_duration: Callable[[timedelta], int] | None = None,
) -> Function:
    by_zone = _field(read)
    signatures: dict[str, Callable[..., Any]] = {
        f"timestamp.{name}() -> int": by_zone["timestamp"],
        f"timestamp.{name}(string) -> int": by_zone["timestamp, string"],
    }
    if of_duration is not None:
        signatures[f"duration.{name}() -> int"] = of_duration
    return function(
        name, doc, example, signatures, constant_time=True, cost=10, reading=100,
        literals={1: time_zone},
    )  # fmt: skip


_TIME = "timestamp('2026-01-31T22:05:07.250Z')"

STANDARD: tuple[Function, ...] = (
    function(
        "size",
        "How many characters, bytes, elements or entries.",
        "size('abc') == 3 && [1, 2].size() == 2",
        {
            "(string) -> int": len,
            "(bytes) -> int": len,
            "(list(A)) -> int": len,
            "(map(A, B)) -> int": len,
            "string.size() -> int": len,
            "bytes.size() -> int": len,
            "list(A).size() -> int": len,
            "map(A, B).size() -> int": len,
        },
        constant_time=True,
    ),
    function(
        "contains",
        "Whether a text has another one in it.",
        "'abcd'.contains('bc')",
        {"string.contains(string) -> bool": _contains},
    ),
    function(
        "startsWith",
        "Whether a text starts with another one.",
        "'abcd'.startsWith('ab')",
        {"string.startsWith(string) -> bool": str.startswith},
    ),
    function(
        "endsWith",
        "Whether a text ends with another one.",
        "'abcd'.endsWith('cd')",
        {"string.endsWith(string) -> bool": str.endswith},
    ),
    function(
        "matches",
        "Whether a regular expression (RE2) is found anywhere in a text.",
        "'abcd'.matches('^a.*d$')",
        {"string.matches(string) -> bool": matches, "(string, string) -> bool": matches},
        cost=15,
        reading=PATTERN_COST,
        literals={1: pattern},
    ),
    _getter("getFullYear", "The year, in UTC or a zone.", f"{_TIME}.getFullYear() == 2026",
            lambda at: at.year),
    _getter("getMonth", "The month, from 0.", f"{_TIME}.getMonth() == 0", lambda at: at.month - 1),
    _getter("getDate", "The day of the month, from 1.", f"{_TIME}.getDate() == 31",
            lambda at: at.day),
    _getter("getDayOfMonth", "The day of the month, from 0.", f"{_TIME}.getDayOfMonth() == 30",
            lambda at: at.day - 1),
    _getter("getDayOfWeek", "The day of the week, Sunday is 0.", f"{_TIME}.getDayOfWeek() == 6",
            lambda at: at.isoweekday() % 7),
    _getter("getDayOfYear", "The day of the year, from 0.", f"{_TIME}.getDayOfYear() == 30",
            lambda at: at.timetuple().tm_yday - 1),
    _getter("getHours", "The hour of the day; of a duration, its whole hours.",
            f"{_TIME}.getHours('Europe/Berlin') == 23", lambda at: at.hour, _whole(3600 * 10**9)),
    _getter("getMinutes", "The minute of the hour; of a duration, its whole minutes.",
            f"{_TIME}.getMinutes() == 5", lambda at: at.minute, _whole(60 * 10**9)),
    _getter("getSeconds", "The second of the minute; of a duration, its whole seconds.",
            f"{_TIME}.getSeconds() == 7", lambda at: at.second, _whole(10**9)),
    _getter("getMilliseconds", "The milliseconds of the second.",
            f"{_TIME}.getMilliseconds() == 250", lambda at: at.microsecond // 1000, _milliseconds),
)  # fmt: skip
