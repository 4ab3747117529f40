import asyncio
from collections.abc import Iterator
from typing import Any

from engine.simulator import Tally
from protocol.errors import ErrorCode
from tests.engine.simulator.central_system import ANSWERS, a_charge_point, booted, central_system


async def test_a_charge_point_boots_and_reports_all_its_connectors() -> None:
    async with central_system() as system:
        charge_point = a_charge_point(system, connectors=2)
        async with charge_point.connected():
            await charge_point.boot()
    boot, *statuses = system.received
    assert boot == (
        "BootNotification",
        {
            "chargePointVendor": "Voltrule",
            "chargePointModel": "Simulator",
            "chargePointSerialNumber": "CP1",
            "firmwareVersion": "1.0.0",
        },
    )
    assert [payload["connectorId"] for _, payload in statuses] == [0, 1, 2]
    assert system.paths == ["/ocpp/CP1"]


async def test_while_pending_it_asks_again_after_the_interval() -> None:
    async with central_system() as system:
        left = iter(["Pending", "Rejected", "Accepted"])
        system.answers["BootNotification"] = lambda _: (
            ANSWERS["BootNotification"] | {"status": next(left), "interval": 30}
        )
        async with booted(system) as charge_point:
            assert next(left, None) is None
            assert charge_point.configuration["HeartbeatInterval"] == "30"


async def test_a_triggered_boot_notification_ends_the_waiting() -> None:
    async with central_system() as system:
        status = {"now": "Pending"}
        system.answers["BootNotification"] = lambda _: (
            ANSWERS["BootNotification"] | {"status": status["now"], "interval": 3600}
        )
        charge_point = a_charge_point(system, speed=1.0)
        async with asyncio.timeout(10), charge_point.connected():
            boot = charge_point.in_background(charge_point.boot())
            await system.seen("BootNotification")
            status["now"] = "Accepted"
            await system.command("TriggerMessage", requestedMessage="BootNotification")
            await boot


async def test_its_heart_beats_at_the_interval_it_was_given() -> None:
    async with central_system() as system, booted(system):
        await system.seen("Heartbeat")
        await system.seen("Heartbeat")


async def test_a_message_about_a_transaction_is_sent_again_until_it_is_answered() -> None:
    tally = Tally()
    async with central_system() as system:
        answers: Iterator[dict[str, Any] | ErrorCode] = iter([ErrorCode.InternalError, {}])
        system.answers["MeterValues"] = lambda _: next(answers)
        async with booted(system, tally):
            await system.command("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
            first = await system.seen("MeterValues")
            second = await system.seen("MeterValues")
    assert first == second
    assert tally.failures == {"MeterValues: InternalError: no": 1}


async def test_after_a_lost_connection_it_comes_back_without_booting() -> None:
    async with central_system() as system, booted(system):
        await system.hang_up()
        await system.seen("Heartbeat")
        assert len(system.paths) == 2
        assert "BootNotification" not in [action for action, _ in system.received]
