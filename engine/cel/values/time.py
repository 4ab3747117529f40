"""
Timestamps and durations to the nanosecond.

They are Python's `datetime` and `timedelta` wherever a microsecond is fine enough, which is
nearly always; the rest are subclasses of these with up to 999 nanoseconds more. Python asks
the subclass first when the two are compared, so that the plain ones need no care.

langdef.md, "Abstract Types": a duration is an int64 of nanoseconds, a timestamp lies in the
years 1 to 9999.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from engine.cel.errors import Failure

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 10**9
_INT64 = 2**63
_FIRST = -62_135_596_800 * _SECOND
_LAST = 253_402_300_800 * _SECOND - 1
_WIDEST = timedelta(microseconds=_INT64 // 1000)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))"
)
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 10**6,
    "s": _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND,
}  # fmt: skip
_OFFSET = re.compile(r"([+-]?)(\d\d?):(\d\d)", re.ASCII)


class FineTimestamp(datetime):
    """A timestamp between two microseconds."""

    nanosecond: int
    """0 to 999, after the microsecond."""

    @classmethod
    def of(cls, plain: datetime, nanosecond: int) -> Self:
        made = cls.combine(plain.date(), plain.time(), tzinfo=plain.tzinfo)
        made.nanosecond = nanosecond
        return made

    def _difference(self, other: object) -> int:
        if not isinstance(other, datetime):
            raise TypeError
        return timestamp_nanoseconds(self) - timestamp_nanoseconds(other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and self._difference(other) == 0

    def __lt__(self, other: object) -> bool:
        return self._difference(other) < 0

    def __le__(self, other: object) -> bool:
        return self._difference(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._difference(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._difference(other) >= 0

    def __hash__(self) -> int:
        return hash(timestamp_nanoseconds(self))


class FineDuration(timedelta):
    """A duration between two microseconds."""

    nanosecond: int
    """0 to 999, after the microseconds."""

    @classmethod
    def of(cls, plain: timedelta, nanosecond: int) -> Self:
        made = cls(plain.days, plain.seconds, plain.microseconds)
        made.nanosecond = nanosecond
        return made

    def _difference(self, other: object) -> int:
        if not isinstance(other, timedelta):
            raise TypeError
        return duration_nanoseconds(self) - duration_nanoseconds(other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, timedelta) and self._difference(other) == 0

    def __lt__(self, other: object) -> bool:
        return self._difference(other) < 0

    def __le__(self, other: object) -> bool:
        return self._difference(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._difference(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._difference(other) >= 0

    def __hash__(self) -> int:
        return hash(duration_nanoseconds(self))


def duration_nanoseconds(value: timedelta) -> int:
    whole = ((value.days * 86_400 + value.seconds) * 10**6 + value.microseconds) * 1000
    return whole + value.nanosecond if type(value) is FineDuration else whole


def timestamp_nanoseconds(value: datetime) -> int:
    """Nanoseconds since 1970. A time without a zone is taken as UTC."""
    plain = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    whole = duration_nanoseconds(datetime.__sub__(plain, EPOCH))
    return whole + value.nanosecond if type(value) is FineTimestamp else whole


def compare_timestamps(left: datetime, right: datetime) -> int:
    """-1, 0 or 1, for timestamps of any class, with a zone or without."""
    one, other = timestamp_nanoseconds(left), timestamp_nanoseconds(right)
    return (one > other) - (one < other)


def make_duration(nanoseconds: int) -> timedelta:
    if not -_INT64 <= nanoseconds < _INT64:
        raise Failure("duration out of range")
    microseconds, rest = divmod(nanoseconds, 1000)
    plain = timedelta(microseconds=microseconds)
    return FineDuration.of(plain, rest) if rest else plain


def make_timestamp(nanoseconds: int) -> datetime:
    if not _FIRST <= nanoseconds <= _LAST:
        raise Failure("timestamp out of range")
    microseconds, rest = divmod(nanoseconds, 1000)
    plain = EPOCH + timedelta(microseconds=microseconds)
    return FineTimestamp.of(plain, rest) if rest else plain


def add_timestamp(left: datetime, right: timedelta) -> datetime:
    return make_timestamp(timestamp_nanoseconds(left) + duration_nanoseconds(right))


def add_timestamp_to(left: timedelta, right: datetime) -> datetime:
    return add_timestamp(right, left)


def subtract_duration(left: datetime, right: timedelta) -> datetime:
    return make_timestamp(timestamp_nanoseconds(left) - duration_nanoseconds(right))


def subtract_timestamps(left: datetime, right: datetime) -> timedelta:
    if type(left) is not FineTimestamp and type(right) is not FineTimestamp:
        try:
            difference = left - right
        except TypeError:  # one has no zone
            difference = None
        if difference is not None and -_WIDEST < difference < _WIDEST:
            return difference
    return make_duration(timestamp_nanoseconds(left) - timestamp_nanoseconds(right))


def add_durations(left: timedelta, right: timedelta) -> timedelta:
    return make_duration(duration_nanoseconds(left) + duration_nanoseconds(right))


def subtract_durations(left: timedelta, right: timedelta) -> timedelta:
    return make_duration(duration_nanoseconds(left) - duration_nanoseconds(right))


def parse_timestamp(text: str) -> datetime:
    """RFC 3339, to the nanosecond; always in UTC."""
    match = _RFC3339.fullmatch(text) if len(text) < 64 and text.isascii() else None
    if match is None:
        raise Failure(f"`{text[:40]}` is not a timestamp, such as `2026-01-31T12:00:00Z`")
    *fields, fraction, sign, hours, minutes = match.groups()
    try:
        plain = datetime(*map(int, fields), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        raise Failure(f"`{text}` is not a date and time") from None
    seconds = 0
    if sign is not None:
        if int(hours) > 23 or int(minutes) > 59:
            raise Failure(f"`{text}` has no such offset from UTC")
        seconds = (int(hours) * 60 + int(minutes)) * 60 * (-1 if sign == "-" else 1)
    nanoseconds = timestamp_nanoseconds(plain) - seconds * _SECOND
    return make_timestamp(nanoseconds + int((fraction or "").ljust(9, "0") or 0))


def parse_duration(text: str) -> timedelta:
    """Numbers with units, as in `1h30m` or `-1.5s`."""
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned == "0":
        return timedelta(0)
    nanoseconds = at = 0
    while len(text) < 200 and (match := _DURATION.match(unsigned, at)):
        whole, _, fraction = match[1].partition(".")
        unit = _UNITS[match[2]]
        nanoseconds += int(whole or 0) * unit
        if fraction:
            nanoseconds += int(fraction) * unit // 10 ** len(fraction)
        at = match.end()
    if at == 0 or at < len(unsigned):
        raise Failure(f"`{text[:40]}` is not a duration, such as `90s` or `1h30m`")
    return make_duration(-nanoseconds if text[0] == "-" else nanoseconds)


def timestamp_text(value: datetime) -> str:
    """RFC 3339 in UTC, with three, six or nine digits of a second where it needs them."""
    seconds, rest = divmod(timestamp_nanoseconds(value), _SECOND)
    plain = EPOCH + timedelta(seconds=seconds)
    return f"{plain.isoformat()[:19]}{_fraction(rest)}Z"


def duration_text(value: timedelta) -> str:
    """Seconds, with three, six or nine digits after the point where it needs them."""
    nanoseconds = duration_nanoseconds(value)
    seconds, rest = divmod(abs(nanoseconds), _SECOND)
    return f"{'-' if nanoseconds < 0 else ''}{seconds}{_fraction(rest)}s"


def _fraction(nanoseconds: int) -> str:
    """Milli-, micro- or nanoseconds, as many as are needed: the JSON of protobuf's times."""
    text = f".{nanoseconds:09d}"
    if nanoseconds % 10**6 == 0:
        return text[:4] if nanoseconds else ""
    return text if nanoseconds % 1000 else text[:7]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1000)
def time_zone(name: str) -> tzinfo:
    """
    A zone by its name in the tz database, or a fixed offset such as `-09:30`.

    A zone's file is read once. No other file is looked for, whatever the name.
    """
    match = _OFFSET.fullmatch(name)
    if match is not None and int(match[2]) < 24 and int(match[3]) < 60:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    if name in ("UTC", "Z", ""):
        return UTC
    if name not in _zones():
        raise Failure(f"`{name[:60]}` is not a time zone, such as `Europe/Berlin`")
    return ZoneInfo(name)


def in_zone(value: datetime, zone: str | None) -> datetime:
    """The date and time on the clocks of a zone; UTC where none is named."""
    if zone is None and value.tzinfo is UTC:
        return value
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC if zone is None else time_zone(zone))
    except OverflowError:
        raise Failure("timestamp out of range") from None
