"""What charging policies need and CEL has not: id tags, opening hours, versions, roll-outs."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import re2

from engine.cel.errors import Failure
from engine.cel.functions.standard import PATTERN_COST, pattern, utf8
from engine.cel.functions.table import Function, function
from engine.cel.values.time import in_zone, time_zone
from protocol.types import id_tag_key

_ADDRESS_LIMIT = 100
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?")
_SEMANTIC_VERSION = re.compile(
    r"[vV]?([0-9]{1,18})(?:\.([0-9]{1,18}))?(?:\.([0-9]{1,18}))?((?:\.[0-9]{1,18})*)"
    r"(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)
_escape: Callable[[str], str] = re2.escape
_GLOBS = {"*": ".*", "?": "."}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_ID_TAG_LIMIT = 50
"""Characters. OCPP 1.6 allows 20, but what comes may be longer."""


def same_id_tag(left: str | None, right: str | None) -> bool:
    """OCPP 1.6 §7.27: an IdToken is compared without regard to letter case; null is none."""
    if left is None or right is None:
        return False
    if len(left) > _ID_TAG_LIMIT or len(right) > _ID_TAG_LIMIT:
        raise Failure(f"a text of more than {_ID_TAG_LIMIT} characters is no id tag")
    return id_tag_key(left) == id_tag_key(right)


@lru_cache(maxsize=1000)
def _seconds(clock: str) -> int:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise Failure(f"`{clock[:20]}` is not a time of day, such as `22:00`")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours == 24 and (minutes or seconds):
        raise Failure(f"`{clock}` is not a time of day: the last is `24:00`")
    return (hours * 60 + minutes) * 60 + seconds


def between(at: datetime, start: str, end: str, zone: str = "UTC") -> bool:
    """Whether the clock shows a time from `start` up to but not `end`, also over midnight."""
    local = in_zone(at, zone)
    now = (local.hour * 60 + local.minute) * 60 + local.second
    first, last = _seconds(start), _seconds(end)
    if first <= last:
        return first <= now < last
    return now >= first or now < last


def day_of_week(at: datetime, zone: str = "UTC") -> str:
    return _DAYS[in_zone(at, zone).weekday()]


@lru_cache(maxsize=2000)
def _version_key(text: str) -> tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]:
    match = _SEMANTIC_VERSION.fullmatch(text) if len(text) <= 200 else None
    if match is None:
        raise Failure(f"`{text[:40]}` is not a version, such as `1.10.2`")
    major, minor, patch, more, before = match.groups()
    numbers = [int(major), int(minor or 0), int(patch or 0), *map(int, more.split(".")[1:])]
    while len(numbers) > 3 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), _before_release(before)


def _before_release(text: str | None) -> tuple[tuple[int, int, str], ...]:
    """semver.org §11: a release comes after what precedes it; numbers before words."""
    if text is None:
        return ((2, 0, ""),)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))


def compare_versions(left: str, right: str) -> int:
    one, other = _version_key(left), _version_key(right)
    return (one > other) - (one < other)


def bucket(identity: str, count: int) -> int:
    """The same identity always falls into the same bucket, whatever the process."""
    if count < 1:
        raise Failure("`bucket` needs a number of buckets of 1 or more")
    digest = hashlib.sha256(identity.encode(errors="replace")).digest()
    return int.from_bytes(digest[:8], "big") % count


@lru_cache(maxsize=1000)
def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text[:_ADDRESS_LIMIT], strict=False)
    except ValueError:
        raise Failure(f"`{text[:60]}` is not a network, such as `10.0.0.0/8`") from None


@lru_cache(maxsize=1000)
def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        found = ip_address(text[:_ADDRESS_LIMIT])
    except ValueError:
        raise Failure(f"`{text[:60]}` is not an IP address") from None
    # A server that listens on both families sees IPv4 peers as ::ffff:a.b.c.d.
    return getattr(found, "ipv4_mapped", None) or found


def cidr(address: str, network: str) -> bool:
    return _address(address) in _network(network)


@lru_cache(maxsize=1000)
def _glob(text: str) -> Any:
    parts = (_GLOBS.get(part) or _escape(part) for part in re.split(r"([*?])", text))
    return pattern(f"(?s){''.join(parts)}")


def glob(text: str, like: str) -> bool:
    """`*` stands for any characters, `?` for one; all else for itself."""
    return _glob(like).fullmatch(utf8(text)) is not None


DOMAIN: tuple[Function, ...] = (
    function(
        "sameIdTag",
        "Whether two id tags are the same, whatever the letter case (OCPP 1.6 §7.27)"
        " and the spaces around them; null is none.",
        "sameIdTag('abc1', 'ABC1')",
        {"(nullable(string), nullable(string)) -> bool": same_id_tag},
        constant_time=True,
    ),
    function(
        "between",
        "Whether the clock shows a time from one up to another one, in UTC or a time zone;"
        " over midnight where the second is earlier.",
        "timestamp('2026-01-31T22:30:00Z').between('22:00', '06:00', 'Europe/Berlin')",
        {
            "timestamp.between(string, string) -> bool": between,
            "timestamp.between(string, string, string) -> bool": between,
        },
        constant_time=True,
        cost=10,
        reading=40,
        literals={1: _seconds, 2: _seconds, 3: time_zone},
    ),
    function(
        "dayOfWeek",
        "The name of the day, in UTC or a time zone.",
        "timestamp('2026-01-31T22:30:00Z').dayOfWeek() == 'Saturday'",
        {
            "timestamp.dayOfWeek() -> string": day_of_week,
            "timestamp.dayOfWeek(string) -> string": day_of_week,
        },
        constant_time=True,
        cost=10,
        reading=100,
        literals={1: time_zone},
        choices=_DAYS,
    ),
    function(
        "compareVersions",
        "-1, 0 or 1 as the first version comes before, is, or comes after the second"
        " (semver.org §11; missing numbers are 0).",
        "compareVersions('1.9.0', '1.10') == -1",
        {"(string, string) -> int": compare_versions},
        constant_time=True,
        cost=5,
        reading=25,
        literals={0: _version_key, 1: _version_key},
    ),
    function(
        "bucket",
        "A number from 0 up to a count, always the same for the same text: for roll-outs"
        " to a part of all charge points.",
        "bucket('CP1', 100) == bucket('CP1', 100)",
        {"(string, int) -> int": bucket},
        cost=15,
    ),
    function(
        "cidr",
        "Whether an IP address lies in a network.",
        "cidr('10.1.2.3', '10.0.0.0/8')",
        {"(string, string) -> bool": cidr},
        constant_time=True,
        cost=5,
        reading=50,
        literals={0: _address, 1: _network},
    ),
    function(
        "glob",
        "Whether a whole text is like a pattern with `*` (any characters) and `?` (one).",
        "glob('ABB-Terra-54', 'ABB*')",
        {"(string, string) -> bool": glob},
        cost=15,
        reading=PATTERN_COST,
        literals={1: _glob},
    ),
)
