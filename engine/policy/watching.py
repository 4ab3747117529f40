"""Notices that something under a directory has changed, whatever way it was changed."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from watchfiles import awatch

Signature = frozenset[tuple[str, int, int, int]]

_LOOK_SECONDS = 1.0
"""How often the directory is looked at even when the system reports nothing."""


async def changes(
    path: Path, seen: Signature, quiet_seconds: float, *, polling: bool = False
) -> AsyncIterator[Signature]:
    """
    Yields after each change since `seen`, once the directory has been quiet for a while.

    The system's notifications (inotify and its kin) make it quick. A look at every file each second
    makes it sure: a directory that is itself a link and is switched, one that is deleted and made
    again, and a network file system all give no notification.
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
    while True:
        await asyncio.sleep(quiet_seconds)
        now = await asyncio.to_thread(signature, path)
        if now == before:
            return now
        before = now


def signature(path: Path) -> Signature:
    """What changes whenever a file does: each name with the file's identity, time and size."""
    entries: set[tuple[str, int, int, int]] = set()
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(path, followlinks=True):
        here = _stat(folder)
        if here is None or (here.st_dev, here.st_ino) in seen:
            folders.clear()
            continue
        seen.add((here.st_dev, here.st_ino))
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = _stat(os.path.join(folder, name))
            if file is not None:
                entry = os.path.join(folder, name), file.st_ino, file.st_mtime_ns, file.st_size
                entries.add(entry)
    return frozenset(entries)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
