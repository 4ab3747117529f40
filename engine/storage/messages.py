"""The raw text of every message, in both directions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from engine.storage.database import Database
from engine.storage.history import Log
from engine.storage.pages import decode_cursor, page
from engine.storage.records import MessageRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import messages as table

_SHOWN = tuple(column for column in table.columns if column.name != "segment")
_COLUMNS = tuple(column.name for column in _SHOWN)
_LOGGED = Statement(
    Step.MESSAGE_LOGGED,
    _COLUMNS[1:],
    lambda insert: insert(table),
)


class Messages:
    """What went over the wire."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def logged(
        self,
        charge_point_id: str,
        direction: Literal["received", "sent"],
        time: datetime,
        text: str,
        message_id: str | None = None,
        action: str | None = None,
    ) -> Write:
        """A frame was received or sent; the action of a result is that of its Call."""
        return Write(_LOGGED, (charge_point_id, direction, time, text, message_id, action))

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        action: str | None = None,
    ) -> Page[MessageRecord]:
        """
        Messages, the last one first.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(*_SHOWN)
        if action is not None:
            statement = statement.where(table.c.action == action)
        below = None if cursor is None else decode_cursor(cursor, tuple[int])[0]

        def work(connection: Connection) -> Sequence[Any]:
            log = Log(connection, table, table.c.id)
            log.narrow(None, None, below)
            return log.newest(statement, charge_point_id, limit + 1)

        rows = await self._database.read(work)
        return page(rows, limit, _message, lambda row: (row.id,))


def _message(row: Any) -> MessageRecord:
    return MessageRecord(**dict(zip(_COLUMNS, row, strict=True)))
