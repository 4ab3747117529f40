"""Reservations: made when a charge point accepts ReserveNow, ended once, never removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from engine.policy.facts import Reservation, ReservationStatus
from engine.storage.database import Database
from engine.storage.ids import new_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Page, ReservationRecord
from engine.storage.statements import Query, Statement, Step, Write, at_most
from engine.storage.tables import reservations as table

_MADE = Statement(
    Step.RESERVATION_MADE,
    [
        "id",
        "charge_point_id",
        "reservation_id",
        "connector_id",
        "id_tag",
        "parent_id_tag",
        "expiry_date",
        "accepted_at",
    ],
    lambda insert: insert(table),
)
_ENDED = Statement(
    Step.RESERVATION_ENDED,
    ["ended_at", "end", "transaction_id", "reservation"],
    lambda _: update(table).where(
        table.c.id == bindparam("reservation"), table.c.ended_at.is_(None)
    ),
)
_ACTIVE = Query(
    select(table)
    .where(
        table.c.charge_point_id == bindparam("charge_point"),
        table.c.ended_at.is_(None),
        table.c.expiry_date > bindparam("now"),
    )
    .order_by(table.c.id),
    ["charge_point", "now"],
)
_NAMED = Query(
    at_most(
        select(table)
        .where(
            table.c.charge_point_id == bindparam("charge_point"),
            table.c.reservation_id == bindparam("number"),
        )
        .order_by(table.c.id.desc()),
        1,
    ),
    ["charge_point", "number"],
)


class Reservations:
    """The reservations of all charge points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def made(
        self, charge_point_id: str, reservation: Reservation, time: datetime
    ) -> tuple[ReservationRecord, Write]:
        """A charge point has accepted ReserveNow. OCPP 1.6 §5.13."""
        record = ReservationRecord(
            id=new_id(time),
            charge_point_id=charge_point_id,
            reservation_id=reservation.reservation_id,
            connector_id=reservation.connector_id,
            id_tag=reservation.id_tag,
            parent_id_tag=reservation.parent_id_tag,
            expiry_date=reservation.expiry_date,
            accepted_at=time,
        )
        row = (
            record.id,
            charge_point_id,
            record.reservation_id,
            record.connector_id,
            record.id_tag,
            record.parent_id_tag,
            record.expiry_date,
            time,
        )
        return record, Write(_MADE, row)

    def ended(
        self,
        reservation: ReservationRecord,
        end: ReservationStatus,
        time: datetime,
        transaction_id: int | None = None,
    ) -> Write:
        """It ends for the first reason there is."""
        return Write(_ENDED, (time, end, transaction_id, reservation.id))

    async def active(self, charge_point_id: str, now: datetime) -> Sequence[ReservationRecord]:
        """Those of a charge point that nothing has ended yet, the oldest first."""
        rows = await self._database.fetch(_ACTIVE, charge_point_id, now)
        return [_record(row, now) for row in rows]

    async def named(
        self, charge_point_id: str, reservation_id: int, now: datetime
    ) -> ReservationRecord | None:
        """The last one of a charge point that had this reservation id, ended or not."""
        rows = await self._database.fetch(_NAMED, charge_point_id, reservation_id)
        return _record(rows[0], now) if rows else None

    async def list(
        self,
        *,
        now: datetime,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        active: bool | None = None,
    ) -> Page[ReservationRecord]:
        """
        Reservations, the last accepted first.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(table).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[str])[0])
        if charge_point_id is not None:
            statement = statement.where(table.c.charge_point_id == charge_point_id)
        if active is not None:
            is_active = table.c.ended_at.is_(None) & (table.c.expiry_date > now)
            statement = statement.where(is_active if active else ~is_active)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, lambda row: _record(row, now), lambda row: (row.id,))


def _record(row: Any, now: datetime) -> ReservationRecord:
    id_, charge_point_id, reservation_id, connector_id, id_tag, parent, expiry, *rest = row
    accepted_at, ended_at, end, transaction_id = rest
    return ReservationRecord(
        id=id_,
        charge_point_id=charge_point_id,
        reservation_id=reservation_id,
        connector_id=connector_id,
        id_tag=id_tag,
        parent_id_tag=parent,
        expiry_date=expiry,
        # Nobody tells us that one has expired.
        status=end or ("Active" if expiry > now else "Expired"),
        accepted_at=accepted_at,
        ended_at=ended_at,
        transaction_id=transaction_id,
    )
