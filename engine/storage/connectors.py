"""The last status of every connector."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from engine.policy.facts import Connector
from engine.storage.database import Database
from engine.storage.statements import Query, Row, Statement, Step, Write
from engine.storage.tables import connectors as table
from protocol.messages import ChargePointErrorCode, ChargePointStatus

_COLUMNS = tuple(column.name for column in table.columns)


def _upsert(insert: Any) -> Any:
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=["charge_point_id", "connector_id"],
        set_={name: statement.excluded[name] for name in _COLUMNS[2:]},
    )


_STATUS = Statement(Step.CONNECTOR_STATUS, _COLUMNS, _upsert)
_OF_CHARGE_POINT = select(*table.columns[1:]).where(
    table.c.charge_point_id == bindparam("charge_point")
)
_LIST = Query(_OF_CHARGE_POINT.order_by(table.c.connector_id), ["charge_point"])
_GET = Query(
    _OF_CHARGE_POINT.where(table.c.connector_id == bindparam("connector")),
    ["charge_point", "connector"],
)


class Connectors:
    """The connectors that charge points reported."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, charge_point_id: str, connector: Connector) -> Write:
        """A StatusNotification replaces what was known of its connector. OCPP 1.6 §4.9."""
        return Write(
            _STATUS,
            (
                charge_point_id,
                connector.connector_id,
                connector.status.value,
                connector.error_code.value,
                connector.info,
                connector.vendor_id,
                connector.vendor_error_code,
                connector.updated_at,
            ),
        )

    async def get(self, charge_point_id: str, connector_id: int) -> Connector | None:
        """The last status of one connector."""
        rows = await self._database.fetch(_GET, charge_point_id, connector_id)
        return _connector(rows[0]) if rows else None

    async def list(self, charge_point_id: str) -> tuple[Connector, ...]:
        """All connectors a charge point reported, in the order of their numbers."""
        rows = await self._database.fetch(_LIST, charge_point_id)
        return tuple(_connector(row) for row in rows)

    async def of_many(self, charge_point_ids: Sequence[str]) -> dict[str, tuple[Connector, ...]]:
        """The connectors of each of these charge points, in the order of their numbers."""
        statement = select(table).where(table.c.charge_point_id.in_(charge_point_ids))
        ordered = statement.order_by(table.c.charge_point_id, table.c.connector_id)
        rows = await self._database.read(lambda connection: connection.execute(ordered).all())
        found: dict[str, tuple[Connector, ...]] = dict.fromkeys(charge_point_ids, ())
        for charge_point_id, *row in rows:
            found[charge_point_id] += (_connector(tuple(row)),)
        return found


def _connector(row: Row) -> Connector:
    connector_id, status, error_code, info, vendor_id, vendor_error_code, updated_at = row
    return Connector(
        connector_id=connector_id,
        status=ChargePointStatus(status),
        error_code=ChargePointErrorCode(error_code),
        info=info,
        vendor_id=vendor_id,
        vendor_error_code=vendor_error_code,
        updated_at=updated_at,
    )
