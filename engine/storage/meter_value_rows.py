"""
Finding the rows of a transaction or a charge point in the log of meter values.

Theory of operation. PostgreSQL has an index by transaction and one by charge point, each with the
time after it: its commit costs by the bytes that are written. SQLite's costs by the page that is
changed, and either index would change a page per row. There the index is by segment (1,024 rows)
and charge point: it grows at its end, and a search asks each segment in question for the charge
point. A transaction notes where the log ended when it started and when it stopped, so that few
segments are in question. What came while the transaction was not known to run (late, or after a
restart of this process) is *stray*, and those few rows have an index by transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    func,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from engine.storage.history import SEGMENT_BITS, SLACK
from engine.storage.tables import meter_values as table
from engine.storage.tables import transactions

Place = tuple[datetime, int]
"""Where a row is in the order of time: when it was measured, and its place in the log."""

_SHOWN = (
    table.c.sequence,
    table.c.charge_point_id,
    table.c.transaction_id,
    table.c.connector_id,
    table.c.measured_at,
    type_coerce(table.c.sampled, Text).label("sampled"),
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, and how many of them; `since` is in, `until` is out."""

    limit: int
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    connector_id: int | None = None
    mentions: str | None = None
    """A text that must stand in what was sent, in any letter case."""
    newest_first: bool = False


def of_transaction(connection: Connection, transaction_id: int, wanted: Wanted) -> Sequence[Any]:
    """Rows of a transaction that its own charge point sent, in the order of time."""
    found = connection.execute(
        select(
            transactions.c.charge_point_id,
            transactions.c.meter_values_from,
            transactions.c.meter_values_until,
        ).where(transactions.c.transaction_id == transaction_id)
    ).one_or_none()
    if found is None:
        return []
    own = (
        select(*_SHOWN)
        .where(table.c.charge_point_id == found.charge_point_id)
        .where(table.c.transaction_id == transaction_id, *_conditions(wanted))
    )
    if connection.dialect.name == "postgresql":
        return connection.execute(_in_order(own, wanted)).all()
    first, last = found.meter_values_from - SLACK, found.meter_values_until
    in_log = _in_segments(connection, own, first, None if last is None else last + SLACK)
    both = union_all(in_log.where(~table.c.stray), own.where(table.c.stray)).subquery()
    return connection.execute(_in_order(select(both), wanted, both.c)).all()


def of_charge_point(connection: Connection, charge_point_id: str, wanted: Wanted) -> Sequence[Any]:
    """Rows of a charge point, in a transaction or not, in the order of time."""
    own = select(*_SHOWN).where(table.c.charge_point_id == charge_point_id, *_conditions(wanted))
    if connection.dialect.name != "postgresql":
        own = _in_segments(connection, own, 0, None)
    return connection.execute(_in_order(own, wanted)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(table.c.measured_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.measured_at < wanted.until)
    if wanted.after is not None:
        conditions.append(tuple_(table.c.measured_at, table.c.sequence) > wanted.after)
    if wanted.connector_id is not None:
        conditions.append(table.c.connector_id == wanted.connector_id)
    if wanted.mentions is not None:
        sampled = type_coerce(table.c.sampled, Text)
        conditions.append(sampled.icontains(wanted.mentions, autoescape=True))
    return conditions


def _in_order(statement: Select[Any], wanted: Wanted, columns: Any = table.c) -> Select[Any]:
    order = (columns.measured_at, columns.sequence)
    if wanted.newest_first:
        return statement.order_by(*(column.desc() for column in order)).limit(wanted.limit)
    return statement.order_by(*order).limit(wanted.limit)


def _in_segments(
    connection: Connection, statement: Select[Any], first: int, last: int | None
) -> Select[Any]:
    """Has SQLite ask one segment after the other."""
    ends = select(func.min(table.c.sequence), func.max(table.c.sequence))
    lowest, highest = connection.execute(ends).one()
    first = max(first, lowest or 0)
    last = (highest or 0) if last is None else min(last, highest or 0)
    numbers = select(func.coalesce(first >> SEGMENT_BITS, 0).label("number"))
    segments = numbers.cte("segments", recursive=True)
    segments = segments.union_all(
        select(segments.c.number + 1).where(segments.c.number < last >> SEGMENT_BITS)
    )
    return statement.where(table.c.segment.in_(select(segments.c.number)))
