"""The id tags asked for lately, in memory that is bounded whatever is asked for."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET, UnsetType

from engine.policy.facts import Tag
from protocol.types import ID_TOKEN_LIMIT, id_tag_key

V = TypeVar("V")

KNOWN = 50_000
"""How many registered id tags are remembered."""

UNKNOWN = 20_000
"""How many that nobody knows; apart, or a flood of them would drive out the others."""

CACHE_SECONDS = 5.0
"""How long; an edit by another process is seen after that. Our own edits are seen at once."""


class IdTagCache:
    """What was read of id tags, each for some seconds; the least recently read go first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Tag]] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self.edits = 0
        """Counts the edits: what was read before one must not be remembered after it."""

    def get(self, id_tag: str) -> Tag | UnsetType | None:
        """The tag if memory knows it, null if memory knows that there is none; else `UNSET`."""
        key = id_tag_key(id_tag)
        known = self._known.get(key)
        if known is not None:
            return known[1] if known[0] > self._clock() else UNSET
        until = self._unknown.get(key)
        if until is not None:
            return None if until > self._clock() else UNSET
        # No registered tag is longer, and what a charge point sends may be of any length.
        return None if len(id_tag.strip()) > ID_TOKEN_LIMIT else UNSET

    def remember(self, key: str, tag: Tag | None, *, edits: int) -> None:
        """Keep what was read when there had been so many edits."""
        if edits != self.edits:
            return
        until = self._clock() + CACHE_SECONDS
        if tag is None:
            self._known.pop(key, None)
            _put(self._unknown, key, until, UNKNOWN)
        else:
            self._unknown.pop(key, None)
            _put(self._known, key, (until, tag), KNOWN)

    def edited(self, key: str) -> None:
        """A tag was made, changed or deleted."""
        self.edits += 1
        self._known.pop(key, None)
        self._unknown.pop(key, None)

    def clear(self) -> None:
        """Many were."""
        self.edits += 1
        self._known.clear()
        self._unknown.clear()

    def __len__(self) -> int:
        return len(self._known) + len(self._unknown)


def _put(entries: OrderedDict[str, V], key: str, value: V, limit: int) -> None:
    entries[key] = value
    entries.move_to_end(key)
    if len(entries) > limit:
        entries.popitem(last=False)
