from pathlib import Path

import pytest

from engine.errors import StoreUnavailable
from engine.storage.databases import open_database
from engine.storage.postgresql import PostgreSQL
from engine.storage.sqlite import SQLite

HINT = "hint: use sqlite:///data/voltrule.db or postgresql://user:password@host/database"
REFUSED = [
    ("nonsense", "the store's URL can't be read"),
    ("mysql://host/db", "the store can't use `mysql`"),
    ("sqlite://", "the store needs a file: memory is not durable"),
    ("sqlite:///:memory:", "the store needs a file: memory is not durable"),
]


@pytest.mark.parametrize(("url", "message"), REFUSED)
async def test_a_url_that_names_no_usable_database_is_refused(url: str, message: str) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        open_database(url)
    assert str(refused.value) == f"{message}\n{HINT}"


async def test_a_password_in_an_unreadable_url_is_not_shown() -> None:
    for url in ("postgresql:/user:secret@host", "postgresql://user:secret@host:port/name"):
        with pytest.raises(StoreUnavailable) as refused:
            open_database(url)
        assert str(refused.value) == f"the store's URL can't be read\n{HINT}"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
async def test_postgresql_is_named_in_several_ways(scheme: str) -> None:
    database = open_database(f"{scheme}://user@host/name")
    assert isinstance(database, PostgreSQL)
    await database.close()


async def test_the_directory_of_a_file_is_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new/place/voltrule.db")
    assert isinstance(database, SQLite)
    assert (tmp_path / "new/place").is_dir()
    await database.close()
