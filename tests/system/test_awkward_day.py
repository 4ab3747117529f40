"""Whatever goes wrong on a day, the history says to the Wh what was delivered."""

import asyncio
import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.engine.storage import databases
from tests.system.admin import Admin, Json
from tests.system.awkward import SESSIONS, AwkwardChargePoint
from tests.system.server import Server
from tests.system.traffic import after_answers

CHARGE_POINTS = 6
KILLS = 3
ANSWERS_BEFORE_A_KILL = 100


async def have_a_day(server: Server, fleet: list[AwkwardChargePoint]) -> None:
    """Everything happens to each of them, in orders of their own; the server is killed thrice."""
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for number, charge_point in enumerate(fleet):
            names = SESSIONS * 2
            random.Random(number).shuffle(names)
            group.create_task(charge_point.live(names))
        for _ in range(KILLS):
            await after_answers(fleet[0].answered, ANSWERS_BEFORE_A_KILL)
            server.kill()
            server.start()


async def match_by_hand(admin: Admin, charge_point: AwkwardChargePoint) -> None:
    """Do what an operator does who knows which side of the charge point was used."""
    stops = await admin.all("/v1/unmatched-stops", chargePointId=charge_point.id, matched=False)
    for stop in stops:
        if stop["meterStop"] in charge_point.doubtful and stop["cause"] != "AlreadyStopped":
            start = charge_point.doubtful[stop["meterStop"]]
            body = {"transactionId": start["transactionId"]}
            path = f"/v1/unmatched-stops/{stop['id']}/match"
            response = await admin.request("POST", path, json=body)
            assert response.is_success, response.text


async def transactions(admin: Admin, charge_point: AwkwardChargePoint) -> list[Json]:
    return await admin.all("/v1/transactions", chargePointId=charge_point.id, limit=500)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of each kind, for a server that will be killed."""
    if request.param == "sqlite":
        yield "sqlite:///voltrule.db"
        return
    try:
        with databases.a_postgresql_database(f"voltrule_awkward_{os.getpid()}") as url:
            yield url
    except OSError:
        pytest.skip(f"no PostgreSQL server at {databases.SERVER}")


async def test_the_energy_of_an_awkward_day_adds_up_to_the_wh(
    new_server: Callable[..., Server], store_url: str
) -> None:
    server = new_server(config={"store": {"url": store_url}}).start()
    answered = asyncio.Semaphore(0)
    fleet = [
        AwkwardChargePoint(server, f"AWKWARD-{seed}", seed, answered)
        for seed in range(1, CHARGE_POINTS + 1)
    ]
    await have_a_day(server, fleet)
    async with Admin(server.admin_url, server.token) as admin:
        for charge_point in fleet:
            await match_by_hand(admin, charge_point)
            shown = await transactions(admin, charge_point)
            assert len(shown) == charge_point.transactions
            assert [each for each in shown if each["stoppedAt"] is None] == []
            assert sum(each["energy"] for each in shown) == charge_point.delivered
        waiting = await admin.all("/v1/unmatched-stops", matched=False)
        assert {stop["cause"] for stop in waiting} == {"AlreadyStopped"}
    assert server.stop() == 0
