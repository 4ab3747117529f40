"""
The local authorization lists of charge points: what each has, and which versions are used up.

OCPP 1.6 §3.5.2. A version is on disk before the update that has it is sent: one given twice would
let a charge point take a list for another one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.storage.database import Database
from engine.storage.id_tag_filters import IdTagFilter
from engine.storage.pages import decode_cursor, page
from engine.storage.records import (
    LocalListEntry,
    LocalListLimits,
    LocalListRecord,
    LocalListUpdate,
    Page,
)
from engine.storage.tables import local_list_entries as entries
from engine.storage.tables import local_lists as table

_AT_ONCE = 500


class LocalLists:
    """What is known of the lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, charge_point_id: str) -> LocalListRecord:
        """What is known of a charge point's list; of one that was never sent: that."""
        return await self._database.read(lambda connection: _record(connection, charge_point_id))

    async def entries(self, charge_point_id: str) -> dict[str, LocalListEntry]:
        """The list that the charge point has acknowledged, by the keys of the id tags."""
        statement = select(entries).where(entries.c.charge_point_id == charge_point_id)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return {row.key: _entry(row) for row in rows}

    async def page(
        self, charge_point_id: str, *, limit: int, cursor: str | None = None
    ) -> Page[LocalListEntry]:
        """
        A page of it, in the order of the id tags.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(entries).where(entries.c.charge_point_id == charge_point_id)
        if cursor is not None:
            statement = statement.where(entries.c.key > decode_cursor(cursor, tuple[str])[0])
        statement = statement.order_by(entries.c.key).limit(limit + 1)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _entry, lambda row: (row.key,))

    async def configure(
        self, charge_point_id: str, *, selector: IdTagFilter, limits: LocalListLimits
    ) -> None:
        """Keep what the list is made of, and what the charge point says of its configuration."""
        await self._change(
            charge_point_id,
            selector=selector,
            enabled=limits.enabled,
            max_length=limits.max_length,
            send_max_length=limits.send_max_length,
            limits_read_at=limits.read_at,
        )

    async def begin(
        self, charge_point_id: str, sent: LocalListUpdate, *, above: int
    ) -> LocalListUpdate:
        """Give an update its version, above all that were given and above another one."""

        def work(connection: Connection) -> LocalListUpdate:
            version = max(_record(connection, charge_point_id, lock=True).version, above) + 1
            begun = msgspec.structs.replace(sent, list_version=version)
            _change(
                connection,
                charge_point_id,
                version=version,
                status="Updating",
                last_update=_written(begun),
            )
            return begun

        return await self._database.transact(work)

    async def doubt(self, charge_point_id: str, version: int) -> None:
        """Somebody else sends a list: nobody knows what there will be, and its version is used."""

        def work(connection: Connection) -> None:
            used = max(_record(connection, charge_point_id, lock=True).version, version)
            _change(
                connection,
                charge_point_id,
                version=used,
                acknowledged_version=None,
                status="Updating",
            )

        await self._database.transact(work)

    async def acknowledge(
        self,
        charge_point_id: str,
        answered: LocalListUpdate,
        changes: Mapping[str, LocalListEntry | None],
    ) -> None:
        """The charge point has taken an update; an entry that is None is removed by it."""

        def work(connection: Connection) -> None:
            _change(
                connection,
                charge_point_id,
                acknowledged_version=answered.list_version,
                last_update=_written(answered),
            )
            gone = delete(entries).where(entries.c.charge_point_id == charge_point_id)
            if answered.update_type == "Full":
                connection.execute(gone)
            keys = list(changes)
            for start in range(0, len(keys), _AT_ONCE):
                _replace(connection, gone, charge_point_id, keys[start : start + _AT_ONCE], changes)

        await self._database.transact(work)

    async def synchronized(self, charge_point_id: str, time: datetime) -> None:
        """The charge point has the whole list."""
        await self._change(charge_point_id, status="Synchronized", synchronized_at=time)

    async def not_taken(
        self,
        charge_point_id: str,
        status: Literal["Updating", "Refused"],
        answered: LocalListUpdate | None = None,
    ) -> None:
        """The charge point has refused an update, or has no list."""
        update = {} if answered is None else {"last_update": _written(answered)}
        await self._change(charge_point_id, status=status, **update)

    async def _change(self, charge_point_id: str, **values: object) -> None:
        await self._database.transact(
            lambda connection: _change(connection, charge_point_id, **values)
        )


def _written(update: LocalListUpdate) -> object:
    return msgspec.to_builtins(update, enc_hook=str)


def _change(connection: Connection, charge_point_id: str, **values: object) -> None:
    new: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = {"charge_point_id": charge_point_id, "version": 0, "status": "Never", "selector": {}}
    connection.execute(
        new(table)
        .values(first | values)
        .on_conflict_do_update(index_elements=["charge_point_id"], set_=values)
    )


def _replace(
    connection: Connection,
    gone: Any,
    charge_point_id: str,
    keys: Sequence[str],
    changes: Mapping[str, LocalListEntry | None],
) -> None:
    connection.execute(gone.where(entries.c.key.in_(keys)))
    rows = [
        {"charge_point_id": charge_point_id, "key": key, **msgspec.structs.asdict(entry)}
        for key in keys
        if (entry := changes[key]) is not None
    ]
    if rows:
        connection.execute(insert(entries), rows)


def _record(connection: Connection, charge_point_id: str, *, lock: bool = False) -> LocalListRecord:
    statement = select(table).where(table.c.charge_point_id == charge_point_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        return LocalListRecord(charge_point_id=charge_point_id)
    own = entries.c.charge_point_id == charge_point_id
    count = connection.execute(select(func.count()).select_from(entries).where(own)).scalar_one()
    return LocalListRecord(
        charge_point_id=charge_point_id,
        version=row.version,
        acknowledged_version=row.acknowledged_version,
        status=row.status,
        entries=count,
        selector=msgspec.convert(row.selector, IdTagFilter),
        last_update=row.last_update and msgspec.convert(row.last_update, LocalListUpdate),
        synchronized_at=row.synchronized_at,
        limits=LocalListLimits(
            enabled=row.enabled,
            max_length=row.max_length,
            send_max_length=row.send_max_length,
            read_at=row.limits_read_at,
        ),
    )


def _entry(row: Any) -> LocalListEntry:
    return LocalListEntry(
        id_tag=row.id_tag,
        status=row.status,
        expiry_date=row.expiry_date,
        parent_id_tag=row.parent_id_tag,
    )
