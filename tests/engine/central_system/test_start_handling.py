"""A StartTransaction gets one transaction id, however often and wherever it is sent."""

import asyncio
from pathlib import Path

import pytest

from tests.engine.central_system.charge_point import a_start, a_stop
from tests.engine.central_system.running import running

ACCEPT = """
name: accept
action: StartTransaction
rule:
  match:
    - { id: all, response: { idTagInfo: { status: Accepted, parentIdTag: family } } }
"""
BLOCK = ACCEPT.replace("Accepted, parentIdTag: family", "Blocked")


async def test_a_retried_start_gets_the_same_transaction_id(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": ACCEPT}) as system:
        async with system.charge_point() as charge_point:
            first = await charge_point.start()
            second = await charge_point.start(idTag="tag")
        page = await system.store.transactions.list()
    assert second == first
    assert len(page.items) == 1


SAME: list[dict[str, object]] = [
    {"timestamp": "2026-01-31T12:00:00Z"},
    {"timestamp": "2026-01-31T13:00:00.000+01:00"},
    {"timestamp": "2026-01-31T12:00:00"},
    {"idTag": " tag "},
    {"reservationId": 0},
    # Neither is part of what makes it the same.
    {"reservationId": 9},
]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("change", SAME, ids=str)
async def test_a_start_said_otherwise_is_the_same(
    tmp_path: Path, change: dict[str, object], restarted: bool
) -> None:
    async with running(tmp_path, {"a.yaml": ACCEPT}) as system, system.charge_point() as old:
        first = await old.start()
        if not restarted:
            assert await old.start(**change) == first
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        assert await charge_point.start(**change) == first
        page = await system.store.transactions.list()
    assert len(page.items) == 1


async def test_a_start_retried_over_a_new_connection_gets_the_same_transaction_id(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, {"a.yaml": ACCEPT}) as system:
        async with system.charge_point() as charge_point:
            first = await charge_point.start()
        async with system.charge_point() as charge_point:
            second = await charge_point.start()
        page = await system.store.transactions.list()
    assert second == first
    assert len(page.items) == 1


async def test_a_start_retried_after_a_restart_gets_the_same_transaction_id(
    tmp_path: Path,
) -> None:
    answers = []
    for _ in range(2):
        async with running(tmp_path, {"a.yaml": ACCEPT}) as system:
            async with system.charge_point() as charge_point:
                answers.append(await charge_point.start())
            page = await system.store.transactions.list()
    assert answers[0] == answers[1]
    assert len(page.items) == 1


async def test_a_start_retried_before_its_first_try_is_recorded_is_recorded_once(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, {"a.yaml": ACCEPT}) as system, system.charge_point() as old:
        await old.start(meterStart=1)
        async with asyncio.TaskGroup() as group:
            with system.locked_database():
                await old.send(2, "1", "StartTransaction", a_start())
                await system.has_calls_in_work("CP1", 1)
                new = await group.create_task(system.charge_point().__aenter__())
                answer = group.create_task(new.start())
                await system.has_calls_in_work("CP1", 2)
        await new.socket.close()
        page = await system.store.transactions.list()
    assert [item.meter_start for item in page.items] == [1000, 1]
    assert page.items[0].transaction_id == answer.result()["transactionId"]


async def test_a_retried_start_gets_the_status_it_got_first(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": ACCEPT}) as system:
        async with system.charge_point() as charge_point:
            first = await charge_point.start()
            system.write_policy(BLOCK, "a.yaml")
            await system.policies.reload()
            second = await charge_point.start()
        page = await system.store.decisions.list(action="StartTransaction")
    assert second["transactionId"] == first["transactionId"]
    assert second["idTagInfo"] == {"status": "Accepted"}
    assert page.items[0].response == second


@pytest.mark.parametrize(
    "change",
    [{"connectorId": 2}, {"idTag": "OTHER"}, {"meterStart": 1}, {"timestamp": "2026-01-31T12:00Z"}],
    ids=str,
)
async def test_another_start_gets_another_transaction_id(
    tmp_path: Path, change: dict[str, object]
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        first = await charge_point.start(timestamp="2026-01-31T12:00:01.000Z")
        second = await charge_point.start(**{"timestamp": "2026-01-31T12:00:01.000Z"} | change)
    assert second["transactionId"] > first["transactionId"] > 0


async def test_transactions_of_a_day_are_stopped_by_their_ids(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        ids = [(await charge_point.start(meterStart=n))["transactionId"] for n in range(40)]
        for transaction_id in ids:
            await charge_point.call("StopTransaction", a_stop(transaction_id))
        page = await system.store.transactions.list(open=True)
    assert len(set(ids)) == 40
    assert page.items == ()


async def test_a_retried_start_has_its_effects_once(tmp_path: Path) -> None:
    told = "effects: [{ id: told, event: { name: told }, throttle: { every: 0s } }]\n"
    async with running(tmp_path, {"a.yaml": ACCEPT + told}) as system:
        async with system.charge_point() as charge_point:
            await charge_point.start()
            await charge_point.start()
        await system.store.flush()
        page = await system.store.decisions.list(action="StartTransaction")
    assert [len(decision.effects) for decision in page.items] == [0, 1]
