"""Coroutines that seldom wait run without a task (Python 3.12's eager tasks, for 3.11)."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def start(group: asyncio.TaskGroup, coroutine: Coroutine[Any, Any, None]) -> None:
    """
    Run a coroutine at once until it waits for something; only then it becomes a task.

    Sending to a socket that takes the bytes never waits: a task for each of them would cost
    more than the message. What runs before the first wait must not ask for the current task
    (`asyncio.timeout` does).
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return
    group.create_task(_rest(coroutine, awaited))


async def _rest(coroutine: Coroutine[Any, Any, None], awaited: object) -> None:
    await _resume(coroutine, awaited)


@types.coroutine
def _resume(coroutine: Coroutine[Any, Any, None], awaited: object) -> Generator[Any, Any, None]:
    """Pass on what the started coroutine waits for, and to it what it gets."""
    try:
        while True:
            try:
                value = yield awaited
            except BaseException as error:
                awaited = coroutine.throw(error)
            else:
                awaited = coroutine.send(value)
    except StopIteration:
        return
