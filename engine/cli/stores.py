"""Commands that work on the configured store, beside a server or without one."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from engine.configuration import load
from engine.storage import Store, upgrade

T = TypeVar("T")


def with_store(config: Path | None, work: Callable[[Store], Awaitable[T]]) -> T:
    """
    Open the store that the configuration names, work with it, and close it.

    Raises:
        EngineError: the configuration or the store can't be used.
    """
    settings = load(config).settings.store

    async def run() -> T:
        if settings.upgrade:
            await upgrade(settings.url)
        store = await Store.open(settings.url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
