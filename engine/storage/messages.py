"""The raw text of every message, in both directions."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from engine.storage.database import Database
from engine.storage.pages import decode_cursor, page
from engine.storage.records import MessageRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import messages as table

_LOGGED = Statement(
    Step.MESSAGE_LOGGED,
    [column.name for column in table.columns][1:],
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
        statement = select(table).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[int])[0])
        if charge_point_id is not None:
            statement = statement.where(table.c.charge_point_id == charge_point_id)
        if action is not None:
            statement = statement.where(table.c.action == action)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _message, lambda row: (row.id,))


def _message(row: Any) -> MessageRecord:
    return MessageRecord(**row._mapping)
