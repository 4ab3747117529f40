import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.errors import StoreUnavailable
from engine.storage import Store, sqlite_file
from tests.engine.storage.builders import NOON, a_transaction


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    """An open store in a file."""
    store = await Store.open(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
def other_process(store: Store, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else who has the file open."""
    with closing(sqlite3.connect(tmp_path / "voltrule.db", isolation_level=None)) as connection:
        yield connection


async def test_a_commit_is_on_disk_when_it_returns(store: Store) -> None:
    def settings(connection: Connection) -> list[object]:
        pragmas = ("journal_mode", "synchronous")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]

    assert await store._database.transact(settings) == ["wal", 2]


async def test_while_another_process_holds_the_file_writes_fail_and_recover(
    store: Store, other_process: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.01)
    other_process.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="the store failed: database is locked"):
        await store.write(store.transactions.started(a_transaction(1)))
    with pytest.raises(StoreUnavailable, match="database is locked"):
        await store.transaction_ids.next()
    assert await store.transactions.get(1) is None
    other_process.execute("ROLLBACK")
    await store.write(store.transactions.started(a_transaction(1)))
    assert await store.transactions.get(1) == a_transaction(1)


async def test_when_the_disk_is_full_the_whole_group_fails_and_the_store_recovers(
    store: Store,
) -> None:
    await store._database.transact(
        lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1").scalar()
    )
    large = store.messages.logged("A", "received", NOON, "x" * 1_000_000)
    futures = [store.write(large), store.write(store.transactions.started(a_transaction(1)))]
    for future in futures:
        with pytest.raises(StoreUnavailable) as refused:
            await future
    assert str(refused.value) == (
        "the store failed: database or disk is full\n"
        "hint: is there room on its disk, and may this user write to its directory?"
    )
    # The writer took a new connection, which has no limit.
    await store.write(large)
    assert await store.transactions.get(1) is None


@pytest.mark.parametrize("name", ["voltrule.db", "voltrule.db-wal"])
async def test_what_was_deleted_acknowledges_nothing(
    store: Store, tmp_path: Path, name: str
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    (tmp_path / name).unlink()
    with pytest.raises(StoreUnavailable, match=f"{name}` was deleted or replaced"):
        await store.write(store.transactions.started(a_transaction(2)))


async def test_a_deleted_file_is_not_made_anew(store: Store, tmp_path: Path) -> None:
    (tmp_path / "voltrule.db").unlink()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await store.write(store.transactions.started(a_transaction(1)))
    with pytest.raises(StoreUnavailable, match=r"voltrule\.db` is gone"):
        await store.probe()
    with pytest.raises(StoreUnavailable, match=r"voltrule\.db` is gone"):
        await store.transactions.get(1)
    assert not (tmp_path / "voltrule.db").exists()


async def test_a_file_that_is_put_back_is_used_again(
    store: Store, tmp_path: Path, other_process: sqlite3.Connection
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        other_process.backup(copy)
    (tmp_path / "copy.db").replace(tmp_path / "voltrule.db")
    with pytest.raises(StoreUnavailable, match="was deleted or replaced"):
        await store.write(store.transactions.started(a_transaction(2, meter_start=2)))
    for end in ("-wal", "-shm"):
        (tmp_path / f"voltrule.db{end}").unlink(missing_ok=True)
    await store.write(store.transactions.started(a_transaction(3, meter_start=3)))
    assert [t.transaction_id for t in (await store.transactions.list()).items] == [3, 1]
    assert await store.transactions.get(2) is None


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "voltrule.db").write_text("these are not the tables you are looking for" * 99)
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(f"sqlite:///{tmp_path}/voltrule.db")
    assert str(refused.value) == (
        "the store failed: file is not a database\n"
        "hint: the file is damaged or no SQLite database: put back a copy of it, "
        "or name another file in `store.url`"
    )


async def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=f"not a directory: `{tmp_path}/file/place`"):
        await Store.open(f"sqlite:///{tmp_path}/file/place/voltrule.db")


async def test_a_reader_sees_a_commit_at_once_and_no_half_of_one(
    store: Store, other_process: sqlite3.Connection
) -> None:
    other_process.execute("BEGIN")
    count = "SELECT count(*) FROM transactions"
    assert other_process.execute(count).fetchone() == (0,)
    await store.write(*[store.transactions.started(a_transaction(1))])
    assert await store.transactions.get(1) is not None
    assert other_process.execute(count).fetchone() == (0,)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 200])
async def test_any_number_of_rows_is_written_in_their_order(store: Store, count: int) -> None:
    logged = store.messages.logged
    await store.write(*[logged("A", "sent", NOON, str(number)) for number in range(count)])
    page = await store.messages.list(limit=count)
    assert [message.text for message in page.items] == [str(n) for n in reversed(range(count))]
