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

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    literal,
    literal_column,
    not_,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from engine.storage.groups import clean_text
from engine.storage.history import SEGMENT_BITS, SLACK, ends
from engine.storage.tables import meter_values as table
from engine.storage.tables import transactions

Place = tuple[datetime, int]
"""Where a row is in the order of time: when it was measured, and its place in the log."""

_KEYS = (
    table.c.sequence,
    table.c.charge_point_id,
    table.c.transaction_id,
    table.c.connector_id,
    table.c.measured_at,
)
_SAMPLED = type_coerce(table.c.sampled, Text)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, and how many of them; `since` is in, `until` is out."""

    limit: int
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    connector_id: int | None = None
    mentions: tuple[str, ...] = ()
    """Texts that must stand in what was sent, in any letter case."""
    passed_over: bool = False
    """Rows of other connectors or without these texts are given too, with nothing in `sampled`."""
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
    own = _selected(wanted).where(
        table.c.charge_point_id == found.charge_point_id,
        table.c.transaction_id == transaction_id,
    )
    if connection.dialect.name == "postgresql":
        return connection.execute(_in_order(own, wanted)).all()
    first, last = found.meter_values_from - SLACK, found.meter_values_until
    in_log = _in_segments(connection, own, first, None if last is None else last + SLACK)
    # Not `stray = 1`: the index has what its own condition says, word by word.
    stray: ColumnElement[bool] = literal_column("stray")
    both = union_all(in_log.where(not_(stray)), own.where(stray)).subquery()
    return connection.execute(_in_order(select(both), wanted, both.c)).all()


def of_charge_point(connection: Connection, charge_point_id: str, wanted: Wanted) -> Sequence[Any]:
    """Rows of a charge point, in a transaction or not, in the order of time."""
    own = _selected(wanted).where(table.c.charge_point_id == clean_text(charge_point_id))
    if connection.dialect.name != "postgresql":
        own = _in_segments(connection, own, 0, None)
    return connection.execute(_in_order(own, wanted)).all()


def _selected(wanted: Wanted) -> Select[Any]:
    fitting = [_SAMPLED.icontains(mention, autoescape=True) for mention in wanted.mentions]
    if wanted.connector_id is not None:
        fitting.append(table.c.connector_id == wanted.connector_id)
    sampled: ColumnElement[Any] = _SAMPLED
    if wanted.passed_over and fitting:
        sampled, fitting = case((and_(*fitting), _SAMPLED)), []
    conditions = (*fitting, *_times(wanted))
    return select(*_KEYS, sampled.label("sampled")).where(*conditions)


def _times(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield table.c.measured_at >= wanted.since
    if wanted.until is not None:
        yield table.c.measured_at < wanted.until
    if wanted.after is not None:
        yield tuple_(table.c.measured_at, table.c.sequence) > wanted.after


def _in_order(statement: Select[Any], wanted: Wanted, columns: Any = table.c) -> Select[Any]:
    order = (columns.measured_at, columns.sequence)
    if wanted.newest_first:
        return statement.order_by(*(column.desc() for column in order)).limit(wanted.limit)
    return statement.order_by(*order).limit(wanted.limit)


def _in_segments(
    connection: Connection, statement: Select[Any], first: int, last: int | None
) -> Select[Any]:
    """Has SQLite ask one segment after the other."""
    lowest, highest = ends(connection, table.c.sequence)
    first = max(first, lowest) >> SEGMENT_BITS
    last = (highest if last is None else min(last, highest)) >> SEGMENT_BITS
    segments = select(literal(first).label("number")).cte("segments", recursive=True)
    following = select(segments.c.number + 1).where(segments.c.number < last)
    segments = segments.union_all(following)
    return statement.where(table.c.segment.in_(select(segments.c.number)))
