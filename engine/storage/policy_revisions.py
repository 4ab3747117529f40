"""The policy sets that were live: the last good one outlives a restart. DESIGN §5."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from engine.storage.database import Database
from engine.storage.tables import policy_revisions as table

KEPT = 10
"""How many revisions are kept."""


class PolicyRevisions:
    """Remembers the last good policy sets, the newest ten of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, revision: str, files: Mapping[str, bytes]) -> None:
        """This revision is the last good one now."""
        row = {
            "revision": revision,
            "saved_at": datetime.now(UTC),
            "files": msgspec.json.encode(dict(files)).decode(),
        }
        oldest_kept = (
            select(table.c.id).order_by(table.c.id.desc()).offset(KEPT - 1).limit(1)
        ).scalar_subquery()

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(table.c.revision == revision))
            connection.execute(insert(table).values(row))
            connection.execute(delete(table).where(table.c.id < oldest_kept))

        await self._database.transact(work)

    async def load(self) -> tuple[str, dict[str, bytes]] | None:
        """The last good revision and its files; null in a fresh store."""
        newest = select(table.c.revision, table.c.files).order_by(table.c.id.desc()).limit(1)
        row = await self._database.read(lambda connection: connection.execute(newest).first())
        return None if row is None else (row.revision, msgspec.convert(row.files, dict[str, bytes]))
