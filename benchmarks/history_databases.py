"""Databases that a benchmark makes, fills and removes."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from benchmarks.history_data import (
    METER_VALUE_COLUMNS,
    TRANSACTION_COLUMNS,
    Batch,
    History,
)
from engine.storage import upgrade
from engine.storage.columns import instant_text

SERVER = os.environ.get("VOLTRULE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")

Wrote = Callable[[int], None]
"""Is told how many meter values were written."""


@contextmanager
def sqlite(history: History, wrote: Wrote) -> Iterator[str]:
    """A file of its own, full."""
    with tempfile.TemporaryDirectory(prefix="voltrule-history-") as directory:
        url = f"sqlite:///{directory}/voltrule.db"
        asyncio.run(upgrade(url))
        _fill_sqlite(Path(directory) / "voltrule.db", history, wrote)
        yield url


def _fill_sqlite(path: Path, history: History, wrote: Wrote) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-262144")
    for batch in history.batches():
        connection.execute("BEGIN")
        _insert(connection, "transactions", TRANSACTION_COLUMNS, batch.transactions)
        _insert(connection, "meter_values", METER_VALUE_COLUMNS, batch.meter_values)
        connection.execute("COMMIT")
        wrote(len(batch.meter_values))
    connection.close()


def _insert(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]
) -> None:
    times = [index for index, name in enumerate(columns) if name.endswith("_at")]
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
        (
            [instant_text(v) if i in times and v is not None else v for i, v in enumerate(row)]
            for row in rows
        ),
    )


@contextmanager
def postgresql(history: History, wrote: Wrote) -> Iterator[str]:
    """A database of its own on the server, full."""
    name = f"voltrule_history_{os.getpid()}"
    url = urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    asyncio.run(_execute(SERVER, f"CREATE DATABASE {name}"))
    try:
        asyncio.run(upgrade(url))
        asyncio.run(_fill_postgresql(url, history, wrote))
        # The server does that by itself as the tables grow, within minutes.
        asyncio.run(_execute(url, "VACUUM ANALYZE transactions", "VACUUM ANALYZE meter_values"))
        yield url
    finally:
        asyncio.run(_execute(SERVER, f"DROP DATABASE {name} WITH (FORCE)"))


async def _fill_postgresql(url: str, history: History, wrote: Wrote) -> None:
    connection = await asyncpg.connect(url)
    for batch in history.batches():
        await _copy(connection, batch)
        wrote(len(batch.meter_values))
    await connection.close()


async def _copy(connection: asyncpg.Connection, batch: Batch) -> None:
    async with connection.transaction():
        for table, columns, rows in (
            ("transactions", TRANSACTION_COLUMNS, batch.transactions),
            ("meter_values", METER_VALUE_COLUMNS, batch.meter_values),
        ):
            await connection.copy_records_to_table(table, records=rows, columns=columns)


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement, timeout=3600)
    finally:
        await connection.close()


def size_bytes(url: str) -> int:
    """How much of the disk a database takes."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sum(file.stat().st_size for file in Path(parts.path[1:]).parent.iterdir())
    return asyncio.run(_size(url))


async def _size(url: str) -> int:
    connection = await asyncpg.connect(url)
    size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return size
