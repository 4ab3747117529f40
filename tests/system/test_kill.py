"""Nothing that was answered is lost or doubled, whatever moment the server is killed at."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable

from tests.system.admin import Admin
from tests.system.server import Server
from tests.system.traffic import ChargePointInTraffic, after_answers, charges, key, run_to_rest

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


async def test_kill_9_in_the_middle_of_traffic_loses_and_doubles_nothing(
    new_server: Callable[..., Server],
) -> None:
    server = new_server().start()
    answered = asyncio.Semaphore(0)
    fleet = [ChargePointInTraffic(f"KILL-{n}", answered) for n in range(CHARGE_POINTS)]
    for number in range(ROUNDS):
        await run_round(server, fleet, ANSWERS_BEFORE_A_KILL + 37 * number)
        server.start()
    await run_to_rest(server.ocpp_url, fleet)
    async with Admin(server.admin_url, server.token) as admin:
        shown = await admin.all("/v1/transactions", limit=500)
        assert Counter(key(transaction) for transaction in shown) == Counter(charges(fleet))
        assert len({transaction["transactionId"] for transaction in shown}) == len(shown)
        for charge in [charge for each in fleet for charge in each.charges]:
            values = await admin.meter_values(charge.transaction_id)
            assert [each["value"] for each in values] == charge.metered
    assert server.stop() == 0
