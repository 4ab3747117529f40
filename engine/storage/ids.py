"""Ids of records: UUID version 7 as 32 hex digits, so that text order is time order."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import getrandbits

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def new_id(time: datetime) -> str:
    """A new id that sorts after every id of an earlier microsecond. RFC 9562 §5.7, §6.2."""
    milliseconds, micro = divmod((time - _EPOCH) // _MICROSECOND, 1000)
    # Method 3 of RFC 9562 §6.2: the part of the millisecond stands in the first 12 random bits.
    return f"{milliseconds:012x}7{micro << 2:03x}{1 << 63 | getrandbits(62):016x}"


def first_id(time: datetime) -> str:
    """No id made at `time` or later sorts before this; none made earlier sorts after it."""
    milliseconds, micro = divmod((time - _EPOCH) // _MICROSECOND, 1000)
    return f"{max(milliseconds, 0):012x}7{micro << 2:03x}"


def content_id(*parts: object) -> int:
    """A number that equal contents share: 64 bits, signed as databases like it."""
    text = "\x1f".join([str(part) for part in parts])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
