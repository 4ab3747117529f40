"""Nothing that was answered is lost or doubled, whatever moment the server is killed at."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable

from tests.system.admin import Admin, Json
from tests.system.server import Server
from tests.system.traffic import Charge, ChargePointInTraffic, after_answers

ROUNDS = int(os.environ.get("VOLTRULE_TEST_KILL_ROUNDS", "2"))
CHARGE_POINTS = 20
ANSWERS_BEFORE_A_KILL = 400


async def run_round(server: Server, fleet: list[ChargePointInTraffic], answers: int) -> None:
    """Kill the server when the fleet got so many answers; the fleet's connections all break."""
    async with asyncio.TaskGroup() as group:
        for charge_point in fleet:
            group.create_task(charge_point.run(server.ocpp_url, asyncio.Event()))
        await after_answers(fleet[0].answered, answers)
        server.kill()


async def run_to_rest(server: Server, fleet: list[ChargePointInTraffic]) -> None:
    """Let every charge point have its unanswered call answered, and no more."""
    rest = asyncio.Event()
    rest.set()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for charge_point in fleet:
            group.create_task(charge_point.run(server.ocpp_url, rest))


def as_recorded(charge: Charge, charge_point_id: str) -> tuple[object, ...]:
    started_at = charge.started_at.replace("Z", ".000Z")
    meter_stop = 400 if charge.stopped else None
    return (charge.transaction_id, charge_point_id, charge.id_tag, started_at, meter_stop)


def key(transaction: Json) -> tuple[object, ...]:
    names = ("transactionId", "chargePointId", "idTag", "startedAt", "meterStop")
    return tuple(transaction[name] for name in names)


async def test_kill_9_in_the_middle_of_traffic_loses_and_doubles_nothing(
    new_server: Callable[..., Server],
) -> None:
    server = new_server().start()
    answered = asyncio.Semaphore(0)
    fleet = [ChargePointInTraffic(f"KILL-{n}", answered) for n in range(CHARGE_POINTS)]
    for number in range(ROUNDS):
        await run_round(server, fleet, ANSWERS_BEFORE_A_KILL + 37 * number)
        server.start()
    await run_to_rest(server, fleet)
    async with Admin(server.admin_url, server.token) as admin:
        shown = await admin.all("/v1/transactions", limit=500)
        wanted = [as_recorded(charge, each.id) for each in fleet for charge in each.charges]
        assert Counter(key(transaction) for transaction in shown) == Counter(wanted)
        assert len({transaction["transactionId"] for transaction in shown}) == len(shown)
        for charge in [charge for each in fleet for charge in each.charges]:
            values = await admin.meter_values(charge.transaction_id)
            assert [each["value"] for each in values] == charge.metered
    assert server.stop() == 0
