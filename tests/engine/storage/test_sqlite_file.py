"""The file of a store is for its owner only, and set up to keep what was committed."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import Conflict
from engine.storage import Store, sqlite_file


@pytest.fixture
def generous() -> Iterator[None]:
    """A umask that would let everybody read."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous")
async def test_only_the_owner_can_read_what_is_stored(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url)
    await store.probe()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sorted(tmp_path.iterdir())}  # noqa: ASYNC240
    await store.close()
    assert modes == {"voltrule.db": 0o600, "voltrule.db-shm": 0o600, "voltrule.db-wal": 0o600}


@pytest.mark.usefixtures("generous")
def test_a_directory_that_is_made_is_the_owners_too(tmp_path: Path) -> None:
    sqlite_file.make(tmp_path / "new" / "place" / "voltrule.db")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")]
    assert sorted(modes) == [0o600, 0o700]


def test_the_permissions_of_a_file_that_exists_stay(tmp_path: Path) -> None:
    (tmp_path / "voltrule.db").touch()
    (tmp_path / "voltrule.db").chmod(0o640)
    sqlite_file.make(tmp_path / "voltrule.db")
    assert stat.S_IMODE((tmp_path / "voltrule.db").stat().st_mode) == 0o640


def test_a_new_file_gives_back_what_is_freed_and_waits_for_the_disk(tmp_path: Path) -> None:
    sqlite_file.make(tmp_path / "voltrule.db")
    with closing(sqlite_file.connect(str(tmp_path / "voltrule.db"))) as connection:
        connection.execute("CREATE TABLE t (a)")
        names = ("auto_vacuum", "journal_mode", "synchronous", "secure_delete")
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    # 2: INCREMENTAL, FULL, FAST.
    assert found == [2, "wal", 2, 2]


def test_a_file_that_nobody_has_open_can_be_locked_and_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "voltrule.db"
    with sqlite_file.locked(path):
        sqlite_file.make(path)
    with sqlite_file.locked(path), pytest.raises(Conflict, match="is in use"):
        _lock_in_another_process(path)


def _lock_in_another_process(path: Path) -> None:
    """Locks of the same process don't exclude each other."""
    child = os.fork()
    if not child:
        try:
            with sqlite_file.locked(path):
                os._exit(0)
        except Conflict:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise Conflict("is in use")
