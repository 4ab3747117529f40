"""
PostgreSQL: one connection that commits the groups, a pool for everything else.

The writer's connection is asyncpg's own: a group is a few `executemany`, which asyncpg sends as
one pipeline per statement. It is made again when it broke. A group whose COMMIT
was not answered fails, because nobody can know whether it arrived; charge points repeat what got
no answer, and what they repeat is kept once.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from engine.errors import Conflict, EngineError, StoreUnavailable
from engine.storage.database import Call, as_engine_error
from engine.storage.errors import RowRefused
from engine.storage.groups import Batch, Sql, clean_text, cleaned
from engine.storage.statements import Query, Row

T = TypeVar("T")

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 30.0
ATTEMPTS = 3
"""How often a group is tried that certainly was not committed."""

_UNDONE = (
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    ConnectionError,
)
_HINT = "is the PostgreSQL server up, and `store.url` right?"


class PostgreSQL:
    """A `Database` on a PostgreSQL server."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._writing: asyncpg.Connection | None = None
        # True once COMMIT was sent: whether it arrived is known only when it is answered.
        self._in_doubt = False
        self._engine = create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=CONNECT_SECONDS,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS},
        )
        # The dialect numbers parameters as asyncpg itself does: $1, $2, …
        self._sql = Sql(self._engine.dialect)

    async def commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        """Commit a group on the writer's connection."""
        attempt = 1
        while True:
            self._in_doubt = False
            try:
                return await self._commit_group(await self._connection(), calls)
            except Exception as error:
                await self._forget_connection()
                # A deadlock with another node, or a connection that broke while it was idle:
                # nothing of the group is kept, so it may be tried again.
                undone = isinstance(error, _UNDONE) and not self._in_doubt
                if not undone or attempt == ATTEMPTS:
                    return [_as_engine_error(error)] * len(calls)
                attempt += 1

    async def fetch(self, query: Query, *parameters: Any) -> list[Row]:
        """Read a few rows by key."""
        compiled = self._sql.query(query)
        clean = tuple([clean_text(value) for value in parameters])

        def work(connection: Connection) -> Sequence[Sequence[Any]]:
            driver_parameters = tuple(compiled.parameters(clean))
            return connection.exec_driver_sql(compiled.sql, driver_parameters).fetchall()

        return [compiled.row(values) for values in await self.read(work)]

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run reading statements on a connection of the pool."""
        try:
            try:
                return await self._read(work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The server was restarted since; the pool has dropped its old connections.
                return await self._read(work)
        except Exception as error:
            raise _as_engine_error(error) from error

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run statements in a transaction of their own."""
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except Exception as error:
            raise _as_engine_error(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._forget_connection()
        await self._engine.dispose()

    async def _connection(self) -> asyncpg.Connection:
        if self._writing is None or self._writing.is_closed():
            self._writing = await asyncpg.connect(
                self._dsn, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
            )
        return self._writing

    async def _forget_connection(self) -> None:
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.terminate()

    async def _commit_group(
        self, driver: asyncpg.Connection, calls: Sequence[Call]
    ) -> list[EngineError | None]:
        try:
            batches = self._sql.batches(calls)
        except Exception:
            return await self._commit_one_by_one(driver, calls)
        refused = await self._commit_batches(driver, batches)
        if isinstance(refused, RowRefused):
            # Most often for a NUL in a text. One by one costs some round trips per call, and a
            # charge point that sends NULs all the time would slow down all others.
            refused = await self._commit_batches(driver, cleaned(batches))
        if refused is None:
            return [None] * len(calls)
        return await self._commit_one_by_one(driver, calls)

    async def _commit_batches(
        self, driver: asyncpg.Connection, batches: Sequence[Batch]
    ) -> EngineError | None:
        """Commit a group as a whole; returns why a row of it can't be kept."""
        transaction = driver.transaction()
        await transaction.start()
        try:
            await _execute(driver, batches)
        except Exception as error:
            refused = _as_engine_error(error)
            if isinstance(refused, StoreUnavailable):
                raise
            await transaction.rollback()
            return refused
        self._in_doubt = True
        await transaction.commit()
        return None

    async def _commit_one_by_one(
        self, driver: asyncpg.Connection, calls: Sequence[Call]
    ) -> list[EngineError | None]:
        transaction = driver.transaction()
        await transaction.start()
        outcomes = [await self._try(driver, call) for call in calls]
        self._in_doubt = True
        await transaction.commit()
        return outcomes

    async def _try(self, driver: asyncpg.Connection, call: Call) -> EngineError | None:
        try:
            batches = self._sql.batches([call])
        except Exception as error:
            return _as_engine_error(error)
        outcome: EngineError | None = None
        for attempt in (batches, cleaned(batches)):
            try:
                # Inside a transaction this is a savepoint.
                async with driver.transaction():
                    await _execute(driver, attempt)
            except Exception as error:
                outcome = _as_engine_error(error)
                if isinstance(outcome, StoreUnavailable):
                    raise
                if not isinstance(outcome, RowRefused):
                    return outcome
            else:
                return None
        return outcome


async def _execute(driver: asyncpg.Connection, batches: Sequence[Batch]) -> None:
    for sql, rows in batches:
        await driver.executemany(sql, rows)


def _as_engine_error(error: Exception) -> EngineError:
    match error:
        case asyncpg.UniqueViolationError():
            return Conflict(f"the store has this already: {error}")
        case asyncpg.DataError() | asyncpg.IntegrityConstraintViolationError():
            return RowRefused(f"the store refuses a row: {error}")
        case TimeoutError():
            return StoreUnavailable("the store did not answer in time", hint=_HINT)
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | OSError():
            return StoreUnavailable(f"the store failed: {error}", hint=_HINT)
        case ValueError() | TypeError() | OverflowError():
            return RowRefused(f"the store refuses a row: {error}")
        case _:
            return as_engine_error(error, hint=_HINT)
