"""
The groups on PostgreSQL: each is committed once, whatever happens to the connection.

Theory of operation. A group is a few `executemany`, which asyncpg sends as one pipeline per
statement, on a connection of its own. If that connection breaks before COMMIT was sent, nothing
of the group is kept. If it breaks between COMMIT and the answer to it, nobody knows. So each
group begins with a row of its own in `commits`, by the name of this writer and the number of the
group, in the same round trip as BEGIN. A group that is tried again tries to insert that row
again: PostgreSQL lets that wait until the first try has ended, also on a server that only slowly
learns that we are gone, and then either refuses it, so that the group was kept, or takes it, so
that the group was not and goes on in this very transaction.

While the database is away for a moment (a restart, a fail-over), a group is tried again for
`AWAY_SECONDS`, so that nobody notices but by the time it takes. When it stays away, each further
group is tried once.

In a group with a row that the database refuses, the calls are committed in halves, and halves of
those, until only the calls with such rows are left out.
"""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import asyncpg

from engine.errors import EngineError, StoreUnavailable
from engine.storage.database import Call
from engine.storage.errors import RowRefused
from engine.storage.groups import Batch, Sql, cleaned
from engine.storage.postgresql_errors import as_engine_error
from engine.storage.postgresql_server import PostgreSQLServer

STATEMENT_SECONDS = 5.0
AWAY_SECONDS = 5.0
PAUSE_SECONDS = 0.1

KEPT = 1_000
"""A writer leaves about so many rows of groups that were kept; those of others go after a day."""

_BEGIN = (
    "INSERT INTO commits (writer, number, committed_at) VALUES ('%s', %d, now()) "
    "ON CONFLICT DO NOTHING"
)
_FORGET = "DELETE FROM commits WHERE writer = '%s' AND number < %d"
_FORGET_OTHERS = "DELETE FROM commits WHERE committed_at < now() - interval '1 day'"

Outcomes = list[EngineError | None]


class Groups:
    """Commits groups, one after the other, on a connection that is made again when it broke."""

    def __init__(self, server: PostgreSQLServer, sql: Sql) -> None:
        self._server = server
        self._sql = sql
        self._loop = asyncio.get_running_loop()
        self._name = uuid4().hex
        self._number = 0
        self._connection: asyncpg.Connection | None = None
        # What to say of the group once it is known that it was kept.
        self._outcomes: Outcomes | None = None
        # Since when no group was kept.
        self._away_since: float | None = None

    async def commit(self, calls: Sequence[Call]) -> Outcomes:
        """Commit a group, if need be more than once; what went wrong with each call."""
        self._number += 1
        self._outcomes = None
        began = self._loop.time()
        while True:
            try:
                outcomes = await self._try(calls)
            except Exception as error:
                await self.close()
                refused = as_engine_error(error)
                if not self._may_repeat(refused, began):
                    return [refused] * len(calls)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self._away_since = None
                return outcomes

    def _may_repeat(self, error: EngineError, began: float) -> bool:
        if not isinstance(error, StoreUnavailable):
            return False
        if self._away_since is None:
            self._away_since = began
        return self._loop.time() - self._away_since < AWAY_SECONDS

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _try(self, calls: Sequence[Call]) -> Outcomes:
        driver = await self._connected()
        if not await self._begin(driver):
            assert self._outcomes is not None
            await driver.execute("ROLLBACK")
            return self._outcomes
        outcomes = await self._write_all(driver, calls)
        self._outcomes = outcomes
        # What PostgreSQL answers to the COMMIT of a transaction that failed is ROLLBACK.
        if await driver.execute("COMMIT") != "COMMIT":
            raise StoreUnavailable("the store failed: a group was rolled back")
        return outcomes

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._server.connect(STATEMENT_SECONDS)
            await self._connection.execute(_FORGET_OTHERS)
        return self._connection

    async def _begin(self, driver: asyncpg.Connection) -> bool:
        """Whether the group is not kept yet, and is so with this transaction."""
        # Values in the text, as only then several statements make one round trip.
        insert = _BEGIN % (self._name, self._number)
        if self._number % KEPT == 0:
            insert = f"{_FORGET % (self._name, self._number - 1)}; {insert}"
        status: str = await driver.execute(f"BEGIN; {insert}")
        return status == "INSERT 0 1"

    async def _write_all(self, driver: asyncpg.Connection, calls: Sequence[Call]) -> Outcomes:
        """Write the group as a whole; where that is refused, all of it that can be kept."""
        try:
            batches = self._sql.batches(calls)
        except Exception:
            return await self._write_parts(driver, calls)
        refused = await _run(driver, batches)
        if isinstance(refused, RowRefused):
            # Most often for a NUL in a text. A charge point that sends NULs all the time would
            # slow down all others if the group were taken apart.
            await self._begin_again(driver)
            refused = await _run(driver, cleaned(batches))
        if refused is None:
            return [None] * len(calls)
        await self._begin_again(driver)
        return await self._write_parts(driver, calls)

    async def _begin_again(self, driver: asyncpg.Connection) -> None:
        await driver.execute("ROLLBACK")
        await self._begin(driver)

    async def _write_parts(self, driver: asyncpg.Connection, calls: Sequence[Call]) -> Outcomes:
        """Write calls that can't be kept as a whole: each half as a whole, if that can be."""
        if len(calls) == 1:
            return [await self._write_part(driver, calls)]
        middle = len(calls) // 2
        outcomes: Outcomes = []
        for half in (calls[:middle], calls[middle:]):
            if await self._write_part(driver, half) is None:
                outcomes += [None] * len(half)
            else:
                outcomes += await self._write_parts(driver, half)
        return outcomes

    async def _write_part(
        self, driver: asyncpg.Connection, calls: Sequence[Call]
    ) -> EngineError | None:
        """Write calls as a whole, or nothing of them; why a row of them is refused."""
        try:
            batches = self._sql.batches(calls)
        except Exception as error:
            return as_engine_error(error)
        refused: EngineError | None = None
        for attempt in (batches, cleaned(batches)):
            await driver.execute("SAVEPOINT part")
            refused = await _run(driver, attempt)
            if refused is None:
                await driver.execute("RELEASE part")
                return None
            await driver.execute("ROLLBACK TO part; RELEASE part")
            if not isinstance(refused, RowRefused):
                break
        return refused


async def _run(driver: asyncpg.Connection, batches: Sequence[Batch]) -> EngineError | None:
    try:
        for sql, rows in batches:
            await driver.executemany(sql, rows)
    except Exception as error:
        refused = as_engine_error(error)
        if isinstance(refused, StoreUnavailable):
            raise
        return refused
    return None
