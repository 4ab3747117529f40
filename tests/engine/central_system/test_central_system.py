"""A shutdown answers what is in flight; a store that fails acknowledges nothing."""

import asyncio
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from engine.central_system import Disconnected
from engine.policy.facts import ChargePoint
from protocol.messages import ClearCacheReq
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import a_boot, a_start, a_stop, some_meter_values
from tests.engine.central_system.running import running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


async def test_a_shutdown_answers_the_start_in_flight_then_says_going_away(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.start(meterStart=1)
        async with asyncio.TaskGroup() as group:
            with system.locked_database():
                await charge_point.send(2, "1", "StartTransaction", a_start())
                await system.has_calls_in_work("CP1", 1)
                group.create_task(system.central_system.shutdown())
                await asyncio.sleep(0)
                await charge_point.send(2, "2", "StartTransaction", a_start(meterStart=2))
        answer = await charge_point.receive()
        end = await charge_point.closed()
        stored = await system.store.transactions.get(answer[2]["transactionId"])
    assert answer[:2] == [3, "1"]
    assert end == (1001, "the central system is shutting down")
    assert stored is not None


async def test_a_shutdown_waits_no_longer_than_its_limit(tmp_path: Path) -> None:
    async with (
        running(tmp_path, shutdown_seconds=0.05) as system,
        system.charge_point() as charge_point,
    ):
        with system.locked_database():
            await charge_point.send(2, "1", "MeterValues", some_meter_values())
            await system.has_calls_in_work("CP1", 1)
            await system.central_system.shutdown()
            assert (await charge_point.closed())[0] == 1001


async def test_after_a_shutdown_handshakes_get_503(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        await system.central_system.shutdown()
        await system.central_system.shutdown()
        with pytest.raises(InvalidStatus, match="503"):
            await system.charge_point().__aenter__()


async def test_a_shutdown_ends_commands_that_wait(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point():
        command = await system.central_system.issue("CP1", "ClearCache", ClearCacheReq())
        await system.central_system.shutdown()
        with pytest.raises(Disconnected):
            await command.result()


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", a_start()),
        ("StopTransaction", a_stop(1)),
        ("MeterValues", some_meter_values()),
    ],
)
async def test_a_transaction_message_that_is_not_stored_is_not_acknowledged(
    tmp_path: Path, action: str, payload: dict[str, object]
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        system.break_store()
        await charge_point.send(2, "1", action, payload)
        assert "currentTime" in await charge_point.call("Heartbeat", {})
        system.mend_store()
        # The same message again, also with the same id, is handled as if it were the first.
        await charge_point.call(action, payload, "1")
    metric = f'voltrule_calls_unanswered_total{{action="{action}"}} 1.0'
    assert metric.encode() in system.metrics.exposition()


async def test_another_message_that_is_not_stored_gets_internal_error(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        system.break_store()
        await charge_point.send(2, "1", "BootNotification", a_boot())
        assert (await charge_point.receive())[:3] == [4, "1", "InternalError"]
        system.mend_store()
        assert (await charge_point.boot())["status"] == "Accepted"


async def test_an_edit_of_the_registry_is_a_fact_at_once(tmp_path: Path) -> None:
    policy = """
name: registered-only
action: Authorize
rule:
  match:
    - condition: chargePoint.registered
      response: { idTagInfo: { status: Accepted } }
"""
    async with (
        running(tmp_path, {"a.yaml": policy}) as system,
        system.charge_point() as charge_point,
    ):
        before = await charge_point.call("Authorize", {"idTag": "TAG"})
        await system.store.flush()
        edited = ChargePoint(id="CP1", registered=True)
        await system.store.charge_points.update(edited)
        await system.central_system.refresh("CP1")
        after = await charge_point.call("Authorize", {"idTag": "TAG"})
    assert before == {"idTagInfo": {"status": "Invalid"}}
    assert after == {"idTagInfo": {"status": "Accepted"}}


async def test_a_deleted_charge_point_is_disconnected(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await system.store.flush()
        await system.store.charge_points.delete("CP1")
        await system.central_system.refresh("CP1")
        assert await charge_point.closed() == (1008, "the charge point was deleted")
