"""A process that writes until it is killed, and says what was acknowledged to it."""

import asyncio
import os
import sys
from datetime import UTC, datetime

from engine.policy.facts import Transaction
from engine.storage import Store

WRITERS = 20


async def _start_and_stop(store: Store, name: str) -> None:
    while True:
        transaction_id = await store.transaction_ids.next()
        start = Transaction(
            transaction_id=transaction_id,
            charge_point_id=name,
            connector_id=1,
            id_tag="RandomToken",
            started_at=datetime.now(UTC),
            meter_start=0,
            id_tag_status="Accepted",
        )
        await store.write(store.transactions.started(start))
        os.write(1, f"start {transaction_id}\n".encode())
        stop = store.transactions.stopped(
            transaction_id, stopped_at=datetime.now(UTC), meter_stop=transaction_id
        )
        await store.write(stop)
        os.write(1, f"stop {transaction_id}\n".encode())


async def _main(url: str) -> None:
    store = await Store.open(url)
    await asyncio.gather(*[_start_and_stop(store, f"CP{i}") for i in range(WRITERS)])


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
