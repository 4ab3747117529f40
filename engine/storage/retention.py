"""
Retention: what is older than it is to be kept is removed, a little at a time.

Theory of operation. Once an hour each log gets a mark (`log_marks.py`), and the rows before the
mark of the day that is to be forgotten go, from the oldest on. They go in batches, each a
transaction of a few milliseconds: on SQLite it stands between two group commits and holds up
nobody for longer, on PostgreSQL it locks only rows that nobody else touches. The size of a batch
follows the time that the last one took, and after each one there is a pause of some times that
length, so that most of the store's time is left to the charge points.

Transactions are never removed, nor the meter values of one that runs.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Table, select, text
from structlog import get_logger

from engine.errors import EngineError
from engine.storage import pruning
from engine.storage.database import Database
from engine.storage.log_marks import forget_marks, place_at, place_mark
from engine.storage.tables import counters, exchanges, meter_values

log = get_logger()

T = TypeVar("T")
Remove = Callable[[Connection, int, int], int]

INTERVAL_SECONDS = 3600.0
FIRST_SECONDS = 60.0
"""After the start, when fleets connect, the store has other things to do."""

BATCH_SECONDS = 0.005
FEWEST_ROWS, MOST_ROWS = 20, 1_000
PAUSES = 4.0
"""A pause is so many times as long as the batch before it."""
PAGES = 32
"""Given back to the disk at once."""
MARKED_DAYS = 3660
"""Nobody keeps for longer what is to go one day."""

# Any number, the same on all nodes: one of them prunes at a time.
_LOCK = 7_310_117


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """How many days of each log are kept; null: all."""

    messages_days: float | None = None
    decisions_days: float | None = None
    meter_values_days: float | None = None


class Pruned(msgspec.Struct, kw_only=True):
    """How many rows lost their messages, decisions or meter values."""

    messages: int = 0
    decisions: int = 0
    meter_values: int = 0


class Retention:
    """Removes from a database what is older than it is to be kept."""

    def __init__(self, database: Database, keep: Keep) -> None:
        self._database = database
        self._keep = keep
        self._rows = 100
        self.longest_seconds = 0.0
        """Of all batches so far."""

    async def run(self, tell: Callable[[Pruned], None]) -> None:
        """Prune once an hour, without end; `tell` learns what was removed."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            began = perf_counter()
            try:
                pruned = await self.prune()
            except EngineError as error:
                log.warning("pruning failed", error=str(error))
            except Exception:
                # It is not worth the end of the server.
                log.exception("pruning failed")
            else:
                tell(pruned)
                if pruned != Pruned():
                    seconds = round(perf_counter() - began, 1)
                    log.info("pruned", **msgspec.structs.asdict(pruned), seconds=seconds)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def prune(self, now: datetime | None = None) -> Pruned:
        """
        Mark the logs, then remove what is too old by now.

        Raises:
            StoreUnavailable: the database is away; the next time goes on where this one ended.
        """
        now = now or datetime.now(UTC)
        pruned = Pruned()
        await self._database.transact(lambda connection: _mark(connection, now))
        old = await self._database.read(lambda connection: self._old(connection, now))
        removing = pruning.remove_meter_values
        pruned.meter_values = await self._remove(meter_values, 0, old.meter_values, removing)
        both = min(old.messages, old.decisions)
        removed = await self._remove(exchanges, 0, both, pruning.remove_exchanges)
        pruned.messages = removed + await self._remove_part(
            "messages", both, old.messages, pruning.remove_messages
        )
        pruned.decisions = removed + await self._remove_part(
            "decisions", both, old.decisions, pruning.remove_decisions
        )
        if pruned != Pruned():
            await self._free_pages()
        return pruned

    def _old(self, connection: Connection, now: datetime) -> Pruned:
        """The last place of each log that is too old."""

        def place(table: Table, days: float | None) -> int:
            time = None if days is None else now - timedelta(days=days)
            return place_at(connection, table, time)

        keep = self._keep
        return Pruned(
            messages=place(exchanges, keep.messages_days),
            decisions=place(exchanges, keep.decisions_days),
            meter_values=place(meter_values, keep.meter_values_days),
        )

    async def _remove_part(self, part: str, after: int, until: int, remove: Remove) -> int:
        """Remove a part of rows that stay, and note how far: they can't be told from others."""
        name = f"{part}Pruned"
        known = select(counters.c.next).where(counters.c.name == name)
        done = await self._database.read(
            lambda connection: connection.execute(known).scalar_one_or_none()
        )

        def remove_and_note(connection: Connection, first: int, last: int) -> int:
            _note(connection, name, last)
            return remove(connection, first, last)

        return await self._remove(exchanges, max(after, done or 0), until, remove_and_note)

    async def _remove(self, table: Table, after: int, until: int, remove: Remove) -> int:
        removed = 0
        while after < until:
            work = partial(self._batch, table, after, until, remove)
            batch = await self._in_pauses(work)
            if batch is None:
                break
            after, count = batch
            removed += count
        return removed

    def _batch(
        self, table: Table, after: int, until: int, remove: Remove, connection: Connection
    ) -> tuple[int, int] | None:
        """Up to where the batch went and what it removed; null where nothing is left to do."""
        if not _is_ours(connection):
            return None
        began = perf_counter()
        last = pruning.end_of_batch(connection, table, after, until, self._rows)
        if last is None:
            return None
        count = remove(connection, after, last)
        seconds = perf_counter() - began
        self.longest_seconds = max(self.longest_seconds, seconds)
        wanted = int(self._rows * min(max(BATCH_SECONDS / seconds, 0.5), 1.5))
        self._rows = min(max(wanted, FEWEST_ROWS), MOST_ROWS)
        return last, count

    async def _free_pages(self) -> None:
        more = True
        while more:
            more = await self._in_pauses(
                lambda connection: (
                    connection.dialect.name == "sqlite" and pruning.free_pages(connection, PAGES)
                )
            )

    async def _in_pauses(self, work: Callable[[Connection], T]) -> T:
        began = perf_counter()
        result = await self._database.transact(work)
        await asyncio.sleep(PAUSES * (perf_counter() - began))
        return result


def _is_ours(connection: Connection) -> bool:
    """Whether no other node prunes just now."""
    if connection.dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(connection.execute(lock, {"lock": _LOCK}).scalar_one())


def _mark(connection: Connection, now: datetime) -> None:
    for table in (exchanges, meter_values):
        place_mark(connection, table, now)
        forget_marks(connection, table, now - timedelta(days=MARKED_DAYS))


def _note(connection: Connection, name: str, place: int) -> None:
    here = counters.c.name == name
    if not connection.execute(counters.update().where(here).values(next=place)).rowcount:
        connection.execute(counters.insert().values(name=name, next=place))
