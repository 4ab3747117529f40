"""Files are imported into both kinds of store."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from engine.storage import upgrade
from tests.engine.storage import databases
from tests.engine.storage.conftest import clean_postgresql_url, sqlite_url, store, store_url

__all__ = ["clean_postgresql_url", "sqlite_url", "store", "store_url"]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A database of these tests' own, with the current schema."""
    try:
        asyncio.run(databases.execute("SELECT 1"))
    except OSError:
        pytest.skip(f"no PostgreSQL server at {databases.SERVER}")
    with databases.a_postgresql_database(f"voltrule_test_files_{os.getpid()}") as url:
        asyncio.run(upgrade(url))
        yield url
