"""Commands wait in a lane of their own: one goes out at a time, each has its deadline."""

import asyncio
from pathlib import Path

import pytest

from engine.central_system import CommandTimedOut, Disconnected
from protocol.messages import ChangeConfigurationReq, ClearCacheReq
from tests.engine.central_system.running import running


async def test_a_command_in_the_queue_times_out_too(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point():
        issue = system.central_system.issue
        first = await issue("CP1", "ClearCache", ClearCacheReq(), 60)
        second = await issue("CP1", "ClearCache", ClearCacheReq(), 0.01)
        with pytest.raises(CommandTimedOut):
            await second.result()
        assert not first.is_ended


async def test_commands_go_out_one_at_a_time_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        keys = [f"Key{number}" for number in range(5)]
        requests = [ChangeConfigurationReq(key=key, value="1") for key in keys]
        issue = system.central_system.issue
        commands = [await issue("CP1", "ChangeConfiguration", request) for request in requests]
        for key in keys:
            call = await charge_point.receive()
            assert call[3]["key"] == key
            assert "currentTime" in await charge_point.call("Heartbeat", {})
            await charge_point.send(3, call[1], {"status": "Accepted"})
        await asyncio.gather(*(command.result() for command in commands))


async def test_a_lost_connection_ends_the_commands_that_wait(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with system.charge_point():
            issue = system.central_system.issue
            commands = [await issue("CP1", "ClearCache", ClearCacheReq()) for _ in range(2)]
        for command in commands:
            with pytest.raises(Disconnected, match="went away"):
                await command.result()
        page = await system.store.commands.list()
    assert [command.status for command in page.items] == ["disconnected", "disconnected"]


async def test_a_command_is_recorded_as_sent_only_when_it_goes_out(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        issue = system.central_system.issue
        first = await issue("CP1", "ClearCache", ClearCacheReq())
        await issue("CP1", "ClearCache", ClearCacheReq())
        before = [command.status for command in (await system.store.commands.list()).items]
        call = await charge_point.receive()
        await charge_point.send(3, call[1], {"status": "Accepted"})
        await charge_point.receive()
        await first.result()
        await system.store.flush()
        after = [command.status for command in (await system.store.commands.list()).items]
    assert before == ["pending", "sent"]
    assert after == ["sent", "completed"]
