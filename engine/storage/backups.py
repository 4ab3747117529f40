"""
Copies of a SQLite store: made while a server writes to it, and put in its place.

A copy is made from one snapshot: what is committed while it is made is not in it, and does not
make it begin again. It becomes the file that was asked for only when it is whole, checked and on
disk.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import ConfigError, Conflict, NotFound, StoreUnavailable
from engine.storage.databases import sqlite_path
from engine.storage.schema import require_known
from engine.storage.sqlite_file import locked, make_directory, sync_directory

Progress = Callable[[int, int], None]
"""Is told how many pages of how many are copied."""

PAGES = 2_000
"""Copied in one go: 8 MiB."""

_BESIDE = ("-wal", "-shm")


def back_up(
    source: Path, target: Path, progress: Progress, *, overwrite: bool = False
) -> str | None:
    """
    Copy the store's file while a server may be writing to it; gives the revision of its schema.

    Raises:
        NotFound: there is no such store.
        Conflict: there is a file of that name already.
        StoreUnavailable: it can't be read or written, or is damaged.
    """
    if not source.exists():
        raise NotFound(f"there is no store at `{source}`", hint="is `store.url` right?")
    if target.exists() and not overwrite:
        raise Conflict(f"`{target}` exists already", hint="name another file, or give --overwrite")
    if target.exists() and target.samefile(source):
        raise Conflict(f"`{target}` is the store itself", hint="name another file")
    with _told(source):
        # Not read-only: such a connection would leave an empty log beside a store without a server.
        return _copy(source, target, progress, mode="rw")


def restore(backup: Path, target: Path, progress: Progress) -> Path | None:
    """
    Put a copy in the place of the store's file; gives where the old one is kept.

    Raises:
        NotFound: there is no such backup.
        Conflict: a server has the store open.
        StoreUnavailable: the backup is damaged or no store, or can't be copied.
        SchemaMismatch: a newer Voltrule made it.
    """
    if not backup.exists():
        raise NotFound(f"there is no backup `{backup}`")
    if target.exists() and target.samefile(backup):
        raise Conflict(f"`{target}` is the store itself", hint="name a backup of it")
    with locked(target), _told(backup):
        copy = target.with_name(f"{target.name}.restored")
        revision = _copy(backup, copy, progress)
        try:
            if revision is None:
                raise StoreUnavailable(f"`{backup}` is no backup of a store: it has no tables")
            require_known(revision)
            kept = _set_aside(target)
            copy.rename(target)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        sync_directory(target.parent)
        return kept


def _copy(source: Path, target: Path, progress: Progress, *, mode: str = "ro") -> str | None:
    make_directory(target.parent)
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy_pages(f"{source.absolute().as_uri()}?mode={mode}", partial, progress)
        revision = _checked(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(target.parent)
    return revision


def _copy_pages(source: str, target: Path, progress: Progress) -> None:
    with (
        closing(sqlite3.connect(source, uri=True, isolation_level=None)) as reading,
        closing(sqlite3.connect(target, isolation_level=None)) as writing,
    ):
        # One snapshot for all steps: without it each commit of the server would begin it anew.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing, pages=PAGES, progress=lambda _, left, total: progress(total - left, total)
        )
        # A copy is one file: it needs no log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")


def _checked(path: Path) -> str | None:
    """
    The revision of a copy's schema, once the copy is found whole.

    Raises:
        StoreUnavailable: it is not.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        if problems != ["ok"]:
            raise sqlite3.DatabaseError("; ".join(problems))
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        return None if row is None else str(row[0])


def _set_aside(target: Path) -> Path | None:
    """Give the store's file, and those beside it, another name."""
    if not target.exists():
        return None
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = target.with_name(f"{target.name}.before-{time}")
    for end in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            Path(f"{target}{end}").rename(f"{kept}{end}")
    return kept


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what went wrong with a file in the words of the store."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.args and "locked" in str(error):
            raise StoreUnavailable(f"`{path}` is locked: {error}") from error
        raise StoreUnavailable(
            f"`{path}` can't be copied: {error}",
            hint="it is damaged, no SQLite database, or there is no room for the copy",
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreUnavailable(f"can't copy `{path}`: {reason}: `{error.filename}`") from error


def store_file(url: str) -> Path:
    """
    The file of a store.

    Raises:
        ConfigError: it is in PostgreSQL.
    """
    if not url.startswith("sqlite:"):
        raise ConfigError(
            "only a store in SQLite is copied by Voltrule",
            hint="PostgreSQL has its own tools: docs/database.md shows the commands",
        )
    return Path(sqlite_path(url))
