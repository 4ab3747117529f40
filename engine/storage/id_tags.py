"""Id tags: who may charge. Letter case and outer spaces mean nothing. OCPP 1.6 §7.28."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Literal, TypeVar

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, bindparam, func, select

from engine.errors import NotFound
from engine.policy.facts import Tag
from engine.storage import id_tag_rows as rows
from engine.storage.database import Database
from engine.storage.errors import VersionMismatch
from engine.storage.id_tag_cache import IdTagCache
from engine.storage.id_tag_filters import IdTagFilter
from engine.storage.pages import decode_cursor, page
from engine.storage.records import Page, TagRecord
from engine.storage.statements import Query
from engine.storage.tables import id_tag_labels as labels
from engine.storage.tables import id_tags as table
from protocol.types import id_tag_key

T = TypeVar("T")

Revised = Literal["created", "updated", "unchanged"]

_GET = Query(select(*rows.FACTS).where(table.c.key == bindparam("tag")), ["tag"])
_ALL = IdTagFilter()


class IdTags:
    """The id tags, those asked for lately kept in memory."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._cache = IdTagCache(clock)
        self.cached = self._cache.get

    async def get(self, id_tag: str) -> Tag | None:
        """The tag, in whatever letter case it is asked for."""
        known: Tag | UnsetType | None = self.cached(id_tag)
        if known is not UNSET:
            return known
        key, edits = id_tag_key(id_tag), self._cache.edits
        found = await self._database.fetch(_GET, key)
        tag = rows.as_tag(found[0]) if found else None
        self._cache.remember(key, tag, edits=edits)
        return tag

    async def record(self, id_tag: str) -> TagRecord | None:
        """The tag with its edit counter."""
        key = id_tag_key(id_tag)
        return await self._database.read(lambda connection: rows.record(connection, key))

    async def list(
        self, wanted: IdTagFilter = _ALL, *, limit: int = 100, cursor: str | None = None
    ) -> Page[TagRecord]:
        """
        The tags in the order of their text.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        statement = select(table).where(*wanted.conditions()).order_by(table.c.key).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.key > decode_cursor(cursor, tuple[str])[0])
        found = await self._database.read(lambda connection: connection.execute(statement).all())
        return page(found, limit, rows.as_record, lambda row: (row.key,))

    async def with_parents(
        self, wanted: IdTagFilter, *, limit: int
    ) -> dict[str, tuple[Tag, Tag | None]]:
        """The first tags in the order of their text, by key, each with its parent's record."""
        parent = table.alias("parent")
        facts = [parent.c[column.name] for column in rows.FACTS]
        statement = (
            select(table.c.key, *rows.FACTS, *facts)
            .select_from(table.outerjoin(parent, parent.c.key == table.c.parent_key))
            .where(*wanted.conditions())
            .order_by(table.c.key)
            .limit(limit)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).all())
        return {row[0]: _with_parent(row[1:]) for row in found}

    async def put(self, tag: Tag, *, time: datetime, version: int | None = None) -> TagRecord:
        """
        Make or replace a tag.

        Raises:
            VersionMismatch: it was edited since `version`; 0 means that it must be new.
        """
        tag = rows.trimmed(tag)
        key = id_tag_key(tag.id_tag)

        def work(connection: Connection) -> TagRecord:
            _same_version(rows.record(connection, key, lock=True), tag.id_tag, version)
            rows.write(connection, [tag], time)
            record = rows.record(connection, key)
            assert record is not None
            # PostgreSQL can't lock a tag that is not there yet: somebody else may have made it.
            _same_version(record, tag.id_tag, version, made=1)
            return record

        return await self._edit(work, key)

    async def delete(self, id_tag: str, *, version: int | None = None) -> None:
        """
        Forget a tag.

        Raises:
            NotFound: nobody knows it.
            VersionMismatch: it was edited since `version`.
        """
        key = id_tag_key(id_tag)

        def work(connection: Connection) -> None:
            known = rows.record(connection, key, lock=True)
            if known is None:
                raise NotFound(f"there is no id tag `{id_tag}`")
            _same_version(known, id_tag, version)
            rows.remove(connection, [key])

        await self._edit(work, key)

    async def revise(
        self, edits: Mapping[str, Callable[[Tag | None], Tag]], *, time: datetime, write: bool
    ) -> dict[str, Revised]:
        """
        Make of each of some tags, named by their keys, what its edit makes of it.

        All in one transaction. Says for each what became of it, or would without `write`.
        """

        def work(connection: Connection) -> dict[str, Revised]:
            known = rows.tags(connection, list(edits), lock=write)
            tags = {key: rows.trimmed(edit(known.get(key))) for key, edit in edits.items()}
            outcomes = {key: _revised(known.get(key), tag) for key, tag in tags.items()}
            changed = [tags[key] for key, outcome in outcomes.items() if outcome != "unchanged"]
            if write and changed:
                rows.write(connection, changed, time)
            return outcomes

        if not write:
            return await self._database.read(work)
        return await self._edit(work, *edits)

    async def keys(
        self, *, after: str = "", edited_before: datetime, limit: int
    ) -> tuple[str, ...]:
        """The keys of the tags that nobody has edited since, in their order, from one on."""
        older = (table.c.key > after) & (table.c.updated_at < edited_before)
        statement = select(table.c.key).where(older).order_by(table.c.key)
        found = await self._database.read(
            lambda connection: connection.execute(statement.limit(limit)).scalars().all()
        )
        return tuple(found)

    async def label_names(self, *, limit: int) -> tuple[str, ...]:
        """The names of the labels that tags have, in their order; so many at most."""

        def work(connection: Connection) -> tuple[str, ...]:
            names: list[str] = []
            # One look into the index per name: there may be millions of labels.
            least = select(func.min(labels.c.name))
            name = connection.execute(least).scalar()
            while name is not None and len(names) < limit:
                names.append(name)
                name = connection.execute(least.where(labels.c.name > name)).scalar()
            return tuple(names)

        return await self._database.read(work)

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete the tags of these keys."""
        await self._edit(lambda connection: rows.remove(connection, keys), *keys)

    async def _edit(self, work: Callable[[Connection], T], *keys: str) -> T:
        try:
            return await self._database.transact(work)
        finally:
            for key in keys:
                self._cache.edited(key)


def _with_parent(row: Sequence[Any]) -> tuple[Tag, Tag | None]:
    own, parent = row[: len(rows.FACTS)], row[len(rows.FACTS) :]
    return rows.as_tag(own), None if parent[0] is None else rows.as_tag(parent)


def _revised(known: Tag | None, tag: Tag) -> Revised:
    if known is None:
        return "created"
    return "unchanged" if tag == known else "updated"


def _same_version(
    record: TagRecord | None, id_tag: str, version: int | None, *, made: int = 0
) -> None:
    """Check the version that there was before `made` edits of our own."""
    current = (0 if record is None else record.version) - made
    if version is not None and version != current:
        raise VersionMismatch(
            f"id tag `{id_tag}` is at version {current}, not {version}",
            hint="read it again and repeat the edit",
        )
