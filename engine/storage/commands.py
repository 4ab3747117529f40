"""Commands issued to charge points, and what became of them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from engine.storage.database import Database
from engine.storage.pages import decode_cursor, page
from engine.storage.records import CommandRecord, CommandStatus, Page
from engine.storage.statements import Query, Statement, Step, Write
from engine.storage.tables import commands as table

_COLUMNS = tuple(column.name for column in table.columns)
_ISSUED = Statement(Step.COMMAND_ISSUED, _COLUMNS, lambda insert: insert(table))
_SENT = Statement(
    Step.COMMAND_SENT,
    ["command", "status"],
    lambda _: update(table).where(
        table.c.id == bindparam("command"), table.c.completed_at.is_(None)
    ),
)
_ENDED = Statement(
    Step.COMMAND_ENDED,
    ["command", "status", "result", "error", "completed_at"],
    lambda _: update(table).where(
        table.c.id == bindparam("command"), table.c.completed_at.is_(None)
    ),
)
_GET = Query(select(table).where(table.c.id == bindparam("command")), ["command"])
_encode = msgspec.json.Encoder().encode


class Commands:
    """The history of commands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issued(self, command: CommandRecord) -> Write:
        """A command was accepted for sending. Its id comes from `new_id(command.issued_at)`."""
        return Write(
            _ISSUED,
            (
                command.id,
                command.charge_point_id,
                command.action,
                _encode(command.payload).decode(),
                command.status,
                _json(command.result),
                _json(command.error),
                command.issued_at,
                command.completed_at,
            ),
        )

    def sent(self, command_id: str) -> Write:
        """The command went over the wire; its answer is awaited."""
        return Write(_SENT, (command_id, "sent"))

    def ended(
        self,
        command_id: str,
        status: CommandStatus,
        time: datetime,
        *,
        result: Any = None,
        error: Any = None,
    ) -> Write:
        """The command came to its end. The first end stays."""
        return Write(_ENDED, (command_id, status, _json(result), _json(error), time))

    async def get(self, command_id: str) -> CommandRecord | None:
        """The command with that id."""
        rows = await self._database.fetch(_GET, command_id)
        return _command(rows[0]) if rows else None

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        action: str | None = None,
        status: CommandStatus | None = None,
    ) -> Page[CommandRecord]:
        """
        Commands, the newest first.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(table).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[str])[0])
        wanted = {"charge_point_id": charge_point_id, "action": action, "status": status}
        for name, value in wanted.items():
            if value is not None:
                statement = statement.where(table.c[name] == value)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _command, lambda row: (row.id,))


def _json(value: Any) -> str | None:
    return None if value is None else _encode(value).decode()


def _command(row: Any) -> CommandRecord:
    return CommandRecord(**dict(zip(_COLUMNS, row, strict=True)))
