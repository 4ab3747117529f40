"""Ways in which a store fails under a running server, each with its end."""

import contextlib
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.engine.storage import databases
from tests.engine.storage.relay import Relay
from tests.system.server import Server

Failure = Callable[[Server], AbstractAsyncContextManager[None]]
"""What lasts while it is entered."""


@contextlib.asynccontextmanager
async def file_locked(server: Server) -> AsyncIterator[None]:
    """Another process writes to the SQLite file without end."""
    file = server.directory / "voltrule.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def no_room(server: Server) -> AsyncIterator[None]:
    """No file of the server's may grow: as far as it can see, the disk is full."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@contextlib.asynccontextmanager
async def disk_full(server: Server) -> AsyncIterator[None]:
    """The disk of `a_small_disk` is full to the last byte."""
    filler = server.directory / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    yield
    filler.unlink()


@contextlib.contextmanager
def a_small_disk(directory: Path) -> Iterator[None]:
    """
    A disk of 24 MiB at a directory.

    Raises:
        PermissionError: only root may mount.
    """
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(directory)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        raise PermissionError
    try:
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def database_down(relay: Relay) -> Failure:
    """PostgreSQL refuses connections and has ended those there were."""

    @contextlib.asynccontextmanager
    async def failing(_: Server) -> AsyncIterator[None]:
        await relay.down()
        yield
        await relay.up()

    return failing


def database_silent(relay: Relay) -> Failure:
    """The network to PostgreSQL takes everything and brings nothing."""

    @contextlib.asynccontextmanager
    async def failing(_: Server) -> AsyncIterator[None]:
        relay.open.clear()
        yield
        relay.open.set()

    return failing


def table_locked(url: str) -> Failure:
    """Somebody has locked a table of PostgreSQL and went for lunch."""

    @contextlib.asynccontextmanager
    async def failing(_: Server) -> AsyncIterator[None]:
        async with databases.a_locked_table(url, "exchanges"):
            yield

    return failing


def disk_of_the_database_full(url: str) -> Failure:
    """PostgreSQL answers each write as it does when its disk is full."""

    @contextlib.asynccontextmanager
    async def failing(_: Server) -> AsyncIterator[None]:
        await databases.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE disk_full USING MESSAGE = 'No space left on device'; END $$",
            "CREATE TRIGGER no_room BEFORE INSERT ON exchanges EXECUTE FUNCTION no_room()",
            "CREATE TRIGGER no_room BEFORE INSERT ON commits EXECUTE FUNCTION no_room()",
            url=url,
        )
        yield
        await databases.execute("DROP FUNCTION no_room() CASCADE", url=url)

    return failing


def writes_refused(url: str) -> Failure:
    """PostgreSQL has become a standby, or somebody made it read-only."""
    name = url.rpartition("/")[2]

    @contextlib.asynccontextmanager
    async def failing(_: Server) -> AsyncIterator[None]:
        await databases.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await databases.end_connections(url)
        yield
        await databases.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await databases.end_connections(url)

    return failing
