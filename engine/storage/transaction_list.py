"""Lists of transactions: which are wanted, and in which order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    false,
    func,
    literal_column,
    text,
    tuple_,
)

from engine.storage.groups import clean_text
from engine.storage.tables import transactions as table


class TransactionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which transactions are wanted; `since` is in, `until` is out."""

    charge_point_id: str | None = None
    connector_id: int | None = None
    id_tag_key: str | None = None
    parent_id_tag_key: str | None = None
    id_tag_status: str | None = None
    reason: str | None = None
    open: bool | None = None
    abandoned: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    stopped_since: datetime | None = None
    stopped_until: datetime | None = None

    @property
    def time(self) -> Column[datetime]:
        """The time they are in the order of: that of their stop where it is asked for."""
        by_stop = self.stopped_since is not None or self.stopped_until is not None
        return table.c.stopped_at if by_stop else table.c.started_at


def newest_first(
    statement: Select[Any], wanted: TransactionFilter, after: tuple[datetime, int] | None
) -> Select[Any]:
    """What the statement selects of the wanted ones, `after` that place in their order."""
    order = (wanted.time, table.c.transaction_id)
    if after is not None:
        statement = statement.where(tuple_(*order) < after)
    return statement.where(*_conditions(wanted)).order_by(*(column.desc() for column in order))


def rows_of(connection: Connection, statement: Select[Any]) -> Sequence[Any]:
    """The rows of a list."""
    if connection.dialect.name == "postgresql":
        # After a few times PostgreSQL would plan once for whatever values. But it is the value
        # that is rare: all reasons are frequent, and nearly no stop is an EmergencyStop.
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    return connection.execute(statement).all()


def _conditions(wanted: TransactionFilter) -> list[ColumnElement[bool]]:
    reason: ColumnElement[Any] = table.c.reason
    if wanted.open or wanted.abandoned:
        # What has no stop has no reason: SQLite must not look through all that have this one.
        reason = func.coalesce(reason, "")
    equal: dict[ColumnElement[Any], Any] = {
        table.c.charge_point_id: wanted.charge_point_id,
        table.c.connector_id: wanted.connector_id,
        table.c.id_tag_key: wanted.id_tag_key,
        table.c.parent_id_tag_key: wanted.parent_id_tag_key,
        table.c.id_tag_status: wanted.id_tag_status,
        reason: wanted.reason,
    }
    conditions = [
        column == clean_text(value) for column, value in equal.items() if value is not None
    ]
    if wanted.id_tag_status not in (None, "Accepted"):
        # The index has only these, and must be told so.
        conditions.append(table.c.id_tag_status != literal_column("'Accepted'"))
    if wanted.open is not None:
        no_stop = table.c.stopped_at.is_(None)
        # Most have a stop. SQLite would take `IS NOT NULL` for something rare, and sort them all.
        conditions.append(no_stop if wanted.open else no_stop.is_(false()))
    if wanted.abandoned is not None:
        never = table.c.abandoned_at.is_(None)
        # What is abandoned has no stop: with that it is sought among few.
        found = never if not wanted.abandoned else never.is_(false()) & table.c.stopped_at.is_(None)
        conditions.append(found)
    return [
        *conditions,
        *_within(table.c.started_at, wanted.since, wanted.until),
        *_within(table.c.stopped_at, wanted.stopped_since, wanted.stopped_until),
    ]


def _within(
    column: Column[datetime], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    bounds = []
    if since is not None:
        bounds.append(column >= since)
    if until is not None:
        bounds.append(column < until)
    return bounds
