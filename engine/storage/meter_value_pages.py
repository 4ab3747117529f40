"""
Pages of meter values, each value once.

Theory of operation. A row holds all that was sampled at one moment, so what is wanted of it shows
only when it is read. Rows are read in the order of time until a page is full. A
search for something rare would go through years of rows: so a page also ends after `_ENOUGH` of
them, full or not, and its `next` goes on from there.

What a charge point sent twice stands in two rows of the same time. A page begins with all rows of
the time at which the last one ended: so what was shown of that time is known, and left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from engine.storage.database import Database
from engine.storage.measured import context_of, measurand_of, mention, phase_of, values_of
from engine.storage.meter_value_rows import Wanted
from engine.storage.pages import Moment, decode_cursor, encode_cursor, page
from engine.storage.records import MeterValueRecord, Page
from protocol.types import Integer

_ENOUGH = 400
"""After so many rows a page ends, unless more are wanted on it; they are read at once."""

_Place = tuple[datetime, int, int]
"""Where a value is in the order of time: where its row is, and its place in that."""

_END = 2**31
"""A place behind all values of a row."""


class MeterValueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which values are wanted; `since` is in, `until` is out."""

    connector_id: int | None = None
    measurand: str | None = None
    phase: str | None = None
    context: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Rows(Protocol):
    """Finds rows of one transaction or charge point."""

    def __call__(self, connection: Connection, *, wanted: Wanted) -> Sequence[Any]: ...


class _Entry(NamedTuple):
    place: _Place
    value: MeterValueRecord


async def page_of(
    database: Database, rows: Rows, wanted: MeterValueFilter, limit: int, cursor: str | None
) -> Page[MeterValueRecord]:
    """
    The values that are wanted of these rows, by time, those of one time as they came.

    Raises:
        CursorInvalid: `cursor` is not the `next` of such a page.
    """
    after = None if cursor is None else decode_cursor(cursor, tuple[Moment, Integer, int])
    found: list[_Entry] = []
    new, looked_at = _New(wanted, after), 0
    batch, enough = _first_batch(wanted, limit, after), max(_ENOUGH, limit)
    while True:
        read = await database.read(partial(rows, wanted=batch))
        found += islice(filter(new, _entries(read)), limit + 1 - len(found))
        if len(found) > limit or len(read) < batch.limit:
            return page(found, limit, lambda entry: entry.value, lambda entry: entry.place)
        last = (read[-1].measured_at, read[-1].sequence)
        looked_at += sum(1 for row in read if after is None or _place(row) > after)
        # A few rows of the time of the last page may be among them.
        if 2 * looked_at >= enough:
            values = tuple(entry.value for entry in found)
            return Page(items=values, next=encode_cursor((*last, _END)))
        batch = replace(batch, after=last)


def _first_batch(wanted: MeterValueFilter, limit: int, after: _Place | None) -> Wanted:
    words = {"measurand": wanted.measurand, "phase": wanted.phase, "context": wanted.context}
    mentions = (mention(field, word) for field, word in words.items() if word is not None)
    everything = wanted.connector_id is None and not any(words.values())
    return Wanted(
        limit=limit + 1 if everything else max(limit + 1, _ENOUGH),
        since=wanted.since if after is None else after[0],
        until=wanted.until,
        connector_id=wanted.connector_id,
        mentions=tuple(text for text in mentions if text is not None),
        passed_over=True,
    )


def _place(row: Any) -> _Place:
    return row.measured_at, row.sequence, 0


def _entries(rows: Iterable[Any]) -> Iterator[_Entry]:
    for row in rows:
        if row.sampled is not None:
            for index, value in enumerate(values_of(row)):
                yield _Entry((row.measured_at, row.sequence, index), value)


class _New:
    """Says of values in the order of time which are wanted, and were not there before."""

    def __init__(self, wanted: MeterValueFilter, after: _Place | None) -> None:
        self._fits = _fits(wanted)
        self._after = after
        self._time: datetime | None = None
        self._seen: set[MeterValueRecord] = set()

    def __call__(self, entry: _Entry) -> bool:
        """Whether a value belongs on the page."""
        value = entry.value
        if not self._fits(value):
            return False
        if value.measured_at != self._time:
            self._time, self._seen = value.measured_at, set()
        if value in self._seen:
            return False
        self._seen.add(value)
        return self._after is None or entry.place > self._after


def _fits(wanted: MeterValueFilter) -> Callable[[MeterValueRecord], bool]:
    measurand = None if wanted.measurand is None else measurand_of(wanted.measurand)
    phase = None if wanted.phase is None else phase_of(wanted.phase)
    context = None if wanted.context is None else context_of(wanted.context)
    return lambda value: (
        measurand in (None, value.measurand)
        and phase in (None, value.phase)
        and context in (None, value.context)
    )
