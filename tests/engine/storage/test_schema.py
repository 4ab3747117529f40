import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hatchling.builders.wheel import WheelBuilder
from sqlalchemy import Connection, text

from engine.storage import SchemaMismatch, Store, current_revision, upgrade
from engine.storage.databases import open_database
from engine.storage.migrating import revisions
from engine.storage.schema import HEAD, downgrade
from engine.storage.tables import metadata
from tests.engine.storage import databases


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    name = request.getfixturevalue("postgresql_url").rpartition("/")[2] + "_schema"
    with databases.a_postgresql_database(name) as url:
        yield url


async def _run(url: str, statement: str) -> None:
    database = open_database(url)
    await database.transact(lambda connection: connection.execute(text(statement)) and None)
    await database.close()


async def test_an_empty_database_gets_the_current_schema(empty_url: str) -> None:
    assert await current_revision(empty_url) is None
    assert await upgrade(empty_url) == HEAD
    assert await current_revision(empty_url) == HEAD


def test_the_current_schema_is_the_one_of_the_last_migration() -> None:
    assert revisions()[0] == HEAD


async def test_upgrading_again_changes_nothing(empty_url: str) -> None:
    await upgrade(empty_url)
    await _run(empty_url, "UPDATE counters SET next = 77")
    await upgrade(empty_url)
    store = await Store.open(empty_url)
    assert await store.transaction_ids.next() == 77
    await store.close()


async def test_the_migrations_make_the_tables_that_the_code_uses(empty_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        def of_dialect(item: Any, name: str | None, kind: str, *_: object) -> bool:
            only = item._ddl_if if kind == "index" else None
            return only is None or only.dialect == connection.dialect.name

        options = {"compare_type": True, "include_object": of_dialect}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    await upgrade(empty_url)
    database = open_database(empty_url)
    assert await database.read(differences) == []
    await database.close()


async def test_a_database_goes_back_to_nothing_and_up_again(empty_url: str) -> None:
    await upgrade(empty_url)
    await downgrade(empty_url, "base")
    assert await current_revision(empty_url) is None
    assert await upgrade(empty_url) == HEAD


async def test_a_store_without_tables_is_not_opened(empty_url: str) -> None:
    with pytest.raises(SchemaMismatch) as refused:
        await Store.open(empty_url)
    assert str(refused.value) == ("the database has no tables yet\nhint: run `voltrule db upgrade`")


async def test_a_newer_schema_is_neither_opened_nor_upgraded(empty_url: str) -> None:
    await upgrade(empty_url)
    await _run(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    for use in (Store.open, upgrade):
        with pytest.raises(SchemaMismatch) as refused:
            await use(empty_url)
        assert str(refused.value) == (
            "the database has schema `9999`, which this Voltrule does not know\n"
            "hint: a newer Voltrule made it: run that one, or restore a backup"
        )


def test_the_migrations_are_in_the_wheel(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    (wheel,) = WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"])
    names = set(zipfile.ZipFile(wheel).namelist())
    migrations = (root / "engine/storage/migrations").glob("v*.py")
    assert {f"engine/storage/migrations/{path.name}" for path in migrations} <= names
