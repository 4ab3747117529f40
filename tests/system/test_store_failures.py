"""What charge points and operators see while the store fails, and that it ends by itself."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets import ClientConnection, Subprotocol, connect

from engine.storage import upgrade
from tests.engine.storage import databases
from tests.engine.storage.relay import Relay
from tests.system import failures
from tests.system.admin import Admin
from tests.system.charge_point import a_start, now
from tests.system.failures import Failure
from tests.system.server import Server

MakeServer = Callable[..., Server]

SECONDS = 40
"""More than any failure takes to show or to end; what is waited for most often comes at once."""

START = [2, "start", "StartTransaction", a_start("RandomToken")]
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": now()}


@contextlib.asynccontextmanager
async def a_charge_point(server: Server, name: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"{server.ocpp_url}/{name}", subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
    ) as socket:
        yield socket


async def ask(socket: ClientConnection, *call: Any) -> list[Any]:
    """Send a Call and return what is answered."""
    await socket.send(json.dumps(call))
    async with asyncio.timeout(SECONDS):
        answer: list[Any] = json.loads(await socket.recv())
    return answer


async def readiness(server: Server, status: int, detail: str) -> None:
    """Wait until `/readyz` has that status and says this of the store; `/healthz` is well."""
    async with httpx.AsyncClient(timeout=SECONDS) as http, asyncio.timeout(SECONDS):
        while True:
            answer = await http.get(f"{server.admin_url}/readyz")
            said = answer.json()["components"]["store"]["detail"]
            if answer.status_code == status and detail in said:
                return
            assert (await http.get(f"{server.admin_url}/healthz")).status_code == 200
            await asyncio.sleep(0.2)


async def metric(server: Server, name: str) -> float:
    async with httpx.AsyncClient() as http:
        lines = (await http.get(f"{server.admin_url}/metrics")).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name))


async def survives(server: Server, failure: Failure, reason: str) -> None:
    """All that is promised of a failure, in docs/database.md."""
    await asyncio.to_thread(server.start)
    async with a_charge_point(server, "ONE") as one, a_charge_point(server, "TWO") as two:
        await ask(two, 2, "0", "StatusNotification", STATUS)
        async with failure(server):
            await one.send(json.dumps(START))
            await readiness(server, 503, reason)
            assert (await ask(two, 2, "1", "Heartbeat", {}))[:2] == [3, "1"]
            refused = await ask(two, 2, "2", "StatusNotification", STATUS)
            assert refused[:3] == [4, "2", "InternalError"]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await one.recv()
        await readiness(server, 200, "writes")
        answer = await ask(one, *START)
        assert await metric(server, "voltrule_store_failures_total ") >= 1
    async with Admin(server.admin_url, server.token) as admin:
        shown = [each["transactionId"] for each in await admin.all("/v1/transactions")]
    assert shown == [answer[2]["transactionId"]]
    assert await asyncio.to_thread(server.stop) == 0


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(failures.file_locked, "database is locked"), (failures.no_room, "disk I/O error")],
    ids=["locked", "no room"],
)
async def test_a_failing_file_acknowledges_nothing_and_ends_by_itself(
    new_server: MakeServer, failure: Failure, reason: str
) -> None:
    await survives(new_server(), failure, reason)


async def test_a_full_disk_acknowledges_nothing_and_ends_by_itself(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(failures.a_small_disk(tmp_path))
        except PermissionError:
            pytest.skip("only root may mount a small disk")
        server = Server(tmp_path)
        stack.callback(server.close)
        await survives(server, failures.disk_full, "database or disk is full")


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    """The way to the PostgreSQL server."""
    target = urlsplit(databases.SERVER)
    async with Relay(target.hostname or "", target.port or 5432) as relay:
        yield relay


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """An empty database with the current schema."""
    name = f"voltrule_failing_{os.getpid()}"
    try:
        await databases.execute(f"CREATE DATABASE {name}")
    except OSError:
        pytest.skip(f"no PostgreSQL server at {databases.SERVER}")
    url = databases.postgresql_url(name)
    await upgrade(url)
    yield url
    await databases.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (failures.database_down, "the store failed: [Errno 111] Connection refused"),
        (failures.database_silent, "the store did not answer"),
        (failures.table_locked, "canceling statement due to statement timeout"),
        (failures.disk_of_the_database_full, "No space left on device"),
        (failures.writes_refused, "the store takes no writes now"),
    ],
    ids=["down", "silent", "locked", "full", "read-only"],
)
async def test_a_failing_database_acknowledges_nothing_and_ends_by_itself(
    new_server: MakeServer,
    relay: Relay,
    database: str,
    make: Callable[[Any], Failure],
    reason: str,
) -> None:
    parts = urlsplit(database)
    through = parts._replace(netloc=f"{parts.username}@127.0.0.1:{relay.port}").geturl()
    over_relay = make in (failures.database_down, failures.database_silent)
    server = new_server(config={"store": {"url": through}})
    await survives(server, make(relay if over_relay else database), reason)
