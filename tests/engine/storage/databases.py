"""Databases for tests: a file each for SQLite, one database emptied each time for PostgreSQL."""

import os
from urllib.parse import urlsplit

import asyncpg

SERVER = os.environ.get("VOLTRULE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgresql_url(name: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


async def execute(*statements: str, url: str = SERVER) -> None:
    connection = await asyncpg.connect(url, timeout=3)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def empty_tables(url: str) -> None:
    """Remove all rows but leave the schema."""
    tables = (
        "charge_points, connectors, id_tags, transactions, unmatched_stops, meter_values, "
        "decisions, messages, commands, tokens, policy_revisions"
    )
    await execute(f"TRUNCATE {tables} RESTART IDENTITY", "UPDATE counters SET next = 1", url=url)
