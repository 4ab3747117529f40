"""
PostgreSQL: one connection that commits the groups, a pool for everything else.

Reads and the edits of operators run on SQLAlchemy's pool; the groups have a connection of their
own, see `postgresql_groups.py`.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from engine.errors import EngineError, StoreUnavailable
from engine.storage.database import Call
from engine.storage.groups import Sql, clean_text
from engine.storage.postgresql_errors import as_engine_error
from engine.storage.postgresql_groups import Groups
from engine.storage.postgresql_server import CONNECT_SECONDS, PostgreSQLServer
from engine.storage.statements import Query, Row

T = TypeVar("T")

STATEMENT_SECONDS = 30
"""A statement outside the groups is cancelled when it takes longer."""

FETCH_SECONDS = 10.0
"""What messages of charge points need is waited for no longer than a group of writes."""


class PostgreSQL:
    """A `Database` on a PostgreSQL server."""

    is_ours_alone = False

    def __init__(self, url: str, *, patient: bool = False) -> None:
        server = PostgreSQLServer(url)
        seconds = None if patient else STATEMENT_SECONDS
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: server.connect(seconds),
            pool_size=8,
            max_overflow=8,
            pool_timeout=CONNECT_SECONDS,
        )
        # The dialect numbers parameters as asyncpg itself does: $1, $2, …
        self._sql = Sql(self._engine.dialect)
        self._groups = Groups(server, self._sql)

    async def commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        """Commit a group on the writer's connection."""
        return await self._groups.commit(calls)

    async def fetch(self, query: Query, *parameters: Any) -> list[Row]:
        """Read a few rows by key."""
        compiled = self._sql.query(query)
        clean = tuple([clean_text(value) for value in parameters])

        def work(connection: Connection) -> Sequence[Sequence[Any]]:
            driver_parameters = tuple(compiled.parameters(clean))
            return connection.exec_driver_sql(compiled.sql, driver_parameters).fetchall()

        rows = await self._reading(work, FETCH_SECONDS)
        return [compiled.row(values) for values in rows]

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run reading statements on a connection of the pool."""
        return await self._reading(work, None)

    async def _reading(self, work: Callable[[Connection], T], seconds: float | None) -> T:
        # Callers may run without a task, or in that of somebody else (`eager.py`); the time
        # limits of the pool and of asyncpg cancel the task that they begin in.
        return await asyncio.create_task(self._read(work, seconds))

    async def _read(self, work: Callable[[Connection], T], seconds: float | None) -> T:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                try:
                    return await self._read_once(work)
                except DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
                    # The server was restarted since; the pool has dropped its old connections.
                    return await self._read_once(work)
        except Exception as error:
            if limit.expired():
                late = f"the store did not answer within {FETCH_SECONDS:g} s"
                raise StoreUnavailable(late) from error
            raise as_engine_error(error) from error

    async def _read_once(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run statements in a transaction of their own."""
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except Exception as error:
            if _is_read_only(error):
                # The server we knew has become a standby: find the new one next time.
                await self._engine.dispose()
            raise as_engine_error(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._groups.close()
        await self._engine.dispose()


def _is_read_only(error: Exception) -> bool:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return bool(state == asyncpg.ReadOnlySQLTransactionError.sqlstate)
