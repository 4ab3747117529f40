"""Notices that something under a directory has changed, whatever way it was changed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from watchfiles import awatch

from engine.policy.live.directory import Signature, signature

_LOOK_SECONDS = 0.5
"""The longest time until the directory is looked at when the system reports nothing."""

_PATIENCE = 20
"""So often is quiet waited for; a directory that changes all the time is read all the same."""


async def changes(
    path: Path, seen: Signature, quiet_seconds: float, *, polling: bool = False
) -> AsyncGenerator[Signature]:
    """
    Yields after each change since `seen`, once the directory has been quiet for a while.

    The system's notifications (inotify and its kin) make it quick. A look at every file twice a
    second makes it sure: a directory that is itself a link and is switched, one that is deleted
    and made again, and a network file system all give no notification.
    """
    while True:
        # The directory may be another one after each change: it is watched anew.
        async with contextlib.aclosing(_wake_ups(path, polling)) as wake_ups:
            async for _ in wake_ups:
                now = await asyncio.to_thread(signature, path)
                if now != seen:
                    break
        seen = await _quiet(path, now, quiet_seconds)
        yield seen


async def _wake_ups(path: Path, polling: bool) -> AsyncGenerator[None]:
    try:
        async for _ in awatch(
            path,
            watch_filter=None,
            debounce=50,
            step=20,
            rust_timeout=int(_LOOK_SECONDS * 1000),
            yield_on_timeout=True,
            force_polling=polling or None,
            poll_delay_ms=300,
        ):
            yield
    except (OSError, RuntimeError):
        # No such directory, or no more inotify watches: then only looking is left.
        await asyncio.sleep(_LOOK_SECONDS)
        yield


async def _quiet(path: Path, before: Signature, quiet_seconds: float) -> Signature:
    """Waits until nothing changes any more: an editor or a checkout writes many files."""
    for _ in range(_PATIENCE):
        await asyncio.sleep(quiet_seconds)
        now = await asyncio.to_thread(signature, path)
        if now == before:
            break
        before = now
    return before
