"""
Transaction ids: unique positive 32-bit integers over the whole system. ocpp16.md §4.

The store keeps one counter, the first id that no node has reserved. A node moves it on by a
block, commits, and then gives out the ids of the block from memory. What is left of a block at a
crash is never given: an id missing in the history is no fault, one given twice is. Blocks begin
small and double while a node uses them up, so that many short runs don't waste the numbers.
"""

import asyncio

from sqlalchemy import Connection, select, update

from engine.errors import StoreUnavailable
from engine.storage.database import Database
from engine.storage.tables import counters as table

LAST = 2**31 - 1
SMALLEST_BLOCK = 16
LARGEST_BLOCK = 4096


class TransactionIds:
    """Gives out transaction ids, each once, in rising order within this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next = 0
        self._end = 0
        self._size = SMALLEST_BLOCK
        self._reserving: asyncio.Task[None] | None = None

    def take(self) -> int | None:
        """The next id of the block; null when it is used up and `next` must reserve another."""
        if self._next == self._end:
            return None
        transaction_id = self._next
        self._next += 1
        return transaction_id

    async def next(self) -> int:
        """
        An id that nobody else has or will get.

        Raises:
            StoreUnavailable: no block can be reserved.
        """
        while (transaction_id := self.take()) is None:
            await self._reserved()
        return transaction_id

    async def _reserved(self) -> None:
        # One task for all who wait, kept here: a caller that is cancelled must not lose the block.
        if self._reserving is None:
            self._reserving = asyncio.create_task(self._reserve())
        await asyncio.shield(self._reserving)

    async def _reserve(self) -> None:
        try:
            size = self._size
            block = await self._database.transact(lambda connection: _advance(connection, size))
            self._next, self._end = block
            self._size = min(size * 2, LARGEST_BLOCK)
        finally:
            self._reserving = None


def _advance(connection: Connection, size: int) -> tuple[int, int]:
    """Reserve a block: its first id, and the one after its last. The very last may be smaller."""
    counter = table.c.name == "transactionId"
    locked = select(table.c.next).where(counter).with_for_update()
    first: int = connection.execute(locked).scalar_one()
    end = min(first + size, LAST + 1)
    if first >= end:
        raise StoreUnavailable(
            f"the {LAST} transaction ids are used up",
            hint="OCPP 1.6 has no more: begin with a new database, and keep the old one",
        )
    connection.execute(update(table).where(counter).values(next=end))
    return first, end
