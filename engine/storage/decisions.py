"""The decision log: who was answered what, by which rule of which revision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select, text

from engine.policy.explaining.recorded_facts import exactly
from engine.storage.database import Database
from engine.storage.exchanges import EXCHANGED
from engine.storage.history import Condition, Log
from engine.storage.ids import first_id
from engine.storage.pages import decode_cursor, page
from engine.storage.records import DecisionRecord, Page
from engine.storage.statements import Query, Write
from engine.storage.tables import FREQUENT, SELDOM
from engine.storage.tables import exchanges as table
from protocol.types import id_tag_key

_SHOWN = (
    table.c.decision_id,
    *(
        table.c[name]
        for name in (
            "time",
            "charge_point_id",
            "action",
            "message_id",
            "revision",
            "source",
            "policy",
            "rule",
            "response",
            "explanation",
            "errors",
            "duration_microseconds",
            "sent",
            "received",
            "facts",
            "effects",
            "shadow",
        )
    ),
)
_GET = Query(select(*_SHOWN).where(table.c.decision_id == bindparam("decision")), ["decision"])
_encode = msgspec.json.Encoder().encode


class Decisions:
    """All decisions that were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def made(self, decision: DecisionRecord) -> Write:
        """
        A decision that answers no message. Its id comes from `new_id(decision.time)`.

        `Exchanges.answered` has the others.
        """
        return Write(
            EXCHANGED,
            (
                decision.time,
                decision.charge_point_id,
                decision.action,
                decision.message_id,
                None,
                None,
                decision.id,
                decision.revision,
                decision.source,
                decision.policy,
                decision.rule,
                _encode(decision.response).decode(),
                decision.explanation,
                _text(decision.errors),
                decision.duration_microseconds,
                _text({name: decision.facts[name] for name in decision.facts if name != "now"}),
                _text(decision.effects),
                _text(decision.shadow),
                _shadow_differs(decision),
                _id_tag_key(decision.facts.get("request")),
                _status(decision.response),
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
        id_tag: str | None = None,
        action: str | None = None,
        policy: str | None = None,
        rule: str | None = None,
        status: str | None = None,
        source: str | None = None,
        failed: bool = False,
        shadow_differs: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[DecisionRecord]:
        """
        Decisions, the newest first; `since` is in, `until` is out.

        Args:
            id_tag: the request's, in any letter case.
            status: of the answer, `status` or `idTagInfo.status`.
            failed: only those with errors.
            shadow_differs: only those that a policy in shadow mode would have answered otherwise.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(*_SHOWN, table.c.sequence).where(table.c.decision_id.is_not(None))
        for name, value in (("action", action), ("source", source)):
            if value is not None:
                statement = statement.where(table.c[name] == value)
        indexed = _indexed(
            {
                "charge_point_id": charge_point_id,
                "id_tag_key": None if id_tag is None else id_tag_key(id_tag),
                "status": status,
                "policy": policy,
                "rule": rule,
            }
        )
        if action is not None and action not in FREQUENT:
            indexed.append(text(SELDOM))
        if rule is not None:
            indexed.append(table.c.policy.is_not(None))
        # A failure has an error.
        if failed or source == "failure":
            indexed.append(table.c.errors.is_not(None))
        if shadow_differs:
            indexed.append(table.c.shadow_differs.is_not(None))
        # Ids are in the order of time, so that time needs no index of its own.
        if since is not None:
            statement = statement.where(table.c.decision_id >= first_id(since))
        if until is not None:
            statement = statement.where(table.c.decision_id < first_id(until))
        below = None if cursor is None else decode_cursor(cursor, tuple[int])[0]

        def work(connection: Connection) -> Sequence[Any]:
            log = Log(connection, table, table.c.sequence)
            begin = _sequence_near(connection, since)
            if since is not None and begin is None:
                return []
            log.narrow(begin, _sequence_near(connection, until), below)
            return log.newest(statement, indexed, limit + 1)

        rows = await self._database.read(work)
        return page(rows, limit, _decision, lambda row: (row.sequence,))


def _indexed(values: Mapping[str, str | None]) -> list[Condition]:
    """Conditions on columns that an index has, where there is a value for them."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def _sequence_near(connection: Connection, time: datetime | None) -> int | None:
    """About where in the log the decisions of that time begin."""
    if time is None:
        return None
    later = select(table.c.sequence).where(table.c.decision_id >= first_id(time))
    return connection.execute(later.order_by(table.c.decision_id).limit(1)).scalar_one_or_none()


def _decision(row: Any) -> DecisionRecord:
    stored = row[15] or {}
    # What was asked in a Call stands in it: [2, id, action, payload].
    request = stored.get("request") if row[14] is None else msgspec.json.decode(row[14])[3]
    return DecisionRecord(
        id=row[0],
        time=row[1],
        charge_point_id=row[2],
        action=row[3],
        message_id=row[4],
        revision=row[5],
        source=row[6],
        policy=row[7],
        rule=row[8],
        mode=None if row[7] is None else "enforce",
        # What is answered to a Call stands in its CallResult: [3, id, payload].
        response=row[9] if row[13] is None else msgspec.json.decode(row[13])[2],
        explanation=row[10],
        errors=tuple(row[11] or ()),
        facts={"request": request, **stored, "now": exactly(row[1])},
        effects=tuple(row[16] or ()),
        shadow=tuple(row[17] or ()),
        duration_microseconds=row[12],
    )


def _text(value: Sequence[Any] | Mapping[str, Any]) -> str | None:
    """As it is stored: null where there is nothing."""
    return _encode(value).decode() if value else None


def _id_tag_key(request: Any) -> str | None:
    id_tag = request.get("idTag") if isinstance(request, dict) else None
    return id_tag_key(id_tag) if isinstance(id_tag, str) else None


def _shadow_differs(decision: DecisionRecord) -> bool | None:
    response = decision.response
    if isinstance(response, msgspec.Raw):
        response = msgspec.json.decode(response)
    differs = (
        each.get("wouldDecide") and each.get("response") != response for each in decision.shadow
    )
    return True if any(differs) else None


def _status(response: Any) -> str | None:
    if isinstance(response, msgspec.Raw):
        response = msgspec.json.decode(response)
    status = response.get("idTagInfo", response).get("status")
    return status if isinstance(status, str) else None
