"""
The policy sets that were live: they outlive a restart, and can be put back. DESIGN §5.

Those that decisions in the log were made with are kept as long as these, for explaining them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from engine.policy.live.revisions import KeptRevision
from engine.storage.database import Database
from engine.storage.tables import exchanges
from engine.storage.tables import policy_revisions as table

KEPT = 10
"""How many revisions can be put back."""

OVERLAP = timedelta(days=1)
"""So long after a set was replaced another node may still decide with it."""


class PolicyRevisions:
    """Remembers the good policy sets: the last ten, and all that made a decision in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
    ) -> None:
        """This revision is the last good one now."""
        row = {
            "revision": revision,
            "saved_at": datetime.now(UTC),
            "rolled_back_from": rolled_back_from,
            "files": msgspec.json.encode(dict(files)).decode(),
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(table.c.revision == revision))
            connection.execute(insert(table).values(row))
            _forget(connection)

        await self._database.transact(work)

    async def load(self, revision: str | None = None) -> tuple[str, dict[str, bytes]] | None:
        """A revision and its files, by default the last good one; null if it is not kept."""
        wanted = select(table.c.revision, table.c.files).order_by(table.c.id.desc()).limit(1)
        if revision is not None:
            wanted = wanted.where(table.c.revision == revision)
        row = await self._database.read(lambda connection: connection.execute(wanted).first())
        return None if row is None else (row.revision, msgspec.convert(row.files, dict[str, bytes]))

    async def kept(self) -> tuple[KeptRevision, ...]:
        """All revisions that can be put back, the last good one first."""
        newest_first = select(table).order_by(table.c.id.desc()).limit(KEPT)
        rows = await self._database.read(lambda connection: connection.execute(newest_first).all())
        return tuple(
            KeptRevision(
                revision=row.revision,
                live_since=row.saved_at,
                files=tuple(sorted(row.files)),
                rolled_back_from=row.rolled_back_from,
            )
            for row in rows
        )


def _forget(connection: Connection) -> None:
    """Delete what can neither be put back nor has decided anything that is in the log."""
    oldest_kept = (
        select(table.c.id).order_by(table.c.id.desc()).offset(KEPT - 1).limit(1)
    ).scalar_subquery()
    first = select(func.min(exchanges.c.sequence)).scalar_subquery()
    oldest = connection.execute(
        select(exchanges.c.time).where(exchanges.c.sequence == first)
    ).scalar_one_or_none()
    newer = table.alias()
    replaced_at = (
        select(func.min(newer.c.saved_at)).where(newer.c.id > table.c.id).scalar_subquery()
    )
    forgotten = delete(table).where(table.c.id < oldest_kept)
    if oldest is not None:
        forgotten = forgotten.where(replaced_at < oldest - OVERLAP)
    connection.execute(forgotten)
