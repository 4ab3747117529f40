"""The decision log: who was answered what, by which rule of which revision."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from engine.storage.database import Database
from engine.storage.ids import first_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import DecisionRecord, Page
from engine.storage.statements import Query, Statement, Step, Write
from engine.storage.tables import decisions as table

_COLUMNS = tuple(column.name for column in table.columns)
_MADE = Statement(Step.DECISION_MADE, _COLUMNS, lambda insert: insert(table))
_GET = Query(select(table).where(table.c.id == bindparam("decision")), ["decision"])
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
        statement = select(table).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < decode_cursor(cursor, tuple[str])[0])
        wanted = {
            "charge_point_id": charge_point_id,
            "action": action,
            "policy": policy,
            "rule": rule,
        }
        for name, value in wanted.items():
            if value is not None:
                statement = statement.where(table.c[name] == value)
        # Ids are in the order of time, so that time needs no index of its own.
        if since is not None:
            statement = statement.where(table.c.id >= first_id(since))
        if until is not None:
            statement = statement.where(table.c.id < first_id(until))
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _decision, lambda row: (row.id,))


def _decision(row: Any) -> DecisionRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["errors"] = tuple(values["errors"])
    return DecisionRecord(**values)
