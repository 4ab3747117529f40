"""The registry of charge points: what operators enter, and what charge points say of themselves."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.errors import Conflict, NotFound
from engine.policy.facts import ChargePoint
from engine.storage.database import Database
from engine.storage.errors import VersionMismatch
from engine.storage.pages import decode_cursor, page
from engine.storage.records import ChargePointRecord, Page
from engine.storage.statements import Query, Row, Statement, Step, Write
from engine.storage.tables import charge_points as table

_FACTS = tuple(column.name for column in table.columns)[:17]
_BOOT = (
    "vendor",
    "model",
    "serial_number",
    "charge_box_serial_number",
    "firmware_version",
    "iccid",
    "imsi",
    "meter_type",
    "meter_serial_number",
    "boot_status",
    "booted_at",
)
# What the first message of a charge point nobody registered fills in.
_NEW = ("id", "registered", "groups", "labels", "version", "created_at", "last_seen_at")


def _upsert(step: Step, *changes: str) -> Statement:
    """Changes these columns of a charge point, and makes it when it is new."""

    def build(insert: Any) -> Any:
        statement = insert(table)
        return statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in ("last_seen_at", *changes)},
        )

    return Statement(step, (*_NEW, *changes), build)


_SEEN = _upsert(Step.CHARGE_POINT_SEEN)
_BOOTED = _upsert(Step.CHARGE_POINT_BOOTED, *_BOOT)
_FIRMWARE_STATUS = _upsert(Step.CHARGE_POINT_FIRMWARE_STATUS, "firmware_status")
_DIAGNOSTICS_STATUS = _upsert(Step.CHARGE_POINT_DIAGNOSTICS_STATUS, "diagnostics_status")
_GET = Query(
    select(*table.columns[:17]).where(table.c.id == bindparam("charge_point_id")),
    ["charge_point_id"],
)
_PASSWORD_HASH = Query(
    select(table.c.password_hash).where(table.c.id == bindparam("charge_point_id")),
    ["charge_point_id"],
)


def _new(charge_point_id: str, time: datetime) -> Row:
    return (charge_point_id, False, "[]", "{}", 1, time, time)


class ChargePoints:
    """The charge points the store knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, charge_point_id: str, time: datetime) -> Write:
        """A sign of life. Makes an unregistered charge point of one that is new."""
        return Write(_SEEN, _new(charge_point_id, time))

    def booted(
        self,
        charge_point_id: str,
        *,
        time: datetime,
        status: str,
        vendor: str | None,
        model: str | None,
        serial_number: str | None = None,
        charge_box_serial_number: str | None = None,
        firmware_version: str | None = None,
        iccid: str | None = None,
        imsi: str | None = None,
        meter_type: str | None = None,
        meter_serial_number: str | None = None,
    ) -> Write:
        """A BootNotification and the status it was answered with. OCPP 1.6 §4.2."""
        return Write(
            _BOOTED,
            (
                *_new(charge_point_id, time),
                vendor,
                model,
                serial_number,
                charge_box_serial_number,
                firmware_version,
                iccid,
                imsi,
                meter_type,
                meter_serial_number,
                status,
                time,
            ),
        )

    def firmware_status(self, charge_point_id: str, status: str, time: datetime) -> Write:
        """The last FirmwareStatusNotification, signed or not. OCPP 1.6 §4.5."""
        return Write(_FIRMWARE_STATUS, (*_new(charge_point_id, time), status))

    def diagnostics_status(self, charge_point_id: str, status: str, time: datetime) -> Write:
        """The last DiagnosticsStatusNotification or LogStatusNotification. OCPP 1.6 §4.4."""
        return Write(_DIAGNOSTICS_STATUS, (*_new(charge_point_id, time), status))

    async def get(self, charge_point_id: str) -> ChargePoint | None:
        """The charge point as policies see it."""
        rows = await self._database.fetch(_GET, charge_point_id)
        return _charge_point(rows[0]) if rows else None

    async def password_hash(self, charge_point_id: str) -> str | None:
        """The hash of its basic authentication password, if it has one."""
        rows = await self._database.fetch(_PASSWORD_HASH, charge_point_id)
        return rows[0][0] if rows else None

    async def record(self, charge_point_id: str) -> ChargePointRecord | None:
        """The charge point with what the registry keeps beside the facts."""
        return await self._database.read(lambda connection: _record(connection, charge_point_id))

    async def list(
        self,
        *,
        limit: int = 100,
        after: str | None = None,
        registered: bool | None = None,
        vendor: str | None = None,
        model: str | None = None,
    ) -> Page[ChargePointRecord]:
        """
        The charge points in the order of their ids, from the cursor `after` on.

        Raises:
            CursorInvalid: `after` is not the `next` of such a page.
        """
        statement = select(table).order_by(table.c.id).limit(limit + 1)
        if after is not None:
            statement = statement.where(table.c.id > decode_cursor(after, tuple[str])[0])
        wanted = {"registered": registered, "vendor": vendor, "model": model}
        for name, value in wanted.items():
            if value is not None:
                statement = statement.where(table.c[name] == value)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _as_record, lambda row: (row.id,))

    async def register(
        self, charge_point: ChargePoint, *, time: datetime, password_hash: str | None = None
    ) -> ChargePointRecord:
        """
        Put a charge point in the registry. One that only connected so far becomes registered.

        Raises:
            Conflict: it is in the registry already.
        """

        def work(connection: Connection) -> ChargePointRecord:
            known = _record(connection, charge_point.id, lock=True)
            if known is None:
                row = {name: getattr(charge_point, name) for name in _FACTS}
                row |= {"registered": True, "version": 1, "created_at": time}
                connection.execute(insert(table).values(row | {"password_hash": password_hash}))
            elif known.charge_point.registered:
                raise Conflict(f"charge point `{charge_point.id}` is registered already")
            else:
                _edit(connection, charge_point, known.version, True, password_hash)
            return _existing(connection, charge_point.id)

        return await self._database.transact(work)

    async def update(
        self,
        charge_point: ChargePoint,
        *,
        version: int | None = None,
        password_hash: str | UnsetType | None = UNSET,
    ) -> ChargePointRecord:
        """
        Replace what operators own of a charge point: `registered`, groups, labels, the password.

        Raises:
            NotFound: nobody knows it.
            VersionMismatch: it was edited since `version`.
        """

        def work(connection: Connection) -> ChargePointRecord:
            known = _existing(connection, charge_point.id, lock=True)
            _same_version(known, version)
            _edit(connection, charge_point, known.version, charge_point.registered, password_hash)
            return _existing(connection, charge_point.id)

        return await self._database.transact(work)

    async def delete(self, charge_point_id: str, *, version: int | None = None) -> None:
        """
        Forget a charge point. Its history stays.

        Raises:
            NotFound: nobody knows it.
            VersionMismatch: it was edited since `version`.
        """

        def work(connection: Connection) -> None:
            _same_version(_existing(connection, charge_point_id, lock=True), version)
            connection.execute(delete(table).where(table.c.id == charge_point_id))

        await self._database.transact(work)


def _edit(
    connection: Connection,
    charge_point: ChargePoint,
    version: int,
    registered: bool,
    password_hash: str | UnsetType | None,
) -> None:
    changes: dict[str, Any] = {
        "registered": registered,
        "groups": charge_point.groups,
        "labels": charge_point.labels,
        "version": version + 1,
    }
    if password_hash is not UNSET:
        changes["password_hash"] = password_hash
    connection.execute(update(table).where(table.c.id == charge_point.id).values(changes))


def _existing(
    connection: Connection, charge_point_id: str, *, lock: bool = False
) -> ChargePointRecord:
    record = _record(connection, charge_point_id, lock=lock)
    if record is None:
        raise NotFound(f"there is no charge point `{charge_point_id}`")
    return record


def _record(
    connection: Connection, charge_point_id: str, *, lock: bool = False
) -> ChargePointRecord | None:
    statement = select(table).where(table.c.id == charge_point_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _as_record(row)


def _same_version(record: ChargePointRecord, version: int | None) -> None:
    if version is not None and version != record.version:
        raise VersionMismatch(
            f"charge point `{record.charge_point.id}` is at version {record.version}, "
            f"not {version}",
            hint="read it again and repeat the edit",
        )


def _charge_point(row: Any) -> ChargePoint:
    values = dict(zip(_FACTS, row, strict=False))
    values["groups"] = tuple(values["groups"])
    return ChargePoint(**values)


def _as_record(row: Any) -> ChargePointRecord:
    return ChargePointRecord(
        charge_point=_charge_point(row),
        version=row.version,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
