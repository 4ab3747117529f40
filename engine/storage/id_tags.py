"""Id tags: who may charge. Letter case means nothing. OCPP 1.6 §7.27."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.errors import NotFound
from engine.policy.facts import Tag
from engine.storage.database import Database
from engine.storage.errors import VersionMismatch
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Page, TagRecord
from engine.storage.statements import Query
from engine.storage.tables import id_tags as table

T = TypeVar("T")

_COLUMNS = tuple(column.name for column in table.columns)
_FACTS = (
    table.c.id_tag,
    table.c.status,
    table.c.expiry_date,
    table.c.parent_id_tag,
    table.c.labels,
    table.c.max_active_transactions,
)
_GET = Query(select(*_FACTS).where(table.c.key == bindparam("tag")), ["tag"])

CACHED = 100_000
"""How many id tags are remembered, the unknown ones too."""

CACHE_SECONDS = 5.0
"""How long; an edit by another process is seen after that. Our own edits are seen at once."""


class IdTags:
    """The id tags, those asked for lately kept in memory."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._clock = clock
        self._cache: OrderedDict[str, tuple[float, Tag | None]] = OrderedDict()
        self._edits = 0

    def cached(self, id_tag: str) -> Tag | UnsetType | None:
        """The tag if memory knows it, null if memory knows that there is none; else `UNSET`."""
        known = self._cache.get(id_tag.casefold())
        if known is None or known[0] <= self._clock():
            return UNSET
        return known[1]

    async def get(self, id_tag: str) -> Tag | None:
        """The tag, in whatever letter case it is asked for."""
        known = self.cached(id_tag)
        if known is not UNSET:
            return known
        key, edits = id_tag.casefold(), self._edits
        rows = await self._database.fetch(_GET, key)
        tag = _tag(rows[0]) if rows else None
        # What was read before an edit must not be remembered after it.
        if edits == self._edits:
            self._remember(key, tag)
        return tag

    def _remember(self, key: str, tag: Tag | None) -> None:
        self._cache[key] = (self._clock() + CACHE_SECONDS, tag)
        self._cache.move_to_end(key)
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)

    async def record(self, id_tag: str) -> TagRecord | None:
        """The tag with its edit counter."""
        key = id_tag.casefold()
        return await self._database.read(lambda connection: _record(connection, key))

    async def list(
        self,
        *,
        limit: int = 100,
        cursor: str | None = None,
        status: str | None = None,
        parent_id_tag: str | None = None,
    ) -> Page[TagRecord]:
        """
        The tags in the order of their text.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(table).order_by(table.c.key).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.key > decode_cursor(cursor, tuple[str])[0])
        if status is not None:
            statement = statement.where(table.c.status == status)
        if parent_id_tag is not None:
            statement = statement.where(table.c.parent_id_tag == parent_id_tag)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(rows, limit, _as_record, lambda row: (row.key,))

    async def put(self, tag: Tag, *, time: datetime, version: int | None = None) -> TagRecord:
        """
        Make or replace a tag.

        Raises:
            VersionMismatch: it was edited since `version`; 0 means that it must be new.
        """
        key = tag.id_tag.casefold()

        def work(connection: Connection) -> TagRecord:
            _same_version(_record(connection, key, lock=True), tag.id_tag, version)
            _upsert(connection, tag, time)
            record = _record(connection, key)
            assert record is not None
            return record

        return await self._edit(key, work)

    async def delete(self, id_tag: str, *, version: int | None = None) -> None:
        """
        Forget a tag.

        Raises:
            NotFound: nobody knows it.
            VersionMismatch: it was edited since `version`.
        """
        key = id_tag.casefold()

        def work(connection: Connection) -> None:
            known = _record(connection, key, lock=True)
            if known is None:
                raise NotFound(f"there is no id tag `{id_tag}`")
            _same_version(known, id_tag, version)
            connection.execute(delete(table).where(table.c.key == key))

        await self._edit(key, work)

    async def _edit(self, key: str, work: Callable[[Connection], T]) -> T:
        try:
            return await self._database.transact(work)
        finally:
            self._edits += 1
            self._cache.pop(key, None)


def _upsert(connection: Connection, tag: Tag, time: datetime) -> None:
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    changes = {name: statement.excluded[name] for name in _COLUMNS[1:]}
    changes["version"] = table.c.version + 1
    row = {
        "key": tag.id_tag.casefold(),
        "id_tag": tag.id_tag,
        "status": tag.status,
        "expiry_date": tag.expiry_date,
        "parent_id_tag": tag.parent_id_tag,
        "labels": tag.labels,
        "max_active_transactions": tag.max_active_transactions,
        "version": 1,
        "updated_at": time,
    }
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changes), row)


def _record(connection: Connection, key: str, *, lock: bool = False) -> TagRecord | None:
    statement = select(table).where(table.c.key == key)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _as_record(row)


def _same_version(record: TagRecord | None, id_tag: str, version: int | None) -> None:
    current = 0 if record is None else record.version
    if version is not None and version != current:
        raise VersionMismatch(
            f"id tag `{id_tag}` is at version {current}, not {version}",
            hint="read it again and repeat the edit",
        )


def _tag(row: Any) -> Tag:
    id_tag, status, expiry_date, parent_id_tag, labels, max_active_transactions = row
    return Tag(
        id_tag=id_tag,
        status=status,
        expiry_date=expiry_date,
        parent_id_tag=parent_id_tag,
        labels=labels,
        max_active_transactions=max_active_transactions,
    )


def _as_record(row: Any) -> TagRecord:
    tag = _tag([getattr(row, column.name) for column in _FACTS])
    return TagRecord(tag=tag, version=row.version, updated_at=row.updated_at)
