"""
Meter values: what each MeterValues and StopTransaction measured.

The table is a log of what was sent, written at its end only; `meter_value_rows.py` finds things in
it and `measured.py` says what they mean. What was sent twice is there twice, and read once.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from engine.policy.facts import Transaction
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

_FILTERED = 500
"""So many rows are read at once where most of them may have nothing of what is wanted."""

_Place = tuple[datetime, int, int]
"""Where a value is in the order of time: where its row is, and its place in that."""


class _Rows(Protocol):
    """Finds rows of one transaction or charge point."""

    def __call__(self, connection: Connection, *, wanted: Wanted) -> Sequence[Any]: ...


class _Entry(NamedTuple):
    place: _Place
    value: MeterValueRecord


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
        rows = partial(of_transaction, transaction_id=transaction_id)
        return await self._page(rows, wanted, limit, cursor)

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
        rows = partial(of_charge_point, charge_point_id=charge_point_id)
        return await self._page(rows, wanted, limit, cursor)

    async def metered(self, transaction: Transaction) -> Metered:
        """What a transaction and its values say together."""

        async def read(wanted: Wanted) -> Sequence[Any]:
            id_ = transaction.transaction_id
            return await self._database.read(
                lambda connection: of_transaction(connection, id_, wanted)
            )

        return await metered_of(transaction, read)

    async def _page(
        self, rows: _Rows, wanted: MeterValueFilter, limit: int, cursor: str | None
    ) -> Page[MeterValueRecord]:
        after = None if cursor is None else decode_cursor(cursor, tuple[datetime, int, int])
        found: list[_Entry] = []
        async for entry in self._entries(rows, wanted, limit + 1, after):
            if after is None or entry.place > after:
                found.append(entry)
            if len(found) > limit:
                break
        return page(found, limit, lambda entry: entry.value, lambda entry: entry.place)

    async def _entries(
        self, rows: _Rows, wanted: MeterValueFilter, count: int, after: _Place | None
    ) -> AsyncIterator[_Entry]:
        """
        The wanted values, each once, from the time of `after` on.

        What was sent twice has the same time. So all of that time is read again, and what has
        been shown of it is known.
        """
        batch = Wanted(
            limit=count if _takes_all(wanted) else max(count, _FILTERED),
            since=wanted.since if after is None else after[0],
            until=wanted.until,
            connector_id=wanted.connector_id,
            mentions=_mention(wanted.measurand),
        )
        fits, seen = _fits(wanted), _Seen()
        while True:
            read = await self._database.read(partial(rows, wanted=batch))
            for entry in _entries(read):
                if fits(entry.value) and seen.new(entry.value):
                    yield entry
            if len(read) < batch.limit:
                return
            batch = replace(batch, after=(read[-1].measured_at, read[-1].sequence))


def _entries(rows: Iterable[Any]) -> Iterator[_Entry]:
    for row in rows:
        for index, value in enumerate(values_of(row)):
            yield _Entry((row.measured_at, row.sequence, index), value)


def _mention(measurand: str | None) -> str | None:
    """A text without which a row has no value of the measurand."""
    if measurand is None or measurand_of(measurand) == _DEFAULT:
        return None
    # In JSON it may be written in another way.
    return measurand if measurand.isascii() and measurand.isprintable() else None


def _takes_all(wanted: MeterValueFilter) -> bool:
    return wanted.measurand is wanted.phase is wanted.context is None


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
