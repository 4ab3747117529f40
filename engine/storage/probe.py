"""
Whether the store writes: one small row through the queue and the commit that all others go.

A full disk may still have room for one row and none for a group; so for a while a group that
failed counts too.
"""

import asyncio
from datetime import UTC, datetime

from engine.errors import StoreUnavailable
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import commits as table
from engine.storage.writer import Writer

FRESH_SECONDS = 1.0
"""Whoever asks again so soon gets the same answer: anybody may ask, and each write costs."""

FAILED_SECONDS = 5.0
"""For so long a group that failed says that the store does not write."""

_PROBED = Statement(
    Step.PROBED,
    ["writer", "number", "committed_at"],
    lambda insert: (statement := insert(table)).on_conflict_do_update(
        index_elements=["writer", "number"],
        set_={"committed_at": statement.excluded.committed_at},
    ),
)


class Probe:
    """Writes the row when it is asked, at most once a second and once at a time."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._written: asyncio.Future[None] | None = None
        self._asked_at = 0.0

    async def write(self) -> None:
        """
        Write the row.

        Raises:
            StoreUnavailable: it, or a group a moment ago, could not be written.
        """
        now = self._loop.time()
        written = self._written
        if written is None or (written.done() and now - self._asked_at >= FRESH_SECONDS):
            row = ("probe", 0, datetime.now(UTC))
            written = self._written = self._writer.write(Write(_PROBED, row))
            # Whoever gives up waiting has no use for the error, and asyncio would complain of it.
            written.add_done_callback(_heed)
            self._asked_at = now
        self._raise_recent()
        # Whoever gives up waiting must not take it from the others who ask.
        await asyncio.wait((written,))
        written.result()
        self._raise_recent()

    def _raise_recent(self) -> None:
        failure = self._writer.failure
        if failure is not None and self._loop.time() - self._writer.failed_at < FAILED_SECONDS:
            raise StoreUnavailable(failure.message, hint=failure.hint)


def _heed(written: asyncio.Future[None]) -> None:
    if not written.cancelled():
        written.exception()
