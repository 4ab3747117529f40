"""
The writer: many small writes, few commits.

Theory of operation. A commit costs a wait for the disk whatever is in it, and an answer may leave
only after the commit of what it acknowledges. So writes are grouped. `write` takes the rows of one
call, appends them to a queue and returns a future; it touches nothing else, so that it costs the
event loop about a microsecond. One task owns everything behind the queue: it takes what is queued
as one group, has the database commit it, and resolves the futures; then it takes the next. There
is no lock because there is no second owner.

A group closes as soon as the disk is free and no further write joined it in the last turn of the
event loop; under steady traffic that is bounded by `group_seconds` since its first look and by
`ROWS` rows. While one group is being committed the next fills, so that the group size follows the
load: one call when it is quiet, a thousand in a storm, and never a delay that buys nothing.

In a group the rows of one statement run together, statements in the order of `Step`. A call is
kept as a whole or not at all. A row that the database refuses fails only the future of its call:
the database then repeats the group call by call. When the database is away, all calls of the group
fail with `StoreUnavailable`; the next group tries again, so that recovery needs no one's help.

The queue holds `CALLS` calls. More than that means the disk does not keep up; a further write
then fails at once with `StoreUnavailable`. A charge point gets no acknowledgement and repeats the
message, which is the only honest way to slow it down.

A caller that gives up waiting does not take its write back: it may be on disk already.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from engine.errors import StoreUnavailable
from engine.storage.database import Call, Database
from engine.storage.statements import Write

ROWS = 4_000
"""A group takes no further call when it has this many rows."""

CALLS = 20_000
"""This many calls may be queued."""


class Writer:
    """Owns the task that commits; `close` ends it after a last commit."""

    def __init__(self, database: Database, *, group_seconds: float) -> None:
        self._database = database
        self._group_seconds = group_seconds
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[asyncio.Future[None], Call]] = deque()
        self._filled = asyncio.Event()
        self._last: asyncio.Future[None] | None = None
        self._closing = False
        # Kept and awaited in `close`; commits catch all that can go wrong in it.
        self._owner = self._loop.create_task(self._run(), name="store writer")

    def write(self, *writes: Write) -> asyncio.Future[None]:
        """
        Queue the rows of one call, to be kept together or not at all.

        The future resolves when they are on disk. It fails with `Conflict` where a row exists
        already, `RowRefused` for a value the database can't hold, `StoreUnavailable` otherwise.
        """
        future = self._loop.create_future()
        queue = self._queue
        if self._closing or len(queue) >= CALLS:
            why = "is closed" if self._closing else f"is {CALLS} writes behind"
            future.set_exception(StoreUnavailable(f"the store {why}"))
        elif not writes:
            future.set_result(None)
        else:
            self._last = future
            queue.append((future, writes))
            if len(queue) == 1:
                self._filled.set()
        return future

    async def flush(self) -> None:
        """Wait until all that was written so far is on disk or has failed."""
        if self._last is not None:
            await asyncio.wait((self._last,))

    async def close(self) -> None:
        """Commit what is queued and take no more."""
        self._closing = True
        self._filled.set()
        await self._owner

    async def _run(self) -> None:
        while not self._closing or self._queue:
            await self._filled.wait()
            await self._gather()
            group = self._take()
            if group:
                outcomes = await self._commit([call for _, call in group])
                _resolve([future for future, _ in group], outcomes)
            if not self._queue and not self._closing:
                self._filled.clear()

    async def _gather(self) -> None:
        deadline = self._loop.time() + self._group_seconds
        size = 0
        while size < len(self._queue) < ROWS and self._loop.time() < deadline:
            size = len(self._queue)
            await asyncio.sleep(0)

    def _take(self) -> list[tuple[asyncio.Future[None], Call]]:
        queue, group, rows = self._queue, [], 0
        while queue and rows < ROWS:
            entry = queue.popleft()
            group.append(entry)
            rows += len(entry[1])
        return group

    async def _commit(self, calls: Sequence[Call]) -> Sequence[BaseException | None]:
        try:
            return await self._database.commit(calls)
        except Exception as error:
            # A bug must reach those who wait, and must not end the only writer.
            return [error] * len(calls)


def _resolve(
    futures: Sequence[asyncio.Future[None]], outcomes: Sequence[BaseException | None]
) -> None:
    for future, error in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
