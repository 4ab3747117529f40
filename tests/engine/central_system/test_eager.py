"""A coroutine runs without a task until it waits."""

import asyncio
from collections.abc import Awaitable

import pytest

from engine.central_system import eager


async def test_what_never_waits_has_run_when_start_returns() -> None:
    done: list[str] = []

    async def work() -> None:
        await asyncio.wait_for(at_once(), None)
        done.append("done")

    async def at_once() -> None:
        pass

    async with asyncio.TaskGroup() as group:
        eager.start(group, work())
        assert done == ["done"]


async def test_what_waits_goes_on_as_a_task() -> None:
    seen: list[object] = []
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work(awaitable: Awaitable[int]) -> None:
        seen.append(await awaitable)
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())

    async with asyncio.TaskGroup() as group:
        eager.start(group, work(future))
        assert seen == []
        future.set_result(7)
    assert seen[0] == 7
    assert isinstance(seen[1], asyncio.Task)


async def test_an_error_of_what_it_waits_for_reaches_the_coroutine() -> None:
    caught: list[str] = []
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        try:
            await future
        except ValueError as error:
            caught.append(str(error))

    async with asyncio.TaskGroup() as group:
        eager.start(group, work())
        future.set_exception(ValueError("no"))
    assert caught == ["no"]


async def test_cancelling_reaches_the_coroutine() -> None:
    cleaned: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cleaned.append(True)

    async def leave() -> None:
        async with asyncio.TaskGroup() as group:
            eager.start(group, work())
            await asyncio.sleep(0)
            raise ValueError

    with pytest.raises(ExceptionGroup):
        await leave()
    assert cleaned == [True]
