"""
Meter values: what each MeterValues and StopTransaction measured, as it was sent.

The table is a log, written at its end only. To find the values of one transaction in it without
an index entry at a place of its own for each, a transaction notes where the log ended when it
started and when it stopped; in between, an index by segment leads to its rows. What came while
the transaction was not known to run (late, or after a restart of this process) is *stray*, and
those few have an index by transaction. What was sent twice is there twice, and read once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from engine.storage.database import Database
from engine.storage.history import Log
from engine.storage.ids import content_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import MeterValueRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import meter_values as table
from engine.storage.tables import transactions
from protocol.messages import MeterValue, SampledValue

_RECORDED = Statement(
    Step.METER_VALUES_RECORDED,
    ["charge_point_id", "transaction_id", "connector_id", "measured_at", "sampled", "stray"],
    lambda insert: insert(table),
)
_encode = msgspec.json.Encoder().encode


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
        *,
        limit: int = 1000,
        cursor: str | None = None,
        measurand: str | None = None,
    ) -> Page[MeterValueRecord]:
        """
        The meter values of a transaction in the order of their time.

        They are those that the transaction's own charge point sent.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        place = None if cursor is None else decode_cursor(cursor, tuple[datetime, int, int])
        rows = await self._database.read(lambda connection: _rows(connection, transaction_id))
        # By its key, so that a repeated value is there once.
        values = {_key(value): value for row in rows for value in _values(row)}
        keys = sorted(
            key
            for key, value in values.items()
            if (place is None or key > place) and measurand in (None, value.measurand)
        )
        return page(keys[: limit + 1], limit, values.__getitem__, lambda key: key)


def _rows(connection: Connection, transaction_id: int) -> Sequence[Any]:
    bounds = select(
        transactions.c.charge_point_id,
        transactions.c.meter_values_from,
        transactions.c.meter_values_until,
    ).where(transactions.c.transaction_id == transaction_id)
    found = connection.execute(bounds).one_or_none()
    if found is None:
        return []
    charge_point_id, since, until = found
    own = select(table).where(
        table.c.transaction_id == transaction_id, table.c.charge_point_id == charge_point_id
    )
    log = Log(connection, table, table.c.sequence)
    log.narrow(since, until, None)
    stray = connection.execute(own.where(table.c.stray)).all()
    return [*stray, *log.all(own.where(~table.c.stray))]


class _Kind(NamedTuple):
    """What was measured, where and how, the defaults filled in."""

    measurand: str
    phase: str | None
    context: str
    location: str
    unit: str | None
    format: str


@lru_cache(maxsize=4096)
def _kind(
    measurand: str | None,
    phase: str | None,
    context: str | None,
    location: str | None,
    unit: str | None,
    format_: str | None,
) -> _Kind:
    # OCPP 1.6 §7.43 has these defaults.
    measurand = str(measurand or "Energy.Active.Import.Register")
    if unit is None:
        # "Default = “Wh” if the (default) measurand is an “Energy” type."
        unit = "Wh" if measurand.startswith("Energy") else None
    else:
        unit = "Celsius" if unit == "Celcius" else str(unit)
    return _Kind(
        measurand,
        None if phase is None else str(phase),
        str(context or "Sample.Periodic"),
        str(location or "Outlet"),
        unit,
        str(format_ or "Raw"),
    )


def _values(row: Any) -> Iterator[MeterValueRecord]:
    """The sampled values of a row, each with what the specification says of those left out."""
    for sampled in msgspec.convert(row.sampled, tuple[SampledValue, ...]):
        kind = _kind(
            sampled.measurand,
            sampled.phase,
            sampled.context,
            sampled.location,
            sampled.unit,
            sampled.format,
        )
        yield MeterValueRecord(
            charge_point_id=row.charge_point_id,
            connector_id=row.connector_id,
            transaction_id=row.transaction_id or None,
            measured_at=row.measured_at,
            **kind._asdict(),
            value=sampled.value,
            number=_number(sampled.value) if kind.format == "Raw" else None,
        )


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    # Python also reads `nan`, `inf` and `1_000`; none of them is a decimal number.
    return number if isfinite(number) and "_" not in value else None


def _key(value: MeterValueRecord) -> tuple[datetime, int, int]:
    """What tells a value from all others of its transaction, in the order of time."""
    content = content_id(
        value.measurand,
        value.phase,
        value.context,
        value.location,
        value.unit,
        value.format,
        value.value,
    )
    return value.measured_at, value.connector_id, content
