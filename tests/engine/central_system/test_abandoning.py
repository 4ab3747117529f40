"""A transaction whose stop never comes is marked after a while; one that comes ends it."""

import asyncio
from pathlib import Path

import pytest

from engine.central_system.abandoning import abandon, keep_abandoning
from engine.policy.facts import Tag, Transaction
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint, a_stop
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


async def available(charge_point: ChargePoint, time: str = "2026-01-31T12:30:00Z") -> None:
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": time}
    await charge_point.call("StatusNotification", status)


async def sweep(system: Running, after_seconds: float = 1e-6) -> None:
    await abandon(system.central_system._context, after_seconds)


async def stored(system: Running, transaction_id: int) -> Transaction:
    transaction = await system.store.transactions.get(transaction_id)
    assert transaction is not None
    return transaction


async def test_a_connector_that_is_free_for_long_gives_its_card_free(tmp_path: Path) -> None:
    async with running(tmp_path, concurrent_transactions_per_id_tag=1) as system:
        await system.store.id_tags.put(Tag(id_tag="TAG"), time=TIME)
        async with system.charge_point() as charge_point:
            first = (await charge_point.start())["transactionId"]
            await available(charge_point)
            await sweep(system, 3600)
            assert (await stored(system, first)).abandoned_at is None
            await sweep(system)
            assert (await stored(system, first)).abandoned_reason == "ConnectorAvailable"
            second = await charge_point.start(connectorId=2)
    assert second["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize("marked_by", ["sweep", "start"])
async def test_a_stop_that_comes_after_all_ends_it_as_any_other(
    tmp_path: Path, marked_by: str
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        first = (await charge_point.start())["transactionId"]
        if marked_by == "sweep":
            await available(charge_point)
            await sweep(system)
        else:
            await charge_point.start(timestamp="2026-01-31T14:00:00Z", meterStart=3000)
        assert (await stored(system, first)).abandoned_at is not None
        await charge_point.call("StopTransaction", a_stop(first))
        transaction = await stored(system, first)
    assert (transaction.meter_stop, transaction.abandoned_at) == (3000, None)
    assert transaction.abandoned_reason is None


async def test_it_is_done_again_and_again_also_when_the_store_is_away(tmp_path: Path) -> None:
    async with running(tmp_path, abandoned_after_seconds=None) as system:
        async with system.charge_point() as charge_point:
            transaction_id = (await charge_point.start())["transactionId"]
            await available(charge_point)
        context = system.central_system._context
        system.execute("ALTER TABLE transactions RENAME TO gone")
        task = asyncio.create_task(keep_abandoning(context, 1e-3))
        while not context.meters.store_failures.value:  # noqa: ASYNC110 - it yields to the task
            await asyncio.sleep(0)
        system.execute("ALTER TABLE gone RENAME TO transactions")
        while (await stored(system, transaction_id)).abandoned_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
