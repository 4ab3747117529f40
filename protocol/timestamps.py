"""Points in time as charge points and central systems write them."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

_LENIENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt _](?P<minute>\d\d:\d\d)(?::(?P<second>\d\d))?"
    r"(?:[.,](?P<fraction>\d+))?\s*(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


class Timestamp(datetime):
    """
    A point in time, in UTC and whole milliseconds; its text is `2026-01-31T12:00:00.000Z`.

    OCPP 1.6 §3.14 recommends UTC, §3.15 leaves the notation to ISO 8601. Written with three
    digits and `Z` because charge points exist that break on `+00:00` and on microseconds.
    Made by `parse` or `of`, not by its constructor.
    """

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Reads any date and time of ISO 8601's extended form; without a zone it counts as UTC.

        Raises ValueError, also when the UTC time is before year 1 or after year 9999.
        """
        try:
            moment = cls.fromisoformat(text)
        except ValueError:
            moment = cls._parse_slowly(text)
        else:
            # `fromisoformat` also reads dates alone and the basic form, `20260131T120000`.
            if text[13:14] != ":":
                moment = cls._parse_slowly(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment.tzinfo is UTC and not moment.microsecond % 1000:
            return moment
        return cls.of(moment)

    @classmethod
    def _parse_slowly(cls, text: str) -> Self:
        parts = _LENIENT.fullmatch(text.strip())
        if parts is None:
            raise ValueError(f"not a date and time: `{text[:50]}`")
        # RFC 3339 §5.7: a leap second is written 60. It counts as the one before, as in POSIX.
        second = min(parts["second"] or "00", "59")
        fraction = (parts["fraction"] or "0")[:6].ljust(6, "0")
        zone = (parts["zone"] or "Z").upper()
        try:
            return cls.fromisoformat(f"{parts['date']}T{parts['minute']}:{second}.{fraction}{zone}")
        except ValueError as error:
            raise ValueError(f"not a date and time: `{text[:50]}`, {error}") from None

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Takes over a moment that knows its zone. Raises ValueError for one that does not."""
        if moment.tzinfo is not UTC:
            moment = _in_utc(moment)
        return cls(
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond // 1000 * 1000,
            UTC,
        )

    def __str__(self) -> str:
        """The text on the wire."""
        return _text(self)


# Each answer to a Heartbeat needs the text of the time, and many come in one millisecond.
@lru_cache(maxsize=64)
def _text(moment: Timestamp) -> str:
    utc = moment if moment.tzinfo is UTC else _in_utc(moment)
    # A third faster than isoformat.
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (  # noqa: UP031 - faster than an f-string
        utc.year,
        utc.month,
        utc.day,
        utc.hour,
        utc.minute,
        utc.second,
        utc.microsecond // 1000,
    )


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"without a time zone: `{moment.isoformat()}`")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"out of range: `{moment.isoformat()}`") from None
