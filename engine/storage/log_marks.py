"""
Marks in the logs: how far each had grown at what time.

A log has no index by time, and much of what it holds has the time of a charge point, whose clock
may be wrong by decades. Its places are in the order in which rows came; a mark now and then says
when that was, by our own clock.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, insert, select

from engine.storage.tables import log_marks as marks


def place_mark(connection: Connection, log: Table, now: datetime) -> None:
    """Note where the log ends now."""
    last = connection.execute(select(func.max(log.c.sequence))).scalar_one() or 0
    row = {"log": log.name, "marked_at": now, "sequence": last}
    connection.execute(insert(marks).values(row))


def place_at(connection: Connection, log: Table, time: datetime | None) -> int:
    """
    The last row that was there at that time; 0 where none is known to have been.

    Never the last row of all: the next one would get its number again in SQLite, and what notes
    places in the log (transactions do) would be led astray.
    """
    if time is None:
        return 0
    found = select(func.max(marks.c.sequence)).where(
        marks.c.log == log.name, marks.c.marked_at <= time
    )
    marked = connection.execute(found).scalar_one() or 0
    last = connection.execute(select(func.max(log.c.sequence))).scalar_one() or 0
    return min(marked, last - 1)


def forget_marks(connection: Connection, log: Table, before: datetime) -> None:
    """Remove the marks before the last one of that time, which say nothing more."""
    last = select(func.max(marks.c.marked_at)).where(
        marks.c.log == log.name, marks.c.marked_at <= before
    )
    connection.execute(
        delete(marks).where(marks.c.log == log.name, marks.c.marked_at < last.scalar_subquery())
    )
