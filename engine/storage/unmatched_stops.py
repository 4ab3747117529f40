"""Stops that end no transaction at first: kept, so that no energy is lost. ocpp16.md §4."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, literal_column, or_, select, update

from engine.errors import Conflict, NotFound
from engine.policy.facts import Transaction
from engine.storage.database import Database
from engine.storage.ids import content_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import MatchedBy, Page, UnmatchedStop
from engine.storage.running_transactions import RunningTransactions
from engine.storage.statements import Query, Row, Statement, Step, Write
from engine.storage.tables import transactions
from engine.storage.tables import unmatched_stops as table
from engine.storage.transactions import FACTS, STOPPED, as_transaction, stop_row

_FIELDS = UnmatchedStop.__struct_fields__
_SHOWN = tuple(table.c[name] for name in _FIELDS)
_KEPT = (*_FIELDS, "content")
_RECORDED = Statement(
    Step.STOP_UNMATCHED, _KEPT, lambda insert: insert(table).on_conflict_do_nothing()
)
_ANOTHER = Statement(
    Step.STOP_UNMATCHED,
    [*_KEPT, "named", "same_time", "same_meter"],
    lambda insert: (
        insert(table)
        .from_select(
            _KEPT,
            select(*(bindparam(name, type_=table.c[name].type) for name in _KEPT))
            .select_from(transactions)
            .where(
                transactions.c.transaction_id == bindparam("named"),
                or_(
                    transactions.c.stopped_at != bindparam("same_time"),
                    transactions.c.meter_stop != bindparam("same_meter"),
                ),
            ),
        )
        .on_conflict_do_nothing()
    ),
)
_MATCHED = Statement(
    Step.STOP_MATCHED,
    ["matched_transaction_id", "matched_at", "matched_by", "stop"],
    lambda _: update(table).where(table.c.id == bindparam("stop"), table.c.matched_at.is_(None)),
)
_SAME = Query(
    select(*_SHOWN).where(
        table.c.charge_point_id == bindparam("charge_point"),
        table.c.stopped_at == bindparam("at"),
        table.c.content == bindparam("same"),
    ),
    ["charge_point", "at", "same"],
)
_EARLY = (
    table.c.charge_point_id == bindparam("charge_point"),
    table.c.matched_at.is_(None),
    table.c.cause == literal_column("'NoTransaction'"),
)
_SINCE = Query(
    select(*_SHOWN).where(*_EARLY, table.c.stopped_at >= bindparam("since")),
    ["charge_point", "since"],
)
_LAST = Query(select(func.max(table.c.stopped_at)).where(*_EARLY), ["charge_point"])


class UnmatchedStops:
    """
    The StopTransactions that do not name a transaction which still waits for its stop.

    One that turned out to end a transaction stays here and says so, which also tells it when it
    is sent again.
    """

    def __init__(self, database: Database, running: RunningTransactions | None) -> None:
        self._database = database
        self._running = running

    def recorded(self, stop: UnmatchedStop) -> Write:
        """Keep a stop; the same one sent again is kept once."""
        return Write(_RECORDED, _row(stop))

    def another(self, stop: UnmatchedStop, transaction_id: int) -> Write:
        """Keep a stop if its transaction has one with another time or meter reading already."""
        return Write(_ANOTHER, (*_row(stop), transaction_id, stop.stopped_at, stop.meter_stop))

    def matched(self, stop_id: str, transaction_id: int, time: datetime, by: MatchedBy) -> Write:
        """It was found out which transaction a stop ends."""
        return Write(_MATCHED, (transaction_id, time, by, stop_id))

    async def same(self, stop: UnmatchedStop) -> UnmatchedStop | None:
        """The very same stop, if it was kept before."""
        rows = await self._database.fetch(
            _SAME, stop.charge_point_id, stop.stopped_at, _content(stop)
        )
        return _unmatched_stop(rows[0]) if rows else None

    async def since(self, charge_point_id: str, since: datetime) -> list[UnmatchedStop]:
        """Those that no transaction was found for, and that ended one at that time or later."""
        rows = await self._database.fetch(_SINCE, charge_point_id, since)
        return [_unmatched_stop(row) for row in rows]

    async def last(self, charge_point_id: str) -> datetime | None:
        """When the last of these ended its transaction; None where there is none."""
        rows = await self._database.fetch(_LAST, charge_point_id)
        last: datetime | None = rows[0][0]
        return last

    async def match(
        self, stop_id: str, transaction_id: int, time: datetime
    ) -> tuple[UnmatchedStop, Transaction]:
        """
        Let a stop end a transaction because an operator says so; gives both as they are now.

        Raises:
            NotFound: there is no such stop.
            Conflict: it has a transaction already, or can't be the stop of that one.
        """

        def work(connection: Connection) -> tuple[UnmatchedStop, Transaction]:
            stop = _locked_stop(connection, stop_id)
            transaction = _locked_transaction(connection, transaction_id)
            _require_match(stop, transaction, transaction_id)
            row = stop_row(
                transaction_id,
                stopped_at=stop.stopped_at,
                meter_stop=stop.meter_stop,
                reason=stop.reason or "Local",
                stop_id_tag=stop.id_tag,
                received_at=stop.received_at,
                reconciled="operator",
            )
            _execute(connection, STOPPED, row)
            _execute(connection, _MATCHED, (transaction_id, time, "operator", stop_id))
            return _locked_stop(connection, stop_id), _transaction(connection, transaction_id)

        matched = await self._database.transact(work)
        if self._running is not None:
            self._running.over(transaction_id)
        return matched

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        matched: bool | None = None,
    ) -> Page[UnmatchedStop]:
        """
        The stops, the last received first.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(*_SHOWN).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[str])[0])
        if charge_point_id is not None:
            statement = statement.where(table.c.charge_point_id == charge_point_id)
        if matched is not None:
            no_match = table.c.matched_at.is_(None)
            statement = statement.where(~no_match if matched else no_match)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _unmatched_stop, lambda row: (row.id,))


def _content(stop: UnmatchedStop) -> int:
    return content_id(stop.transaction_id, stop.meter_stop, stop.reason, stop.id_tag)


def _row(stop: UnmatchedStop) -> Row:
    data = stop.transaction_data
    encoded = None if data is None else msgspec.json.encode(data).decode()
    kept = msgspec.structs.replace(stop, transaction_data=encoded)
    return (*msgspec.structs.astuple(kept), _content(stop))


def _unmatched_stop(row: Any) -> UnmatchedStop:
    return UnmatchedStop(**dict(zip(_FIELDS, row, strict=True)))


def _execute(connection: Connection, statement: Statement, row: Row) -> None:
    parameters = dict(zip(statement.parameters, row, strict=True))
    connection.execute(statement.build(None), parameters)


def _locked_stop(connection: Connection, stop_id: str) -> UnmatchedStop:
    statement = select(*_SHOWN).where(table.c.id == stop_id).with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no unmatched stop `{stop_id}`", hint="GET /v1/unmatched-stops")
    return _unmatched_stop(row)


def _locked_transaction(connection: Connection, transaction_id: int) -> Transaction | None:
    statement = select(*FACTS).where(transactions.c.transaction_id == transaction_id)
    row = connection.execute(statement.with_for_update()).one_or_none()
    return None if row is None else as_transaction(row)


def _transaction(connection: Connection, transaction_id: int) -> Transaction:
    transaction = _locked_transaction(connection, transaction_id)
    assert transaction is not None
    return transaction


def _require_match(
    stop: UnmatchedStop, transaction: Transaction | None, transaction_id: int
) -> None:
    if stop.matched_transaction_id is not None:
        raise Conflict(f"the stop is that of transaction {stop.matched_transaction_id} already")
    if transaction is None:
        raise Conflict(
            f"there is no transaction {transaction_id}", hint="GET /v1/transactions lists them"
        )
    if transaction.charge_point_id != stop.charge_point_id:
        raise Conflict(
            f"transaction {transaction_id} is one of charge point `{transaction.charge_point_id}`,"
            f" the stop is one of `{stop.charge_point_id}`"
        )
    if transaction.stopped_at is not None:
        raise Conflict(
            f"transaction {transaction_id} has a stop already", hint="the first stop stays"
        )
