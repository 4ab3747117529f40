import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from engine.errors import EngineError, StoreUnavailable
from engine.storage import RowRefused, Write, writer
from engine.storage.database import Call
from engine.storage.statements import Statement, Step
from engine.storage.writer import Writer

STATEMENT = Statement(Step.EXCHANGED, ["text"], lambda insert: insert)


def a_write(value: Any) -> Write:
    return Write(STATEMENT, (value,))


class Disk:
    """A database whose commits end when the test says so."""

    def __init__(self) -> None:
        self.groups: list[list[list[Any]]] = []
        self.failure: Exception | None = None
        self.outcome: EngineError | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.busy = asyncio.Event()

    async def commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        self.groups.append([[write.row[0] for write in call] for call in calls])
        self.busy.set()
        await self.free.wait()
        if self.failure is not None:
            raise self.failure
        if self.outcome is not None:
            return [self.outcome] * len(calls)
        return [
            RowRefused("poison") if any(write.row[0] == "poison" for write in call) else None
            for call in calls
        ]


@pytest.fixture
async def disk() -> Disk:
    return Disk()


@pytest.fixture
async def a_writer(disk: Disk) -> AsyncIterator[Writer]:
    made = Writer(disk, group_seconds=0.002)  # type: ignore[arg-type]
    yield made
    disk.free.set()
    await made.close()


async def test_what_is_written_at_once_is_one_group(disk: Disk, a_writer: Writer) -> None:
    futures = [a_writer.write(a_write(i), a_write(-i)) for i in range(3)]
    await asyncio.gather(*futures)
    assert disk.groups == [[[0, 0], [1, -1], [2, -2]]]


async def test_a_future_waits_for_the_commit_of_its_group(disk: Disk, a_writer: Writer) -> None:
    disk.free.clear()
    future = a_writer.write(a_write(1))
    await disk.busy.wait()
    assert not future.done()
    disk.free.set()
    await future


async def test_the_next_group_fills_while_one_is_committed(disk: Disk, a_writer: Writer) -> None:
    disk.free.clear()
    first = a_writer.write(a_write(1))
    await disk.busy.wait()
    rest = [a_writer.write(a_write(i)) for i in (2, 3)]
    disk.free.set()
    await asyncio.gather(first, *rest)
    assert disk.groups == [[[1]], [[2], [3]]]


async def test_writes_that_follow_each_other_at_once_join_the_group(
    disk: Disk, a_writer: Writer
) -> None:
    async def late(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await a_writer.write(a_write(turns))

    await asyncio.gather(*[late(turns) for turns in range(3)])
    assert disk.groups == [[[0], [1], [2]]]


async def test_a_refused_row_fails_only_its_own_future(disk: Disk, a_writer: Writer) -> None:
    good, bad = a_writer.write(a_write("good")), a_writer.write(a_write("poison"))
    await good
    with pytest.raises(RowRefused, match="poison"):
        await bad
    assert len(disk.groups) == 1


async def test_a_bug_in_a_commit_reaches_those_who_wait_and_ends_nothing(
    disk: Disk, a_writer: Writer
) -> None:
    disk.failure = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError, match="a bug"):
        await a_writer.write(a_write(1))
    disk.failure = None
    await a_writer.write(a_write(2))


async def test_who_gives_up_waiting_stops_nobody(disk: Disk, a_writer: Writer) -> None:
    given_up, patient = a_writer.write(a_write(1)), a_writer.write(a_write(2))
    given_up.cancel()
    await patient
    assert disk.groups == [[[1], [2]]]


async def test_a_group_has_a_greatest_size(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROWS", 4)
    await asyncio.gather(*[a_writer.write(a_write(i), a_write(i)) for i in range(5)])
    assert [len(group) for group in disk.groups] == [2, 2, 1]


async def test_more_than_the_queue_holds_fails_at_once(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CALLS", 2)
    disk.free.clear()
    kept = [a_writer.write(a_write(i)) for i in range(2)]
    refused = a_writer.write(a_write(2))
    assert str(refused.exception()) == "the store is 2 writes behind"
    disk.free.set()
    await asyncio.gather(*kept)
    await a_writer.write(a_write(3))


async def test_more_text_than_memory_should_hold_fails_at_once(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CHARACTERS", 2 << 20)
    told: list[Exception | None] = []
    disk.free.clear()
    for _ in range(4):
        a_writer.submit((a_write(1),), told.append, size=1 << 20)
    await disk.busy.wait()
    assert list(map(str, told)) == ["the store is 2 MiB behind"]
    disk.free.set()
    await a_writer.flush()
    a_writer.submit((a_write(2),), told.append, size=1 << 20)
    await a_writer.flush()
    assert told[1:] == [None] * 4


async def test_nobody_waits_for_a_disk_that_hangs(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.05)
    disk.free.clear()
    begun = a_writer.write(a_write(1))
    await disk.busy.wait()
    queued = a_writer.write(a_write(2))
    for future in (begun, queued):
        with pytest.raises(StoreUnavailable, match=r"the store did not answer within 0\.05 s"):
            await future
    assert a_writer.queued == 0
    disk.free.set()
    await a_writer.write(a_write(3))
    # What was given up in the queue is not written late, behind its repetition.
    assert disk.groups == [[[1]], [[3]]]


async def test_who_came_later_waits_as_long_as_those_before(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.2)
    disk.free.clear()
    first = a_writer.write(a_write(1))
    await disk.busy.wait()
    await asyncio.sleep(0.1)
    later = a_writer.write(a_write(2))
    await asyncio.wait((first,))
    assert not later.done()
    disk.free.set()
    await later
    assert first.exception() is not None


async def test_a_flush_ends_also_when_the_disk_hangs(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.05)
    disk.free.clear()
    given_up = a_writer.write(a_write(1))
    await a_writer.flush()
    assert isinstance(given_up.exception(), StoreUnavailable)


async def test_who_watches_learns_how_long_each_commit_took(a_writer: Writer) -> None:
    seconds: list[float] = []
    a_writer.on_commit.append(seconds.append)
    await a_writer.write(a_write(1))
    await a_writer.flush()
    assert [0 <= each < 5 for each in seconds] == [True, True]


async def test_flush_waits_for_all_that_was_written(disk: Disk, a_writer: Writer) -> None:
    disk.free.clear()
    futures = [a_writer.write(a_write(1))]
    await disk.busy.wait()
    futures.append(a_writer.write(a_write(2)))
    flushed = asyncio.create_task(a_writer.flush())
    await asyncio.sleep(0)
    assert not flushed.done()
    disk.free.set()
    await flushed
    assert all(future.done() for future in futures)
    await a_writer.flush()


async def test_closing_commits_what_is_queued_and_takes_no_more(
    disk: Disk, a_writer: Writer
) -> None:
    future = a_writer.write(a_write(1))
    await a_writer.close()
    assert future.result() is None
    with pytest.raises(StoreUnavailable, match="the store is closed"):
        await a_writer.write(a_write(2))
    await a_writer.close()


async def test_writing_nothing_waits_for_nothing(disk: Disk, a_writer: Writer) -> None:
    assert a_writer.write().done()
    assert disk.groups == []


async def test_a_flush_ends_also_while_others_write_without_end(a_writer: Writer) -> None:
    async def write_without_end() -> None:
        while True:
            await asyncio.wait((a_writer.write(a_write(1)), a_writer.write(a_write(2))))

    writing = [asyncio.create_task(write_without_end()) for _ in range(3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await a_writer.flush()
    for task in writing:
        task.cancel()


async def test_what_is_patient_goes_along_with_what_is_not(disk: Disk, a_writer: Writer) -> None:
    told: list[Exception | None] = []
    a_writer.submit((a_write(1),), told.append, patient=True)
    for _ in range(10):
        await asyncio.sleep(0)
    assert disk.groups == []
    await a_writer.write(a_write(2))
    assert disk.groups == [[[1], [2]]]
    assert told == [None]


async def test_patience_ends_after_a_while(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENT_SECONDS", 0.001)
    told = asyncio.Event()
    a_writer.submit((a_write(1),), lambda _: told.set(), patient=True)
    await told.wait()
    assert disk.groups == [[[1]]]


async def test_patience_ends_when_many_wait(
    disk: Disk, a_writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENT_CALLS", 3)
    for number in range(3):
        a_writer.submit((a_write(number),), lambda _: None, patient=True)
    await disk.busy.wait()
    assert disk.groups == [[[0], [1], [2]]]


async def test_a_flush_and_a_close_end_all_patience(disk: Disk, a_writer: Writer) -> None:
    told: list[Exception | None] = []
    a_writer.submit((a_write(1),), told.append, patient=True)
    await a_writer.flush()
    a_writer.submit((a_write(2),), told.append, patient=True)
    await a_writer.close()
    a_writer.submit((a_write(3),), told.append, patient=True)
    await asyncio.sleep(0)
    assert [str(error) for error in told] == ["None", "None", "the store is closed"]


async def test_who_fails_when_told_keeps_nobody_from_being_told(a_writer: Writer) -> None:
    bugs: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bugs.append(context))

    def fail(_: Exception | None) -> None:
        raise ZeroDivisionError

    a_writer.submit((a_write(1),), fail)
    await a_writer.write(a_write(2))
    await a_writer.write(a_write(3))
    assert len(bugs) == 1
