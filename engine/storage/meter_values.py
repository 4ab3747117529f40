"""Meter values: one row per sampled value, the specification's defaults filled in."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import select, tuple_

from engine.storage.database import Database
from engine.storage.ids import content_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import MeterValueRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import meter_values as table
from engine.storage.tables import transactions
from protocol.messages import MeterValue, SampledValue

_RECORDED = Statement(
    Step.METER_VALUE_RECORDED,
    [
        "charge_point_id",
        "transaction_id",
        "measured_at",
        "connector_id",
        "content",
        "measurand",
        "phase",
        "context",
        "location",
        "unit",
        "format",
        "value",
        "number",
    ],
    lambda insert: insert(table).on_conflict_do_nothing(),
)


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
    ) -> list[Write]:
        """Values of a MeterValues or of a StopTransaction's transactionData. OCPP 1.6 §4.7."""
        return [
            _write(charge_point_id, connector_id, transaction_id, meter_value.timestamp, sampled)
            for meter_value in meter_values
            for sampled in meter_value.sampled_value
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
        owner = select(transactions.c.charge_point_id).where(
            transactions.c.transaction_id == transaction_id
        )
        key = (table.c.measured_at, table.c.connector_id, table.c.content)
        statement = (
            select(table)
            .where(table.c.charge_point_id == owner.scalar_subquery())
            .where(table.c.transaction_id == transaction_id)
            .order_by(*key)
            .limit(limit + 1)
        )
        if cursor is not None:
            place = decode_cursor(cursor, tuple[datetime, int, int])
            statement = statement.where(tuple_(*key) > place)
        if measurand is not None:
            statement = statement.where(table.c.measurand == measurand)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(
            rows, limit, _meter_value, lambda row: (row.measured_at, row.connector_id, row.content)
        )


class _Kind(NamedTuple):
    """What was measured, where and how: there are few of them, so they are worked out once."""

    measurand: str
    phase: str | None
    context: str
    location: str
    unit: str | None
    format: str
    content: int


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
    rest = (
        None if phase is None else str(phase),
        str(context or "Sample.Periodic"),
        str(location or "Outlet"),
        unit,
        str(format_ or "Raw"),
    )
    return _Kind(measurand, *rest, content_id(measurand, *rest) >> 32 << 32)


def _write(
    charge_point_id: str,
    connector_id: int,
    transaction_id: int | None,
    measured_at: datetime,
    sampled: SampledValue,
) -> Write:
    value = sampled.value
    measurand, phase, context, location, unit, format_, content = _kind(
        sampled.measurand,
        sampled.phase,
        sampled.context,
        sampled.location,
        sampled.unit,
        sampled.format,
    )
    return Write(
        _RECORDED,
        (
            charge_point_id,
            transaction_id or 0,
            measured_at,
            connector_id,
            # What was measured is in the upper half, the value in the lower.
            content | crc32(value.encode(errors="replace")),
            measurand,
            phase,
            context,
            location,
            unit,
            format_,
            value,
            _number(value) if format_ == "Raw" else None,
        ),
    )


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    # Python also reads `nan`, `inf` and `1_000`; none of them is a decimal number.
    return number if isfinite(number) and "_" not in value else None


def _meter_value(row: Any) -> MeterValueRecord:
    return MeterValueRecord(
        charge_point_id=row.charge_point_id,
        connector_id=row.connector_id,
        transaction_id=row.transaction_id or None,
        measured_at=row.measured_at,
        measurand=row.measurand,
        phase=row.phase,
        context=row.context,
        location=row.location,
        unit=row.unit,
        format=row.format,
        value=row.value,
        number=row.number,
    )
