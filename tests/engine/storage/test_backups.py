"""Copies of a store are whole, and take its place only when they are."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from engine.errors import ConfigError, Conflict, NotFound, StoreUnavailable
from engine.storage import SchemaMismatch, Store, backups
from engine.storage.schema import HEAD
from tests.engine.storage.builders import a_transaction

ROOT = Path(__file__).parents[3]


def nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def file(sqlite_url: str) -> Path:
    """The file of a store with the current schema."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


def _next_id(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT next FROM counters").fetchone()[0])


def _transactions(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT transaction_id FROM transactions").fetchall()
    return sorted(row[0] for row in rows)


async def _write_without_end(store: Store, written: threading.Semaphore) -> None:
    for number in count(1):
        start = a_transaction(number, meter_start=number)
        await store.write(store.transactions.started(start))
        written.release()


class _Watched:
    """The progress of a copy, which goes on when two more have been written than it will hold."""

    def __init__(self, written: threading.Semaphore) -> None:
        self.written = written
        self.seen: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if len(self.seen) == 1:
            while self.written.acquire(blocking=False):
                pass
            assert all(self.written.acquire(timeout=20) for _ in range(2))


async def test_a_copy_made_while_others_write_is_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PAGES", 1)
    store, copy = await Store.open(f"sqlite:///{file}"), tmp_path / "copy.db"
    written = threading.Semaphore(0)
    watched = _Watched(written)
    writing = asyncio.create_task(_write_without_end(store, written))
    assert await asyncio.to_thread(written.acquire, timeout=20)
    revision = await asyncio.to_thread(backups.back_up, file, copy, watched)
    writing.cancel()
    page = await store.transactions.list(limit=100_000)
    await store.close()
    kept = _transactions(copy)
    assert (revision, kept) == (HEAD, list(range(1, len(kept) + 1)))
    assert 0 < len(kept) < len(page.items)
    total = watched.seen[-1][1]
    assert watched.seen == [(done, total) for done in range(1, total + 1)]


def test_a_copy_is_one_file_that_only_its_owner_can_read(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "new" / "copy.db"
    backups.back_up(file, copy, nothing)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_file_that_exists_is_replaced_only_when_that_was_said(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("somebody's")
    with pytest.raises(Conflict) as refused:
        backups.back_up(file, copy, nothing)
    assert str(refused.value) == (
        f"`{copy}` exists already\nhint: name another file, or give --overwrite"
    )
    assert copy.read_text() == "somebody's"
    backups.back_up(file, copy, nothing, overwrite=True)
    assert _transactions(copy) == []


def test_the_store_itself_is_no_copy_of_it(file: Path) -> None:
    with pytest.raises(Conflict, match="is the store itself"):
        backups.back_up(file, file, nothing, overwrite=True)
    with pytest.raises(Conflict, match="is the store itself"):
        backups.restore(file, file, nothing)


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no store at"):
        backups.back_up(tmp_path / "none.db", tmp_path / "copy.db", nothing)
    with pytest.raises(NotFound, match="there is no backup"):
        backups.restore(tmp_path / "none.db", tmp_path / "voltrule.db", nothing)


def test_a_damaged_store_makes_no_copy(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192:20480] = b"x" * 12288
    file.write_bytes(content)
    copy = tmp_path / "copy.db"
    with pytest.raises(StoreUnavailable, match="can't be copied"):
        backups.back_up(file, copy, nothing)
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_takes_the_place_of_the_store_and_the_old_one_is_kept(
    file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    backups.back_up(file, copy, nothing)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE counters SET next = 99")
        connection.commit()
    kept = backups.restore(copy, file, nothing)
    assert kept is not None
    assert (_next_id(file), _next_id(kept)) == (1, 99)
    assert kept.name.startswith("voltrule.db.before-")


def test_the_log_beside_the_old_store_goes_with_it(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backups.back_up(file, copy, nothing)
    # As after a crash: there is a log, and nobody has it open.
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE counters SET next = 99")
        connection.commit()
        log, index = (Path(f"{file}{end}").read_bytes() for end in ("-wal", "-shm"))
    Path(f"{file}-wal").write_bytes(log)
    Path(f"{file}-shm").write_bytes(index)
    kept = backups.restore(copy, file, nothing)
    assert Path(f"{kept}-wal").read_bytes() == log
    assert _next_id(file) == 1


def test_a_store_that_is_in_use_is_not_replaced(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backups.back_up(file, copy, nothing)
    command = [sys.executable, "-m", "tests.engine.storage.holding", f"sqlite:///{file}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        with pytest.raises(Conflict) as refused:
            backups.restore(copy, file, nothing)
        server.communicate()
    assert str(refused.value) == f"`{file}` is in use\nhint: stop the server first"
    assert backups.restore(copy, file, nothing) is not None


def test_what_is_no_backup_replaces_nothing(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    text, empty = tmp_path / "text.db", tmp_path / "empty.db"
    text.write_text("these are not the tables you are looking for" * 99)
    empty.touch()
    for backup, reason in ((text, "file is not a database"), (empty, "it has no tables")):
        with pytest.raises(StoreUnavailable, match=reason):
            backups.restore(backup, file, nothing)
    assert file.read_bytes() == before
    assert list(tmp_path.glob("voltrule.db*")) == [file]


def test_a_backup_of_a_newer_schema_replaces_nothing(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backups.back_up(file, copy, nothing)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaMismatch, match="schema `9999`"):
        backups.restore(copy, file, nothing)
    assert list(tmp_path.glob("voltrule.db*")) == [file]


def test_a_backup_can_be_restored_where_no_store_is(file: Path, tmp_path: Path) -> None:
    copy, place = tmp_path / "copy.db", tmp_path / "place" / "voltrule.db"
    backups.back_up(file, copy, nothing)
    assert backups.restore(copy, place, nothing) is None
    assert _next_id(place) == 1
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_postgresql_has_its_own_tools() -> None:
    with pytest.raises(ConfigError) as refused:
        backups.store_file("postgresql://host/name")
    assert str(refused.value) == (
        "only a store in SQLite is copied by Voltrule\n"
        "hint: PostgreSQL has its own tools: docs/database.md shows the commands"
    )
