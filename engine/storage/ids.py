"""Ids of records: UUID version 7 as 32 hex digits, so that text order is time order."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from random import getrandbits

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(time: datetime) -> str:
    """A new id that sorts after every id of an earlier microsecond. RFC 9562 §5.7, §6.2."""
    return "%032x" % (_bits(time) | 1 << 63 | getrandbits(62))


def first_id(time: datetime) -> str:
    """No id made at `time` or later sorts before this; none made earlier sorts after it."""
    return max(_bits(time), 0).to_bytes(16, "big").hex()


@lru_cache(maxsize=64)
def _bits(time: datetime) -> int:
    """The 48 bits of milliseconds, the version, and the microseconds left over."""
    since = time - _EPOCH
    micro = since.microseconds
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + micro // 1000
    # Method 3 of RFC 9562 §6.2: the part of the millisecond stands in the first 12 random bits.
    return milliseconds << 80 | 7 << 76 | micro % 1000 << 66


def content_id(*parts: object) -> int:
    """A number that equal contents share: 64 bits, signed as databases like it."""
    text = "\x1f".join([str(part) for part in parts])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
