"""The counters of a decision are what runs at its moment, on all charge points."""

import asyncio
from pathlib import Path

import pytest

from engine.policy.facts import Tag
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint, a_start, a_stop
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
SHOWS = """
name: shows
action: DataTransfer
rule:
  match:
    - response:
        status: Accepted
        data: >-
          ${ string(counters.activeTransactionsOfChargePoint) + ' '
          + string(counters.faultsLastHour) }
---
name: accepts
action: StartTransaction
priority: 10
rule:
  match:
    - condition: counters.activeTransactionsOfParentIdTag >= 2
      response: { idTagInfo: { status: ConcurrentTx } }
"""
POLICIES = {"shows.yaml": SHOWS}


async def put(system: Running, *tags: str, **changes: object) -> None:
    for tag in tags:
        await system.store.id_tags.put(Tag(id_tag=tag, **changes), time=TIME)  # type: ignore[arg-type]


async def status(charge_point: ChargePoint, **changes: object) -> str:
    return str((await charge_point.start(**changes))["idTagInfo"]["status"])


async def test_a_tag_gets_as_many_transactions_as_the_configuration_allows(tmp_path: Path) -> None:
    async with running(tmp_path, concurrent_transactions_per_id_tag=1) as system:
        await put(system, "TAG")
        async with system.charge_point("CP1") as one, system.charge_point("CP2") as two:
            first = await one.start()
            assert first["idTagInfo"]["status"] == "Accepted"
            assert await status(two, idTag="tag") == "ConcurrentTx"
            await one.call("StopTransaction", a_stop(first["transactionId"]))
            assert await status(two, meterStart=7) == "Accepted"


async def test_a_start_that_is_sent_again_does_not_count_itself(tmp_path: Path) -> None:
    async with running(tmp_path, concurrent_transactions_per_id_tag=1) as system:
        await put(system, "TAG")
        async with system.charge_point() as charge_point:
            first = await charge_point.start()
            assert await charge_point.start() == first
    async with (
        running(tmp_path, concurrent_transactions_per_id_tag=1) as system,
        system.charge_point() as charge_point,
    ):
        assert await charge_point.start() == first
        assert await status(charge_point, connectorId=2) == "ConcurrentTx"


async def test_the_limit_of_the_record_goes_before_that_of_the_configuration(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path, concurrent_transactions_per_id_tag=1) as system,
        system.charge_point() as charge_point,
    ):
        await put(system, "TAG", max_active_transactions=2)
        given = [await status(charge_point, connectorId=number) for number in (1, 2, 3)]
    assert given == ["Accepted", "Accepted", "ConcurrentTx"]


async def test_of_two_starts_that_race_the_second_sees_the_first(tmp_path: Path) -> None:
    async with running(tmp_path, concurrent_transactions_per_id_tag=1) as system:
        await put(system, "TAG")
        async with system.charge_point("CP1") as one, system.charge_point("CP2") as two:
            with system.locked_database():
                for charge_point, name in ((one, "CP1"), (two, "CP2")):
                    await charge_point.send(2, "1", "StartTransaction", a_start())
                    await system.has_calls_in_work(name, 1)
            answers = await asyncio.gather(one.receive(), two.receive())
        statuses = [answer[2]["idTagInfo"]["status"] for answer in answers]
    assert sorted(statuses) == ["Accepted", "ConcurrentTx"]


async def test_transactions_of_a_group_count_together(tmp_path: Path) -> None:
    async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
        await put(system, "A", "B", "C", parent_id_tag="Family")
        await put(system, "D", parent_id_tag="Other")
        given = [
            await status(charge_point, connectorId=number, idTag=tag)
            for number, tag in enumerate("ABCD", 1)
        ]
    assert given == ["Accepted", "Accepted", "ConcurrentTx", "Accepted"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_counters_are_right_over_a_restart(tmp_path: Path, restarted: bool) -> None:
    fault = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
    async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
        await put(system, "TAG")
        for number in (1, 2):
            await charge_point.start(connectorId=number)
        for minute in (1, 2, 2):
            time = f"2026-01-31T12:0{minute}:00Z"
            await charge_point.call("StatusNotification", fault | {"timestamp": time})
        shown = await charge_point.call("DataTransfer", {"vendorId": "x"})
    if restarted:
        async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
            shown = await charge_point.call("DataTransfer", {"vendorId": "x"})
    assert shown["data"] == "2 2"
