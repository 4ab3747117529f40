"""The newest connection of a charge point wins."""

from pathlib import Path

from protocol.messages import ClearCacheReq
from tests.engine.central_system.running import running, until


async def test_a_new_connection_supersedes_the_old_one(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as system,
        system.charge_point() as old,
        system.charge_point() as new,
    ):
        assert await old.closed() == (4000, "the charge point has connected again")
        assert "currentTime" in await new.call("Heartbeat", {})
        assert len(system.central_system.connections) == 1


async def test_the_late_end_of_an_old_connection_changes_nothing(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as system,
        system.charge_point() as new,
        system.charge_point() as newest,
    ):
        await new.closed()
        new.socket.transport.abort()
        await newest.call("Heartbeat", {})
        assert system.central_system.connection("CP1") is not None


async def test_a_half_open_connection_does_not_hold_up_the_next(tmp_path: Path) -> None:
    # This client reads nothing any more, as after a power loss: no close frame comes back.
    async with (
        running(tmp_path) as system,
        system.charge_point() as old,
    ):
        old.socket.transport.pause_reading()
        async with system.charge_point() as new:
            assert "currentTime" in await new.call("Heartbeat", {})
            old.socket.transport.abort()
            assert "currentTime" in await new.call("Heartbeat", {})


async def test_a_command_goes_to_the_newest_connection(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as system,
        system.charge_point() as old,
        system.charge_point() as new,
    ):
        await old.closed()
        command = await system.central_system.issue("CP1", "ClearCache", ClearCacheReq())
        frame = await new.receive()
        await new.send(3, frame[1], {"status": "Accepted"})
        result = await command.result()
    assert result.confirmation.status == "Accepted"  # type: ignore[attr-defined]


async def test_a_charge_point_that_left_is_forgotten(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        for number in range(3):
            async with system.charge_point(f"CP{number}") as charge_point:
                await charge_point.start()
                assert len(system.central_system.connections) == 1
            await until(lambda: not len(system.central_system.connections))
        known = system.central_system.connections.known
        assert [known(f"CP{number}") for number in range(3)] == [None, None, None]


async def test_two_charge_points_are_two_connections(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as system,
        system.charge_point("CP1") as one,
        system.charge_point("CP2") as two,
    ):
        await one.call("Heartbeat", {})
        await two.call("Heartbeat", {})
        ids = {c.charge_point_id for c in system.central_system.connections}
        info = system.central_system.connection("CP1")
    assert ids == {"CP1", "CP2"}
    assert info is not None
    assert (info.remote_address, info.subprotocol) == ("127.0.0.1", "ocpp1.6")
    assert info.connected_at <= info.last_seen_at
