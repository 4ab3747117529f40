"""Faulted reports of the last day, for those who count them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select

from engine.storage.database import Database
from engine.storage.statements import Query, Statement, Step, Write, at_most
from engine.storage.tables import faults as table

KEPT = timedelta(days=1)

MOST = 1000
"""More are not counted."""

_REPORTED = Statement(
    Step.FAULT_REPORTED,
    ["charge_point_id", "connector_id", "reported_at", "received_at"],
    # A report that is sent again is one.
    lambda insert: insert(table).on_conflict_do_nothing(),
)
_FORGOTTEN = Statement(
    Step.FAULTS_FORGOTTEN,
    ["charge_point", "before"],
    lambda _: delete(table).where(
        table.c.charge_point_id == bindparam("charge_point"),
        table.c.received_at < bindparam("before"),
    ),
)
_SINCE = (
    table.c.charge_point_id == bindparam("charge_point"),
    table.c.received_at >= bindparam("since"),
)


def _count(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(at_most(rows, MOST).subquery())


_OF_CHARGE_POINT = Query(
    _count(select(table.c.connector_id).where(*_SINCE)),
    ["charge_point", "since"],
)
_OF_CONNECTOR = Query(
    _count(
        select(table.c.reported_at).where(*_SINCE, table.c.connector_id == bindparam("connector"))
    ),
    ["charge_point", "since", "connector"],
)
_LAST = Query(
    select(func.max(table.c.received_at)).where(
        table.c.charge_point_id == bindparam("charge_point")
    ),
    ["charge_point"],
)


class Faults:
    """The StatusNotifications with status Faulted, of all charge points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reported(
        self, charge_point_id: str, connector_id: int, reported_at: datetime, received_at: datetime
    ) -> list[Write]:
        """A connector has a fault; those of the day before yesterday interest nobody."""
        return [
            Write(_REPORTED, (charge_point_id, connector_id, reported_at, received_at)),
            Write(_FORGOTTEN, (charge_point_id, received_at - KEPT)),
        ]

    async def last(self, charge_point_id: str) -> datetime | None:
        """When the last one of a charge point came; None where it is long ago."""
        rows = await self._database.fetch(_LAST, charge_point_id)
        last: datetime | None = rows[0][0]
        return last

    async def count(self, charge_point_id: str, connector_id: int | None, since: datetime) -> int:
        """How many came since then; of connector 0 or none those of the whole charge point."""
        if connector_id:
            rows = await self._database.fetch(_OF_CONNECTOR, charge_point_id, since, connector_id)
        else:
            rows = await self._database.fetch(_OF_CHARGE_POINT, charge_point_id, since)
        return int(rows[0][0])
