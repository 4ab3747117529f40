import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from engine.app import Started, serve
from engine.config import (
    AdminSettings,
    OcppSettings,
    PolicySettings,
    Settings,
    StoreSettings,
)
from engine.errors import StoreUnavailable
from engine.simulator import Tally
from protocol.messages import HeartbeatReq
from tests.engine.simulator.central_system import CentralSystem, booted

SHIPPED = Path(__file__).parent.parent.parent / "policies"


def the_settings(directory: Path) -> Settings:
    """Free ports, the shipped policies, a store in `directory`."""
    return Settings(
        ocpp=OcppSettings(listen="127.0.0.1:0"),
        admin=AdminSettings(listen="127.0.0.1:0"),
        policies=PolicySettings(path=SHIPPED),
        store=StoreSettings(url=f"sqlite:///{directory}/data/voltrule.db"),
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Started, "asyncio.Task[None]"]]:
    """A whole Voltrule in this process; ended by SIGTERM unless the test has ended it."""
    announced: asyncio.Queue[Started | None] = asyncio.Queue()
    task = asyncio.create_task(serve(settings, announced.put_nowait))
    task.add_done_callback(lambda _: announced.put_nowait(None))
    started = await announced.get()
    if started is None:
        await task
    assert started is not None
    yield started, task
    if not task.done():
        os.kill(os.getpid(), signal.SIGTERM)
        await task


async def test_both_servers_answer_at_the_addresses_that_are_announced(tmp_path: Path) -> None:
    async with running(the_settings(tmp_path)) as (started, _), httpx.AsyncClient() as client:
        ready = await client.get(f"{started.admin_url}/readyz")
        assert ready.status_code == 200
        system = CentralSystem()
        system.url = started.ocpp_url
        tally = Tally()
        async with booted(system, tally) as charge_point:
            await charge_point.call(HeartbeatReq())
        assert tally.failures == {}


async def test_the_first_token_is_announced_once_and_works(tmp_path: Path) -> None:
    async with running(the_settings(tmp_path)) as (started, _), httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {started.first_token}"}
        answer = await client.get(f"{started.admin_url}/v1/policies", headers=headers)
        assert answer.status_code == 200
        assert answer.json()["revision"] == started.revision
    async with running(the_settings(tmp_path)) as (again, _):
        assert again.first_token is None


async def test_a_signal_closes_the_charge_points_sockets_as_going_away(tmp_path: Path) -> None:
    notes: list[str] = []
    tally = Tally(remark=lambda _, text: notes.append(text))
    async with running(the_settings(tmp_path)) as (started, task):
        system = CentralSystem()
        system.url = started.ocpp_url
        async with booted(system, tally):
            os.kill(os.getpid(), signal.SIGTERM)
            await task
    assert "connection lost (1001 the central system is shutting down)" in notes


async def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    async with running(the_settings(tmp_path)) as (_, task):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a directory should be")
    with pytest.raises(StoreUnavailable) as caught:
        async with running(the_settings(tmp_path)):
            pass
    assert "data" in caught.value.message
    assert caught.value.hint is not None
