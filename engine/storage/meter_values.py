"""
Meter values: what each MeterValues and StopTransaction measured.

The table is a log of what was sent, written at its end only; `meter_value_rows.py` finds things in
it and `measured.py` says what they mean. What was sent twice is there twice, and read once.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from engine.storage.database import Database
from engine.storage.measured import context_of, measurand_of, phase_of, values_of
from engine.storage.meter_value_rows import Wanted, of_charge_point, of_transaction
from engine.storage.metered import metered_of
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Metered, MeterValueRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import meter_values as table
from protocol.messages import MeterValue

_RECORDED = Statement(
    Step.METER_VALUES_RECORDED,
    ["charge_point_id", "transaction_id", "connector_id", "measured_at", "sampled", "stray"],
    lambda insert: insert(table),
)
_encode = msgspec.json.Encoder().encode
_DEFAULT = "Energy.Active.Import.Register"

Place = tuple[datetime, int, int]
"""Where a value is in the order of time: that of its row, and its place in it."""

Rows = Callable[[Connection, Wanted], Sequence[Any]]


class MeterValueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which values are wanted; `since` is in, `until` is out."""

    connector_id: int | None = None
    measurand: str | None = None
    phase: str | None = None
    context: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_ALL = MeterValueFilter()


class MeterValues:
    """What charge points measured."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded(
        self,
        charge_point_id: str,
        connector_id: int,
        transaction_id: int | None,
        meter_values: Iterable[MeterValue],
        *,
        runs: bool = False,
    ) -> list[Write]:
        """
        Values of a MeterValues or of a StopTransaction's transactionData. OCPP 1.6 §4.7.

        `runs` may only be true when the transaction is recorded and has no recorded stop.
        """
        stray = not runs and transaction_id is not None
        return [
            Write(
                _RECORDED,
                (
                    charge_point_id,
                    transaction_id or 0,
                    connector_id,
                    meter_value.timestamp,
                    _encode(meter_value.sampled_value).decode(),
                    stray,
                ),
            )
            for meter_value in meter_values
            if meter_value.sampled_value
        ]

    async def list(
        self,
        transaction_id: int,
        wanted: MeterValueFilter = _ALL,
        *,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[MeterValueRecord]:
        """
        The meter values of a transaction by time, those of one time as they came.

        They are those that the transaction's own charge point sent.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        return await self._page(
            lambda connection, rows: of_transaction(connection, transaction_id, rows),
            wanted,
            limit,
            cursor,
        )

    async def of_charge_point(
        self,
        charge_point_id: str,
        wanted: MeterValueFilter = _ALL,
        *,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[MeterValueRecord]:
        """
        The meter values of a charge point likewise, in transactions and outside of them.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        return await self._page(
            lambda connection, rows: of_charge_point(connection, charge_point_id, rows),
            wanted,
            limit,
            cursor,
        )

    async def metered(self, transaction_id: int) -> Metered:
        """What the values of a transaction say together."""

        async def read(wanted: Wanted) -> Sequence[Any]:
            return await self._database.read(
                lambda connection: of_transaction(connection, transaction_id, wanted)
            )

        return await metered_of(read)

    async def _page(
        self, rows: Rows, wanted: MeterValueFilter, limit: int, cursor: str | None
    ) -> Page[MeterValueRecord]:
        place = None if cursor is None else decode_cursor(cursor, Place)
        found: list[tuple[Place, MeterValueRecord]] = []
        async for entry in self._entries(rows, wanted, limit + 1, place):
            if place is None or entry[0] > place:
                found.append(entry)
            if len(found) > limit:
                break
        return page(found, limit, lambda entry: entry[1], lambda entry: entry[0])

    async def _entries(
        self, rows: Rows, wanted: MeterValueFilter, count: int, place: Place | None
    ) -> AsyncIterator[tuple[Place, MeterValueRecord]]:
        """
        The wanted values from the time of `place` on, each once.

        What was sent twice has the same time. So all of that time is read again, and what has
        been shown of it is known.
        """
        since = wanted.since if place is None else place[0]
        batch = Wanted(
            limit=count,
            since=since,
            until=wanted.until,
            connector_id=wanted.connector_id,
            mentions=_mention(wanted.measurand),
        )
        fits, seen = _fits(wanted), _Seen()
        while True:
            read = await self._database.read(lambda connection, batch=batch: rows(connection, batch))
            for row in read:
                for entry in _values(row):
                    if fits(entry[1]) and seen.new(entry[1]):
                        yield entry
            if len(read) < batch.limit:
                return
            batch = replace(batch, after=(read[-1].measured_at, read[-1].sequence))


def _values(row: Any) -> Iterator[tuple[Place, MeterValueRecord]]:
    for index, value in enumerate(values_of(row)):
        yield (row.measured_at, row.sequence, index), value


def _mention(measurand: str | None) -> str | None:
    """A text without which a row has no value of the measurand."""
    if measurand is None or measurand_of(measurand) == _DEFAULT:
        return None
    # In JSON it may be written in another way.
    return measurand if measurand.isascii() and measurand.isprintable() else None


def _fits(wanted: MeterValueFilter) -> Callable[[MeterValueRecord], bool]:
    measurand = None if wanted.measurand is None else measurand_of(wanted.measurand)
    phase = None if wanted.phase is None else phase_of(wanted.phase)
    context = None if wanted.context is None else context_of(wanted.context)
    return lambda value: (
        measurand in (None, value.measurand)
        and phase in (None, value.phase)
        and context in (None, value.context)
    )


class _Seen:
    """The values of one time that were there already."""

    def __init__(self) -> None:
        self._time: datetime | None = None
        self._values: set[MeterValueRecord] = set()

    def new(self, value: MeterValueRecord) -> bool:
        """Whether the value is there for the first time."""
        if value.measured_at != self._time:
            self._time, self._values = value.measured_at, set()
        known = len(self._values)
        self._values.add(value)
        return len(self._values) > known
