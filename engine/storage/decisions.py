"""The decision log: who was answered what, by which rule of which revision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from engine.storage.database import Database
from engine.storage.history import Log
from engine.storage.ids import first_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import DecisionRecord, Page
from engine.storage.statements import Query, Statement, Step, Write
from engine.storage.tables import decisions as table

_SHOWN = tuple(table.columns)[2:]
_COLUMNS = tuple(column.name for column in _SHOWN)
_MADE = Statement(Step.DECISION_MADE, _COLUMNS, lambda insert: insert(table))
_GET = Query(select(*_SHOWN).where(table.c.id == bindparam("decision")), ["decision"])
_encode = msgspec.json.Encoder().encode


class Decisions:
    """All decisions that were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def made(self, decision: DecisionRecord) -> Write:
        """A decision was made. Its id comes from `new_id(decision.time)`."""
        errors = decision.errors
        return Write(
            _MADE,
            (
                decision.id,
                decision.time,
                decision.charge_point_id,
                decision.action,
                decision.message_id,
                decision.revision,
                decision.source,
                decision.policy,
                decision.rule,
                _encode(decision.response).decode(),
                decision.explanation,
                _encode(errors).decode() if errors else "[]",
                decision.duration_microseconds,
            ),
        )

    async def get(self, decision_id: str) -> DecisionRecord | None:
        """The decision with that id."""
        rows = await self._database.fetch(_GET, decision_id)
        return _decision(rows[0]) if rows else None

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        charge_point_id: str | None = None,
        action: str | None = None,
        policy: str | None = None,
        rule: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[DecisionRecord]:
        """
        Decisions, the newest first; `since` is in, `until` is out.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(*_SHOWN, table.c.sequence)
        for name, value in (("action", action), ("policy", policy), ("rule", rule)):
            if value is not None:
                statement = statement.where(table.c[name] == value)
        # Ids are in the order of time, so that time needs no index of its own.
        if since is not None:
            statement = statement.where(table.c.id >= first_id(since))
        if until is not None:
            statement = statement.where(table.c.id < first_id(until))
        below = None if cursor is None else decode_cursor(cursor, tuple[int])[0]

        def work(connection: Connection) -> Sequence[Any]:
            log = Log(connection, table, table.c.sequence)
            begin = _sequence_near(connection, since)
            if since is not None and begin is None:
                return []
            log.narrow(begin, _sequence_near(connection, until), below)
            return log.newest(statement, charge_point_id, limit + 1)

        rows = await self._database.read(work)
        return page(rows, limit, _decision, lambda row: (row.sequence,))


def _sequence_near(connection: Connection, time: datetime | None) -> int | None:
    """About where in the log the decisions of that time begin."""
    if time is None:
        return None
    later = select(table.c.sequence).where(table.c.id >= first_id(time))
    return connection.execute(later.order_by(table.c.id).limit(1)).scalar_one_or_none()


def _decision(row: Any) -> DecisionRecord:
    values = dict(zip(_COLUMNS, row, strict=False))
    values["errors"] = tuple(values["errors"])
    return DecisionRecord(**values)
