"""A process that has a store open until its standard input ends."""

import asyncio
import sys

from engine.storage import Store


async def _main(url: str) -> None:
    store = await Store.open(url)
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await store.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
