"""Readiness asks whether the store writes, and gets the truth cheaply."""

import asyncio
import gc

import pytest

from engine.errors import StoreUnavailable
from engine.storage import Store, probe
from engine.storage.writer import Writer
from tests.engine.storage.builders import NOON
from tests.engine.storage.test_writer import Disk, a_write


@pytest.fixture
async def disk() -> Disk:
    return Disk()


async def test_a_store_that_works_is_found_writing(store: Store) -> None:
    await store.probe()
    await store.probe()


async def test_many_who_ask_cost_one_write(disk: Disk) -> None:
    writer = Writer(disk, group_seconds=0)  # type: ignore[arg-type]
    asked = probe.Probe(writer)
    await asyncio.gather(*[asked.write() for _ in range(10)])
    await asked.write()
    assert len(disk.groups) == 1
    await writer.close()


async def test_who_gives_up_asking_stops_nobody(disk: Disk) -> None:
    writer = Writer(disk, group_seconds=0)  # type: ignore[arg-type]
    asked = probe.Probe(writer)
    disk.free.clear()
    impatient, patient = (asyncio.create_task(asked.write()) for _ in range(2))
    await disk.busy.wait()
    impatient.cancel()
    disk.free.set()
    await patient
    await writer.close()


async def test_a_probe_that_fails_when_nobody_waits_is_not_complained_of(disk: Disk) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    writer = Writer(disk, group_seconds=0)  # type: ignore[arg-type]
    disk.free.clear()
    asking = asyncio.create_task(probe.Probe(writer).write())
    await disk.busy.wait()
    asking.cancel()
    disk.outcome = StoreUnavailable("disk full")
    disk.free.set()
    await writer.close()
    del asking
    gc.collect()
    assert complaints == []


async def test_a_group_that_failed_a_moment_ago_counts_for_a_while(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(disk, group_seconds=0)  # type: ignore[arg-type]
    asked = probe.Probe(writer)
    disk.outcome = StoreUnavailable("disk full", hint="make room")
    await asyncio.wait((writer.write(a_write(1)),))
    disk.outcome = None
    with pytest.raises(StoreUnavailable, match="disk full\nhint: make room"):
        await asked.write()
    monkeypatch.setattr(probe, "FAILED_SECONDS", 0)
    await asked.write()
    await writer.close()


async def test_a_probe_leaves_one_row_however_often(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "FRESH_SECONDS", 0)
    for _ in range(3):
        await store.probe()
    await store.write(store.charge_points.seen("A", NOON))
    rows = await store._database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT count(*) FROM commits WHERE writer = 'probe'"
        ).scalar()
    )
    assert rows == 1
