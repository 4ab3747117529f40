"""What of the logs goes when its days are over: statements on a range of places."""

from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Table,
    Update,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from engine.storage.tables import exchanges, meter_values, transactions

_SAID = ("received", "sent")
_COMMON = ("sequence", "segment", "time", "charge_point_id", "action", "message_id", *_SAID)
_DECIDED = [column.name for column in exchanges.columns if column.name not in _COMMON]
"""The columns of the decision."""


def end_of_batch(
    connection: Connection, log: Table, after: int, until: int, rows: int
) -> int | None:
    """The place of the last of so many rows after one; null where there is none up to `until`."""
    batch = (
        select(log.c.sequence)
        .where(log.c.sequence > after, log.c.sequence <= until)
        .order_by(log.c.sequence)
        .limit(rows)
        .subquery()
    )
    return connection.execute(select(func.max(batch.c.sequence))).scalar_one_or_none()


def remove_meter_values(connection: Connection, after: int, until: int) -> int:
    """Those of running transactions stay."""
    runs = exists().where(
        transactions.c.transaction_id == meter_values.c.transaction_id,
        transactions.c.stopped_at.is_(None),
        transactions.c.abandoned_at.is_(None),
    )
    return _run(connection, delete(meter_values).where(~runs), meter_values, after, until)


def remove_exchanges(connection: Connection, after: int, until: int) -> int:
    """Message and decision."""
    return _run(connection, delete(exchanges), exchanges, after, until)


def remove_messages(connection: Connection, after: int, until: int) -> int:
    """The texts; the decision stays, and takes over the answer that only the text had."""
    decided = exchanges.c.decision_id.is_not(None)
    removed = _run(connection, delete(exchanges).where(~decided), exchanges, after, until)
    postgresql = connection.dialect.name == "postgresql"
    payload = "(sent::json -> 2)::text" if postgresql else "json_extract(sent, '$[2]')"
    emptied: dict[str, Any] = dict.fromkeys(_SAID, null())
    emptied["response"] = case(
        (exchanges.c.sent.is_not(None), literal_column(payload)), else_=exchanges.c.response
    )
    said = or_(*[exchanges.c[name].is_not(None) for name in _SAID])
    statement = update(exchanges).where(said).values(emptied)
    return removed + _run(connection, statement, exchanges, after, until)


def remove_decisions(connection: Connection, after: int, until: int) -> int:
    """The decision with its facts; the texts stay."""
    said = or_(*[exchanges.c[name].is_not(None) for name in _SAID])
    removed = _run(connection, delete(exchanges).where(~said), exchanges, after, until)
    emptied = dict.fromkeys(_DECIDED, null())
    decided = exchanges.c.decision_id.is_not(None)
    statement = update(exchanges).where(decided).values(emptied)
    return removed + _run(connection, statement, exchanges, after, until)


def _run(
    connection: Connection, statement: Delete | Update, log: Table, after: int, until: int
) -> int:
    in_range = statement.where(log.c.sequence > after, log.c.sequence <= until)
    result: CursorResult[Any] = connection.execute(in_range)
    return result.rowcount


def free_pages(connection: Connection, count: int) -> bool:
    """
    Give so many pages that a SQLite file does not need back to the disk; whether more are left.

    What is freed is used again, so it is given back only when it is a good part of the file.
    """
    free, pages = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("freelist_count", "page_count")
    )
    if free * 4 < pages or connection.exec_driver_sql("PRAGMA auto_vacuum").scalar_one() != 2:
        return False
    for _ in range(min(count, free)):
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
    return True
