"""Transactions: recorded at their start, also when refused, and ended by their first stop."""

from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy import ScalarSelect, bindparam, func, literal_column, null, select, update

from engine.policy.facts import Transaction
from engine.storage.database import Database
from engine.storage.pages import Moment, decode_cursor, page
from engine.storage.records import MatchedBy, Page
from engine.storage.statements import Query, Row, Statement, Step, Write
from engine.storage.tables import meter_values
from engine.storage.tables import transactions as table
from engine.storage.transaction_flags import flagged
from engine.storage.transaction_list import TransactionFilter, newest_first, rows_of
from protocol.types import Integer, id_tag_key


def _place_of_meter_values() -> ScalarSelect[int]:
    """Where the log of meter values ends now."""
    return select(
        func.coalesce(func.max(meter_values.c.sequence), literal_column("0"))
    ).scalar_subquery()


_STARTED = Statement(
    Step.TRANSACTION_STARTED,
    [
        "transaction_id",
        "charge_point_id",
        "connector_id",
        "id_tag",
        "id_tag_key",
        "started_at",
        "meter_start",
        "reservation_id",
        "id_tag_status",
        "parent_id_tag",
        "parent_id_tag_key",
        "received_at",
    ],
    lambda insert: insert(table).values(meter_values_from=_place_of_meter_values()),
)
STOPPED = Statement(
    Step.TRANSACTION_STOPPED,
    [
        "transaction",
        "stopped_at",
        "meter_stop",
        "reason",
        "stop_id_tag",
        "stop_received_at",
        "reconciled",
    ],
    lambda _: (
        update(table)
        .where(table.c.transaction_id == bindparam("transaction"), table.c.stopped_at.is_(None))
        .values(
            meter_values_until=_place_of_meter_values(),
            abandoned_at=null(),
            abandoned_reason=null(),
        )
    ),
)
FACTS = (
    table.c.transaction_id,
    table.c.charge_point_id,
    table.c.connector_id,
    table.c.id_tag,
    table.c.started_at,
    table.c.meter_start,
    table.c.reservation_id,
    table.c.id_tag_status,
    table.c.stopped_at,
    table.c.meter_stop,
    table.c.reason,
    table.c.stop_id_tag,
    table.c.parent_id_tag,
    table.c.received_at,
    table.c.stop_received_at,
    table.c.abandoned_at,
    table.c.abandoned_reason,
    table.c.reconciled,
)
"""The columns that make the fact, in the order of `as_transaction`."""

_GET = Query(select(*FACTS).where(table.c.transaction_id == bindparam("id")), ["id"])
_START = Query(
    select(*FACTS).where(
        table.c.charge_point_id == bindparam("charge_point"),
        table.c.connector_id == bindparam("connector"),
        table.c.id_tag_key == bindparam("tag"),
        table.c.started_at == bindparam("at"),
        table.c.meter_start == bindparam("meter"),
    ),
    ["charge_point", "connector", "tag", "at", "meter"],
)


class Stop(TypedDict, total=False):
    """What a stop says of its transaction."""

    stopped_at: Required[datetime]
    meter_stop: Required[int]
    reason: str
    stop_id_tag: str | None
    received_at: datetime | None
    reconciled: MatchedBy | None
    """Who found the transaction, where the stop did not name it."""


def stop_row(transaction_id: int, **stop: Unpack[Stop]) -> Row:
    """The parameters of `STOPPED`."""
    return (
        transaction_id,
        stop["stopped_at"],
        stop["meter_stop"],
        stop.get("reason", "Local"),
        stop.get("stop_id_tag"),
        stop.get("received_at"),
        stop.get("reconciled"),
    )


class Transactions:
    """The transactions of all charge points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def started(self, transaction: Transaction) -> Write:
        """
        A StartTransaction was answered. OCPP 1.6 §4.8.

        The same charge point, connector, id tag, time and meter reading can't start twice, also
        over two nodes: the future of the second fails with `Conflict`, and `find_start` has the
        first.
        """
        return Write(
            _STARTED,
            (
                transaction.transaction_id,
                transaction.charge_point_id,
                transaction.connector_id,
                transaction.id_tag,
                id_tag_key(transaction.id_tag),
                transaction.started_at,
                transaction.meter_start,
                transaction.reservation_id,
                transaction.id_tag_status,
                transaction.parent_id_tag,
                transaction.parent_id_tag and id_tag_key(transaction.parent_id_tag),
                transaction.received_at,
            ),
        )

    def stopped(self, transaction_id: int, **stop: Unpack[Stop]) -> Write:
        """A StopTransaction. OCPP 1.6 §4.10. The first one stays; a repeat changes nothing."""
        return Write(STOPPED, stop_row(transaction_id, **stop))

    async def get(self, transaction_id: int) -> Transaction | None:
        """The transaction with that id."""
        if not 0 < transaction_id < 2**31:
            return None
        rows = await self._database.fetch(_GET, transaction_id)
        return as_transaction(rows[0]) if rows else None

    async def find_start(
        self,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        started_at: datetime,
        meter_start: int,
    ) -> Transaction | None:
        """The transaction that this very StartTransaction began, if it was recorded before."""
        rows = await self._database.fetch(
            _START, charge_point_id, connector_id, id_tag_key(id_tag), started_at, meter_start
        )
        return as_transaction(rows[0]) if rows else None

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        connector_id: int | None = None,
        id_tag: str | None = None,
        parent_id_tag: str | None = None,
        id_tag_status: str | None = None,
        reason: str | None = None,
        open: bool | None = None,
        abandoned: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        stopped_since: datetime | None = None,
        stopped_until: datetime | None = None,
    ) -> Page[Transaction]:
        """
        Transactions by the time they started, the newest first; `since` is in, `until` is out.

        They are in the order of their stops where these are asked for.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        wanted = TransactionFilter(
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag_key=None if id_tag is None else id_tag_key(id_tag),
            parent_id_tag_key=None if parent_id_tag is None else id_tag_key(parent_id_tag),
            id_tag_status=id_tag_status,
            reason=reason,
            open=open,
            abandoned=abandoned,
            since=since,
            until=until,
            stopped_since=stopped_since,
            stopped_until=stopped_until,
        )
        after = None if cursor is None else decode_cursor(cursor, tuple[Moment, Integer])
        statement = newest_first(select(*FACTS), wanted, after).limit(limit + 1)
        rows = await self._database.read(lambda connection: rows_of(connection, statement))
        time = wanted.time.name
        return page(
            rows, limit, as_transaction, lambda row: (row._mapping[time], row.transaction_id)
        )


def as_transaction(row: Any) -> Transaction:
    """The fact of the columns `FACTS`."""
    transaction = Transaction(
        transaction_id=row[0],
        charge_point_id=row[1],
        connector_id=row[2],
        id_tag=row[3],
        started_at=row[4],
        meter_start=row[5],
        reservation_id=row[6],
        id_tag_status=row[7],
        stopped_at=row[8],
        meter_stop=row[9],
        reason=row[10],
        stop_id_tag=row[11],
        parent_id_tag=row[12],
        received_at=row[13],
        stop_received_at=row[14],
        abandoned_at=row[15],
        abandoned_reason=row[16],
        reconciled=row[17],
    )
    return flagged(transaction)
