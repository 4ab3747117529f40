"""A directory is waited for until it is quiet, but not for ever."""

import asyncio
from contextlib import aclosing
from pathlib import Path

from engine.policy.live.directory import signature
from engine.policy.live.watching import changes


async def test_a_change_before_the_watch_began_is_reported(tmp_path: Path) -> None:
    before = signature(tmp_path)
    (tmp_path / "a.yaml").write_text("a")
    async with asyncio.timeout(20), aclosing(changes(tmp_path, before, 0.01)) as reported:
        assert await anext(reported) == signature(tmp_path)


async def test_a_directory_that_never_is_quiet_is_reported_all_the_same(tmp_path: Path) -> None:
    async def scribble() -> None:
        for number in range(100_000):
            (tmp_path / "a.yaml").write_text("a" * (number % 1000))
            await asyncio.sleep(0)

    scribbling = asyncio.create_task(scribble())
    async with asyncio.timeout(20), aclosing(changes(tmp_path, frozenset(), 0.001)) as reported:
        await anext(reported)
    scribbling.cancel()


async def test_a_directory_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    async with asyncio.timeout(20), aclosing(changes(folder, frozenset(), 0.01)) as reported:
        waiting = asyncio.ensure_future(anext(reported))
        await asyncio.sleep(0)
        folder.mkdir()
        (folder / "a.yaml").write_text("a")
        assert len(await waiting) == 1
