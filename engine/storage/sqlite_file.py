"""The file of a SQLite store: how it is made, and how a connection to it is set up."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.errors import Conflict

BUSY_SECONDS = 5.0
"""How long we wait for another process that writes to the file."""

_SETTINGS = (
    "journal_mode=WAL",
    # A commit waits for the disk. NORMAL would survive a kill, but lose it in a power cut.
    "synchronous=FULL",
    "temp_store=MEMORY",
    # Overwrite what is deleted where that costs no further page. Some builds do more.
    "secure_delete=FAST",
    # 64 MiB of pages; a checkpoint every 16 MiB of log, which shrinks to this after a long read.
    "cache_size=-65536",
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
)

# SQLite locks these bytes of its file, also while nothing is read: every connection in WAL mode
# holds one of them (sqlite.org/lockingv3.html).
_LOCK_BEGIN, _LOCK_LENGTH = 0x4000_0000, 512


def connect(path: str) -> sqlite3.Connection:
    """A connection that is durable, in autocommit mode, and usable from any one thread."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return connection


def make(path: Path) -> None:
    """
    Make the file, and its directory, where they are not there.

    What is in it (hashes of passwords and tokens, who charged where) is for its owner only; the
    files that SQLite puts beside it get the same permissions. A directory that is made is noted
    on disk, or a power cut could take it away with all that is in it.

    Raises:
        OSError, sqlite3.Error: it can't be made.
    """
    make_directory(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # So that what retention frees can be given back bit by bit. It must come before all else.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("VACUUM")
    sync_directory(path.parent)


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, each noted on disk."""
    if not directory.exists():
        make_directory(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)
        sync_directory(directory.parent)


def sync_directory(directory: Path) -> None:
    """Wait until the names in a directory are on disk."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """
    Keep every server away from a store's file, which may be damaged or missing.

    Raises:
        Conflict: one has it open.
    """
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_LENGTH, _LOCK_BEGIN)
        except OSError:
            raise Conflict(f"`{path}` is in use", hint="stop the server first") from None
        yield
