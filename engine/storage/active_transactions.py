"""Transactions without a stop: how many there are of whom, and which of them were abandoned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Executable,
    Select,
    bindparam,
    exists,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import sqlite

from engine.policy.facts import AbandonedReason, Transaction
from engine.storage.columns import Instant
from engine.storage.database import Database
from engine.storage.running_transactions import (
    ACCEPTED,
    COLUMNS,
    MOST,
    NO_STOP,
    RUNNING,
    ActiveTransaction,
    RunningTransactions,
)
from engine.storage.statements import Query, Statement, Step, Write, at_most
from engine.storage.tables import connectors
from engine.storage.tables import transactions as table
from engine.storage.transactions import FACTS, as_transaction
from protocol.types import id_tag_key


def _active(where: Any) -> Select[Any]:
    found = at_most(select(*COLUMNS).where(RUNNING, ACCEPTED, where), MOST).subquery()
    return select(*found.c)


_OF_CHARGE_POINT = _active(table.c.charge_point_id == bindparam("charge_point"))
_OF_ID_TAG = _active(table.c.id_tag_key == bindparam("tag"))
_OF_GROUP = _active(table.c.parent_id_tag_key == bindparam("group"))
_ACTIVE = Query(
    union_all(_OF_CHARGE_POINT, _OF_ID_TAG, _OF_GROUP), ["charge_point", "tag", "group"]
)
_WITHOUT_STOP = Query(
    at_most(
        select(*FACTS)
        .where(table.c.charge_point_id == bindparam("charge_point"), NO_STOP)
        .order_by(table.c.started_at.desc()),
        MOST,
    ),
    ["charge_point"],
)
_RUNNING_ON = Query(
    at_most(
        select(*FACTS).where(
            table.c.charge_point_id == bindparam("charge_point"),
            table.c.connector_id == bindparam("connector"),
            RUNNING,
        ),
        MOST,
    ),
    ["charge_point", "connector"],
)


def _supersede(insert: Any) -> Executable:
    if insert is not sqlite.insert:
        return (
            update(table)
            .where(table.c.transaction_id == bindparam("transaction"), RUNNING)
            .values(abandoned_reason=literal_column("'NewTransaction'"))
        )
    # In this form SQLite takes many rows at once: see `sqlite.py`.
    return text(
        "UPDATE transactions SET abandoned_at = said.column1, abandoned_reason = 'NewTransaction'"
        " FROM (VALUES (:abandoned_at, :transaction)) AS said"
        " WHERE transaction_id = said.column2 AND stopped_at IS NULL"
        " AND transactions.abandoned_at IS NULL"
    ).bindparams(bindparam("abandoned_at", type_=Instant), bindparam("transaction"))


_SUPERSEDED = Statement(Step.TRANSACTION_ABANDONED, ["abandoned_at", "transaction"], _supersede)


def is_superseded(transaction: Transaction, by: Transaction) -> bool:
    """
    Whether the start of another transaction says that one is over: a connector has one at a time.

    One that was queued offline may come after a newer one: it is older by its time, and by its
    meter too, so that a clock which was set back makes nobody old.
    """
    return (
        transaction.connector_id == by.connector_id
        and transaction.transaction_id != by.transaction_id
        and transaction.stopped_at is None
        and transaction.abandoned_at is None
        and (transaction.started_at <= by.started_at or transaction.meter_start < by.meter_start)
    )


class ActiveTransactions:
    """The transactions of all charge points that have no stop."""

    def __init__(self, database: Database, running: RunningTransactions | None) -> None:
        self._database = database
        self._running = running

    async def of(
        self, charge_point_id: str, id_tag: str | None, parent_id_tag: str | None
    ) -> Sequence[ActiveTransaction]:
        """The active ones of a charge point, of an id tag, and of a group, some of them twice."""
        rows = await self._database.fetch(
            _ACTIVE,
            charge_point_id,
            id_tag and id_tag_key(id_tag),
            parent_id_tag and id_tag_key(parent_id_tag),
        )
        return [ActiveTransaction(*row) for row in rows]

    async def without_stop(self, charge_point_id: str) -> Sequence[Transaction]:
        """All that a stop of the charge point may be for, the abandoned ones too."""
        rows = await self._database.fetch(_WITHOUT_STOP, charge_point_id)
        return [as_transaction(row) for row in rows]

    async def running_on(self, charge_point_id: str, connector_id: int) -> Sequence[Transaction]:
        """What runs on a connector, as far as the store knows, refused or not."""
        rows = await self._database.fetch(_RUNNING_ON, charge_point_id, connector_id)
        return [as_transaction(row) for row in rows]

    def superseded(self, transaction_id: int, time: datetime) -> Write:
        """Mark one as abandoned for which `is_superseded` holds."""
        return Write(_SUPERSEDED, (time, transaction_id))

    async def abandon(self, *, free_since: datetime, time: datetime) -> Sequence[Transaction]:
        """
        Mark as abandoned what runs on connectors that are Available since `free_since` or longer.

        Available before the stop is normal (ocpp16.md §7): the stop must have had time to come.
        """
        free = exists().where(
            connectors.c.charge_point_id == table.c.charge_point_id,
            connectors.c.connector_id == table.c.connector_id,
            connectors.c.status == "Available",
            connectors.c.updated_at <= free_since,
            connectors.c.updated_at >= table.c.started_at,
        )
        reason: AbandonedReason = "ConnectorAvailable"
        # What was queued offline has just come, and its stop with it.
        received = or_(table.c.received_at <= free_since, table.c.received_at.is_(None))
        statement = (
            update(table)
            .where(RUNNING, received, free)
            .values(abandoned_at=time, abandoned_reason=literal(reason))
            .returning(*FACTS)
        )
        rows = await self._database.transact(lambda connection: connection.execute(statement).all())
        marked = [as_transaction(row) for row in rows]
        if self._running is not None:
            for transaction in marked:
                self._running.over(transaction.transaction_id)
        return marked
