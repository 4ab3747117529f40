"""The raw text of every message, in both directions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.storage.database import Database
from engine.storage.exchanges import EXCHANGED, NO_DECISION
from engine.storage.history import Log
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Direction, MessageRecord, Page
from engine.storage.statements import Write
from engine.storage.tables import exchanges as table

_SHOWN = (
    table.c.sequence,
    table.c.charge_point_id,
    table.c.time,
    table.c.received,
    table.c.sent,
    table.c.message_id,
    table.c.action,
)


class Messages:
    """What went over the wire."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def logged(
        self,
        charge_point_id: str,
        direction: Direction,
        time: datetime,
        text: str,
        message_id: str | None = None,
        action: str | None = None,
    ) -> Write:
        """A message that stands alone; the action of a result is that of its Call."""
        received, sent = (text, None) if direction == "received" else (None, text)
        said = (time, charge_point_id, action, message_id, received, sent)
        return Write(EXCHANGED, said + NO_DECISION)

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
        spoken = table.c.received.is_not(None) | table.c.sent.is_not(None)
        statement = select(*_SHOWN).where(spoken)
        if action is not None:
            statement = statement.where(table.c.action == action)
        own = [] if charge_point_id is None else [table.c.charge_point_id == charge_point_id]
        place = None if cursor is None else decode_cursor(cursor, tuple[int, Direction])

        def work(connection: Connection) -> Sequence[Any]:
            log = Log(connection, table, table.c.sequence)
            # The row of the last message shown may have one more.
            log.narrow(None, None, None if place is None else place[0] + 1)
            return log.newest(statement, own, limit + 2)

        messages = [message for row in await self._database.read(work) for message in _of(row)]
        if place is not None:
            messages = [m for m in messages if _downwards(*_key(m)) > _downwards(*place)]
        return page(messages, limit, lambda message: message, _key)


def _of(row: Any) -> Iterator[MessageRecord]:
    """The messages of a row, the last one first: an answer is sent after its Call has come."""
    said: tuple[tuple[Direction, str | None], ...]
    said = (("sent", row.sent), ("received", row.received))
    for direction, text in said:
        if text is not None:
            yield MessageRecord(
                id=row.sequence,
                charge_point_id=row.charge_point_id,
                direction=direction,
                time=row.time,
                text=text,
                message_id=row.message_id,
                action=row.action,
            )


def _key(message: MessageRecord) -> tuple[int, Direction]:
    return message.id, message.direction


def _downwards(id_: int, direction: Direction) -> tuple[int, bool]:
    """What sorts messages from the last one to the first."""
    return -id_, direction == "received"
