"""Stops that name no transaction: kept, so that no energy is lost. ocpp16.md §4, errata 3.18."""

from typing import Any

from sqlalchemy import select

from engine.storage.database import Database
from engine.storage.ids import content_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Page, UnmatchedStop
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import unmatched_stops as table

_COLUMNS = (
    "id",
    "charge_point_id",
    "transaction_id",
    "stopped_at",
    "meter_stop",
    "reason",
    "id_tag",
    "received_at",
    "content",
)
_RECORDED = Statement(
    Step.STOP_UNMATCHED,
    _COLUMNS,
    lambda insert: insert(table).on_conflict_do_nothing(),
)


class UnmatchedStops:
    """The StopTransactions with transaction id 0, -1, null, or one that nobody gave."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded(self, stop: UnmatchedStop) -> Write:
        """Keep a stop; the same one sent again is kept once."""
        content = content_id(stop.transaction_id, stop.meter_stop, stop.reason, stop.id_tag)
        return Write(
            _RECORDED,
            (
                stop.id,
                stop.charge_point_id,
                stop.transaction_id,
                stop.stopped_at,
                stop.meter_stop,
                stop.reason,
                stop.id_tag,
                stop.received_at,
                content,
            ),
        )

    async def list(
        self, *, limit: int = 100, cursor: str | None = None, charge_point_id: str | None = None
    ) -> Page[UnmatchedStop]:
        """
        The stops, the last received first.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = (
            select(*(table.c[name] for name in _COLUMNS[:-1]))
            .order_by(table.c.id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[str])[0])
        if charge_point_id is not None:
            statement = statement.where(table.c.charge_point_id == charge_point_id)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _unmatched_stop, lambda row: (row.id,))


def _unmatched_stop(row: Any) -> UnmatchedStop:
    return UnmatchedStop(**dict(zip(_COLUMNS, row, strict=False)))
