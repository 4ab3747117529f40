"""Databases for tests: a file each for SQLite, one database emptied each time for PostgreSQL."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from engine.storage.tables import metadata

SERVER = os.environ.get("VOLTRULE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgresql_url(name: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def a_postgresql_database(name: str) -> Iterator[str]:
    """
    The URL of a new, empty database that is dropped in the end.

    Raises:
        OSError: there is no server.
    """
    asyncio.run(execute(f"CREATE DATABASE {name}"))
    try:
        yield postgresql_url(name)
    finally:
        asyncio.run(execute(f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(*statements: str, url: str = SERVER) -> None:
    connection = await asyncpg.connect(url, timeout=3)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def value(query: str, url: str = SERVER) -> Any:
    """The one value that a query gives."""
    connection = await asyncpg.connect(url, timeout=3)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def end_connections(url: str) -> None:
    """Have the server end every connection to the database, as a restart does."""
    name = url.rpartition("/")[2]
    await execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )


@contextlib.asynccontextmanager
async def a_locked_table(url: str, table: str) -> AsyncIterator[None]:
    """Nobody else can write to the table meanwhile."""
    connection = await asyncpg.connect(url, timeout=3)
    try:
        await connection.execute(f"BEGIN; LOCK TABLE {table}")
        yield
    finally:
        await connection.close()


async def empty_tables(url: str) -> None:
    """Remove all rows but leave the schema; with few rows far quicker than TRUNCATE."""
    deletes = ["DELETE FROM counters WHERE name <> 'transactionId'"]
    deletes += [f"DELETE FROM {name}" for name in metadata.tables if name != "counters"]
    restart = "; ".join(
        f"SELECT setval('{sequence}', 1, false)"
        for sequence in ("exchanges_sequence_seq", "policy_revisions_id_seq")
    )
    await execute(
        "; ".join([*deletes, "UPDATE counters SET next = 1 WHERE name = 'transactionId'", restart]),
        url=url,
    )
