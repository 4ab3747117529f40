"""
The writer: many small writes, few commits.

Theory of operation. A commit costs a wait for the disk whatever is in it, and an answer may leave
only after the commit of what it acknowledges. So writes are grouped. `submit` appends the rows of
one call to a queue, with whom to tell when they are on disk; it touches nothing else, so that it
costs the event loop about a microsecond. One task owns everything behind the queue: it takes what
is queued as one group, has the database commit it, and tells all who wait; then it takes the
next. There is no lock because there is no second owner.

A group closes as soon as the disk is free and no further write joined it in the last turn of the
event loop; under steady traffic that is bounded by `group_seconds` since its first look and by
`ROWS` rows. While one group is being committed the next fills, so that the group size follows the
load: one call when it is quiet, a thousand in a storm, and never a delay that buys nothing.

What no answer waits for may be *patient*: alone it makes no group until there are `PATIENT_CALLS`
of its kind or the first has waited `PATIENT_SECONDS`, but it goes along with any that is made. A
row costs a fraction in a large group of what it costs in a small one.

In a group the rows of one statement run together, statements in the order of `Step`. A call is
kept as a whole or not at all. A row that the database refuses fails only its own call:
the database then repeats the group call by call. When the database is away, all calls of the group
fail with `StoreUnavailable`; the next group tries again, so that recovery needs no one's help.

The queue holds `CALLS` calls and `CHARACTERS` of text. More than that means the disk does not keep
up; a further write then fails with `StoreUnavailable`. A charge point gets no acknowledgement and
repeats the message, which is the only honest way to slow it down. For the same reason nobody waits
longer than `WAIT_SECONDS`: a call that is still in the queue by then is taken out of it. One whose
group is being committed may be on disk already or arrive there later; it is not acknowledged, and
when it is repeated it is kept once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from engine.errors import StoreUnavailable
from engine.storage.database import Call, Database
from engine.storage.statements import Write

ROWS = 4_000
"""A group takes no further call when it has this many rows."""

CALLS = 20_000
"""This many calls may be queued."""

CHARACTERS = 64 * 1_048_576
"""And so much text, in the queue and in the group that is being committed."""

WAIT_SECONDS = 10.0
"""Nobody waits longer: a charge point has given up by then, and its whole fleet sends again."""

PATIENT_CALLS = 1_000
PATIENT_SECONDS = 0.1

Done = Callable[[Exception | None], None]
"""Is told once: None when the rows are on disk, else why they are not."""

Kept = Callable[[Sequence[Call], Sequence[Exception | None]], None]

Entry = tuple[Done, Call, float, int]
"""Whom to tell, what to write, since when it waits, and how much text it has."""


class Writer:
    """Owns the task that commits; `close` ends it after a last commit."""

    def __init__(self, database: Database, *, group_seconds: float) -> None:
        self._database = database
        self._group_seconds = group_seconds
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Entry] = deque()
        # What is being committed and still waited for; given up from its left end.
        self._group: deque[Entry] = deque()
        self._characters = 0
        self._late: asyncio.TimerHandle | None = None
        self.on_commit: list[Callable[[float], None]] = []
        """Are told how many seconds each commit took."""
        self.on_kept: list[Kept] = []
        """Are told what became of each call of a group, before those who wait for it."""
        self.failure: StoreUnavailable | None = None
        """Why a group last failed as a whole, and when by the event loop's clock."""
        self.failed_at = 0.0
        # Set while a group is due.
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
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
        if (refusal := self._refusal()) is not None:
            future.set_exception(refusal)
        elif writes:
            self.submit(writes, partial(_settle, future))
        else:
            future.set_result(None)
        return future

    def submit(self, writes: Call, done: Done, *, patient: bool = False, size: int = 0) -> None:
        """
        Queue the rows of one call likewise, and tell `done`; never before this returns.

        Args:
            patient: no answer waits for it.
            size: characters of text in it, where there may be many.
        """
        queue = self._queue
        if self._closing or len(queue) >= CALLS or self._characters > CHARACTERS:
            self._loop.call_soon(done, self._refusal())
            return
        self._characters += size
        queue.append((done, writes, self._loop.time(), size))
        if not patient or len(queue) >= PATIENT_CALLS:
            self._due.set()
        elif self._timer is None:
            self._timer = self._loop.call_later(PATIENT_SECONDS, self._waited)

    @property
    def queued(self) -> int:
        """Calls that no commit has begun with."""
        return len(self._queue)

    def _refusal(self) -> StoreUnavailable | None:
        if self._closing:
            return StoreUnavailable("the store is closed")
        if len(self._queue) >= CALLS:
            return StoreUnavailable(f"the store is {CALLS} writes behind")
        if self._characters > CHARACTERS:
            return StoreUnavailable(f"the store is {CHARACTERS >> 20} MiB behind")
        return None

    def _waited(self) -> None:
        self._timer = None
        if self._queue:
            self._due.set()

    async def flush(self) -> None:
        """Wait until all that was written so far is on disk or has failed."""
        if self._closing:
            await asyncio.wait((self._owner,))
            return
        flushed = self._loop.create_future()

        def done(_: Exception | None) -> None:
            if not flushed.done():
                flushed.set_result(None)

        self._queue.append((done, (), self._loop.time(), 0))
        self._due.set()
        await flushed

    async def close(self) -> None:
        """Commit what is queued and take no more."""
        self._closing = True
        self._due.set()
        await self._owner
        if self._timer is not None:
            self._timer.cancel()

    async def _run(self) -> None:
        while not self._closing or self._queue:
            await self._due.wait()
            await self._gather()
            self._take()
            if not self._queue and not self._closing:
                self._due.clear()
            if self._group:
                await self._commit_group()

    async def _commit_group(self) -> None:
        group = self._group
        calls, size = [entry[1] for entry in group], sum([entry[3] for entry in group])
        began = self._loop.time()
        self._late = self._loop.call_at(group[0][2] + WAIT_SECONDS, self._give_up)
        outcomes = await self._commit(calls)
        self._late.cancel()
        self._characters -= size
        for note in self.on_kept:
            note(calls, outcomes)
        # Who was given up on stood at the left end.
        waiting = [*group]
        group.clear()
        self._tell(waiting, outcomes[len(outcomes) - len(waiting) :])
        for observe in self.on_commit:
            observe(self._loop.time() - began)

    def _give_up(self) -> None:
        """Tell those who have waited for too long that they were not kept."""
        before = self._loop.time() - WAIT_SECONDS
        late = []
        for waiting in (self._group, self._queue):
            while waiting and waiting[0][2] <= before:
                late.append(waiting.popleft())
                if waiting is self._queue:
                    self._characters -= late[-1][3]
        first = self._group or self._queue
        due = first[0][2] if first else self._loop.time()
        # Timers of an event loop may be early by a little.
        self._late = self._loop.call_at(max(due, before + 0.01) + WAIT_SECONDS, self._give_up)
        if late:
            self._fails(StoreUnavailable(f"the store did not answer within {WAIT_SECONDS:g} s"))
            self._tell(late, [self.failure] * len(late))

    def _fails(self, error: StoreUnavailable) -> None:
        self.failure, self.failed_at = error, self._loop.time()

    def _tell(self, group: Sequence[Entry], outcomes: Sequence[Exception | None]) -> None:
        for (done, *_), error in zip(group, outcomes, strict=True):
            try:
                done(error)
            except Exception as bug:
                # It must not keep the others from being told.
                self._loop.call_exception_handler({"message": "store writer", "exception": bug})

    async def _gather(self) -> None:
        deadline = self._loop.time() + self._group_seconds
        size = 0
        while size < len(self._queue) < ROWS and self._loop.time() < deadline:
            size = len(self._queue)
            await asyncio.sleep(0)

    def _take(self) -> None:
        queue, group, rows = self._queue, self._group, 0
        while queue and rows < ROWS:
            entry = queue.popleft()
            group.append(entry)
            rows += len(entry[1])

    async def _commit(self, calls: Sequence[Call]) -> Sequence[Exception | None]:
        try:
            outcomes: Sequence[Exception | None] = await self._database.commit(calls)
        except Exception as error:
            # A bug must reach those who wait, and must not end the only writer.
            return [error] * len(calls)
        if isinstance(outcomes[0], StoreUnavailable):
            self._fails(outcomes[0])
        return outcomes


def _settle(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
