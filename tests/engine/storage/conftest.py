"""The contract of the store is tested on SQLite and on a real PostgreSQL server."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.storage import Store, upgrade
from tests.engine.storage import databases
from tests.engine.storage.relay import Relay


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A database of this session's own, with the current schema."""
    with contextlib.ExitStack() as stack:
        made = databases.a_postgresql_database(f"voltrule_test_{os.getpid()}")
        try:
            url = stack.enter_context(made)
        except OSError:
            pytest.skip(f"no PostgreSQL server at {databases.SERVER}")
        asyncio.run(upgrade(url))
        yield url


@pytest.fixture
async def clean_postgresql_url(postgresql_url: str) -> str:
    """The session's database without rows."""
    await databases.empty_tables(postgresql_url)
    return postgresql_url


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """A new file with the current schema."""
    url = f"sqlite:///{tmp_path}/voltrule.db"
    await upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """An empty database with the current schema, of each kind."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "clean_postgresql_url"}[request.param]
    return str(request.getfixturevalue(fixture))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open store of each kind."""
    store = await Store.open(store_url)
    yield store
    await store.close()


@pytest.fixture
async def relay(clean_postgresql_url: str) -> AsyncIterator[Relay]:
    """The way to the server, which the test can cut."""
    target = urlsplit(databases.SERVER)
    async with Relay(target.hostname or "", target.port or 5432) as relay:
        yield relay
