"""Reading a log backwards: all of it, or what it has of a charge point, an id tag and so on."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    TextClause,
    func,
    select,
)

Condition = ColumnElement[bool] | TextClause

SEGMENT_BITS = 10
"""A segment of a log is 2**10 rows; `tables.py` says why there are segments."""

_MOST_SEGMENTS = 512
SLACK = 4 << SEGMENT_BITS
"""Groups of several nodes interleave: rows of a time are this near to each other at least."""


def ends(connection: Connection, key: Column[int]) -> tuple[int, int]:
    """The first and the last key of a log; zeros where it is empty."""
    # SQLite reads all keys for a `min` beside a `max`, and none but the one for each alone.
    first, last = (select(end(key)).scalar_subquery() for end in (func.min, func.max))
    found = connection.execute(select(func.coalesce(first, 0), func.coalesce(last, 0))).one()
    return found[0], found[1]


class Log:
    """One of the tables that only grow, from its newest row down to its oldest."""

    def __init__(self, connection: Connection, table: Table, key: Column[int]) -> None:
        self._connection = connection
        self._table = table
        self._key = key
        self._first, self._last = ends(connection, key)

    def narrow(self, since: int | None, until: int | None, below: int | None) -> None:
        """Look only at keys from about `since` to about `until`, and under `below`."""
        if since is not None:
            self._first = max(self._first, since - SLACK)
        if until is not None:
            self._last = min(self._last, until + SLACK)
        if below is not None:
            self._last = min(self._last, below - 1)

    def newest(
        self, statement: Select[Any], indexed: Collection[Condition], limit: int
    ) -> Sequence[Any]:
        """
        The newest rows that the statement selects, at most `limit` of them.

        Args:
            indexed: further conditions, on columns that an index has after the segment.
        """
        if not indexed:
            bounds = self._key.between(self._first, self._last)
            ordered = statement.where(bounds).order_by(self._key.desc())
            return self._connection.execute(ordered.limit(limit)).all()
        # Not the key itself: databases would rather read the whole log in its order.
        key = self._key + 0
        bounds = key.between(self._first, self._last)
        ordered = statement.where(bounds, *indexed).order_by(key.desc())
        rows: list[Any] = []
        count, last = 1, self._last >> SEGMENT_BITS
        while len(rows) < limit and last >= self._first >> SEGMENT_BITS:
            first = max(last - count + 1, self._first >> SEGMENT_BITS)
            inside = self._table.c.segment.in_(range(first, last + 1))
            rows += self._connection.execute(ordered.where(inside).limit(limit - len(rows))).all()
            # What is rare is far back: longer and longer steps.
            count, last = min(count * 4, _MOST_SEGMENTS), first - 1
        return rows
