"""
SQLite: one file, one writer thread, readers that never wait for it.

The file is in WAL mode with `synchronous=FULL`: a commit is on disk when it returns, and readers
see the last commit without a lock. All writing is done by one connection on one thread of our own:
a lock that is never contended needs no waiting, and the hand-over costs one queue operation and
one wake-up per group.

Why not aiosqlite: it makes a round trip of every statement. A prototype with 50 connections and
groups of 25 messages of 4 rows did 8,900 to 9,800 messages a second with it and 10,400 to 11,200
with a thread of its own, with a little less of the event loop for each; on a loaded machine the two
could not be told apart. A writer process did 12,900 to 13,700, but it can die alone.

Reads by key run on the event loop itself: 10 to 40 µs, where the way over a reader's thread took
200 on the same loaded machine. Lists and all else of SQLAlchemy Core run on reader threads.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine

from engine.errors import Conflict, EngineError, StoreUnavailable
from engine.storage import sqlite_file
from engine.storage.database import Call, as_engine_error
from engine.storage.errors import RowRefused
from engine.storage.groups import Batch, Sql, cleaned
from engine.storage.statements import Query, Row

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]

READERS = 4
_TOGETHER = (64, 32, 16, 8, 4)
"""
Rows of one INSERT or UPDATE, the largest number first.

`executemany` gives up the interpreter lock around each row and must get it back each time, from
an event loop that holds it most of the time.
"""

POINT_BUSY_MILLISECONDS = 100
"""A read on the event loop waits no longer: everybody else waits with it."""

_HINT = "is there room on its disk, and may this user write to its directory?"
_DAMAGED_HINT = (
    "the file is damaged or no SQLite database: put back a copy of it, "
    "or name another file in `store.url`"
)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TAKEN = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


class _FileGone(OSError):
    """The database is no longer where its name says."""


class SQLite:
    """A `Database` in a file."""

    is_ours_alone = True

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            sqlite_file.make_directory(Path(path).parent)
        except OSError as error:
            raise _as_engine_error(error) from error
        self._loop = asyncio.get_running_loop()
        # What `stat` says of the file that is written; None until there was one.
        self._file: os.stat_result | None = None
        self._point: sqlite3.Connection | None = None
        self._writing: Connection | None = None
        self._reading = self._engine(poolclass=QueuePool, pool_size=READERS)
        self._sql = Sql(self._reading.dialect)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store reader")
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="store writer", daemon=True)
        self._thread.start()

    def _engine(self, **options: Any) -> Engine:
        return create_engine("sqlite://", creator=self._open, **options)

    def _open(self) -> sqlite3.Connection:
        if self._file is not None and not Path(self._path).exists():
            # SQLite would make an empty one, in the way of whoever restores it.
            raise _FileGone(f"`{self._path}` is gone")
        if self._file is None:
            sqlite_file.make(Path(self._path))
        connection = sqlite_file.connect(self._path)
        self._file = self._file or os.stat(self._path)
        return connection

    async def commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        """Commit a group on the writer's thread."""
        outcomes: list[EngineError | None] = await self._run(lambda: self._commit(calls))
        return outcomes

    async def fetch(self, query: Query, *parameters: Any) -> list[Row]:
        """Read a few rows by key, here and now."""
        compiled = self._sql.query(query)
        try:
            if self._point is None:
                self._point = self._open()
                self._point.execute(f"PRAGMA busy_timeout={POINT_BUSY_MILLISECONDS}")
            found = self._point.execute(compiled.sql, compiled.parameters(parameters)).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._point = None
            raise _as_engine_error(error) from error
        return [compiled.row(values) for values in found]

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run reading statements on a reader's thread."""

        def run() -> T:
            with self._reading.connect() as connection:
                return work(connection)

        try:
            return await self._loop.run_in_executor(self._readers, run)
        except Exception as error:
            raise _as_engine_error(error) from error

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run statements on the writer's thread, between two groups."""
        try:
            result: T = await self._run(lambda: self._transact(work))
        except Exception as error:
            raise _as_engine_error(error) from error
        return result

    async def close(self) -> None:
        """Let the threads finish and close the file."""
        if self._thread.is_alive():
            self._jobs.put(None)
            await self._loop.run_in_executor(None, self._thread.join)
        self._readers.shutdown()
        self._reading.dispose()
        if self._point is not None:
            self._point.close()
            self._point = None

    def _run(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        future = self._loop.create_future()
        self._jobs.put((function, future))
        return future

    def _work(self) -> None:
        """The writer's thread."""
        while (job := self._jobs.get()) is not None:
            function, future = job
            result, error = None, None
            try:
                result = function()
            except Exception as raised:
                error = raised
            try:
                self._loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                # The event loop is gone, and with it whoever waited.
                break
        self._forget_connection()

    def _connection(self) -> Connection:
        if self._writing is None:
            self._writing = self._engine(poolclass=NullPool).connect()
            self._file = os.stat(self._path)
        return self._writing

    def _check_file(self) -> None:
        try:
            there = os.stat(self._path)
            os.stat(f"{self._path}-wal")
        except FileNotFoundError as error:
            there, gone = None, error.filename
        else:
            gone = self._path
        if there is None or self._file is None or not os.path.samestat(there, self._file):
            raise _FileGone(f"`{gone}` was deleted or replaced")

    def _forget_connection(self) -> None:
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.close()

    def _forget_connections(self, error: Exception) -> None:
        self._forget_connection()
        if isinstance(error, _FileGone):
            # Readers would go on with what is gone.
            self._point = None
            self._reading.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            result = work(connection)
            connection.commit()
            self._check_file()
        except Exception as error:
            self._forget_connections(error)
            raise
        return result

    def _commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        try:
            driver = self._connection().connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            outcomes = self._commit_group(driver, calls)
            self._check_file()
        except Exception as error:
            # A new connection next time: the file may be another one then, or whole again.
            self._forget_connections(error)
            return [_as_engine_error(error)] * len(calls)
        return outcomes

    def _commit_group(
        self, driver: sqlite3.Connection, calls: Sequence[Call]
    ) -> list[EngineError | None]:
        driver.execute("BEGIN IMMEDIATE")
        try:
            _execute(driver, self._sql.batches(calls))
            driver.execute("COMMIT")
        except Exception as error:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            if isinstance(_as_engine_error(error), StoreUnavailable):
                raise
        else:
            return [None] * len(calls)
        return self._commit_one_by_one(driver, calls)

    def _commit_one_by_one(
        self, driver: sqlite3.Connection, calls: Sequence[Call]
    ) -> list[EngineError | None]:
        driver.execute("BEGIN IMMEDIATE")
        outcomes = [self._try(driver, call) for call in calls]
        driver.execute("COMMIT")
        return outcomes

    def _try(self, driver: sqlite3.Connection, call: Call) -> EngineError | None:
        try:
            batches = self._sql.batches([call])
        except Exception as error:
            return _as_engine_error(error)
        outcome: EngineError | None = None
        for attempt in (batches, cleaned(batches)):
            driver.execute("SAVEPOINT one")
            try:
                _execute(driver, attempt)
                driver.execute("RELEASE one")
            except Exception as error:
                outcome = _as_engine_error(error)
                if isinstance(outcome, StoreUnavailable):
                    raise
                driver.execute("ROLLBACK TO one")
                driver.execute("RELEASE one")
                if not isinstance(outcome, RowRefused):
                    return outcome
            else:
                return None
        return outcome


def _execute(driver: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    for sql, rows in batches:
        done = 0
        for count in _TOGETHER:
            together = _of_rows(sql, count) if len(rows) - done >= count else None
            while together is not None and len(rows) - done >= count:
                driver.execute(together, [*chain.from_iterable(rows[done : done + count])])
                done += count
        driver.executemany(sql, rows[done:])


@lru_cache
def _of_rows(sql: str, count: int) -> str | None:
    """The INSERT, or UPDATE FROM, for so many rows at once; null for any other statement."""
    head, found, rest = sql.partition(" FROM (VALUES ")
    if found:
        values, end, tail = rest.partition(")) AS ")
        return f"{head}{found}{', '.join([f'{values})'] * count)}{end[1:]}{tail}"
    head, found, values = sql.partition(" VALUES ")
    if not found or " ON CONFLICT " in values:
        return None
    return f"{head} VALUES {', '.join([values] * count)}"


def _settle(future: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _as_engine_error(error: Exception) -> EngineError:
    match error:
        case _FileGone():
            return StoreUnavailable(f"the store failed: {error}", hint="put it back, or restart")
        case sqlite3.IntegrityError() if error.sqlite_errorcode in _TAKEN:
            return Conflict(f"the store has this already: {error}")
        case OSError():
            reason, place = (error.strerror or str(error)).lower(), error.filename
            where = "" if place is None else f": `{place}`"
            return StoreUnavailable(f"the store failed: {reason}{where}", hint=_HINT)
        case sqlite3.OperationalError():
            return StoreUnavailable(f"the store failed: {error}", hint=_HINT)
        case sqlite3.IntegrityError() | sqlite3.DataError() | sqlite3.ProgrammingError():
            return RowRefused(f"the store refuses a row: {error}")
        case sqlite3.InterfaceError() | OverflowError() | ValueError() | TypeError():
            return RowRefused(f"the store refuses a row: {error}")
        case sqlite3.Error():
            return StoreUnavailable(f"the store failed: {error}", hint=_hint(error))
        case _:
            return as_engine_error(error, hint=_hint(getattr(error, "orig", None)))


def _hint(error: object) -> str:
    """What to do; of extended error codes the last byte says the kind."""
    code = error.sqlite_errorcode if isinstance(error, sqlite3.DatabaseError) else 0
    return _DAMAGED_HINT if code & 0xFF in _DAMAGED else _HINT
