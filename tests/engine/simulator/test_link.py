import asyncio
import base64

import pytest

from engine.simulator import Tally
from engine.simulator.link import Refused, Unanswered, address
from protocol.errors import ErrorCode
from protocol.messages import HeartbeatReq
from tests.engine.simulator.central_system import a_charge_point, booted, central_system


@pytest.mark.parametrize(
    ("url", "identity", "expected"),
    [
        ("ws://h:9000/ocpp", "CP1", "ws://h:9000/ocpp/CP1"),
        ("ws://h:9000/ocpp/", "CP1", "ws://h:9000/ocpp/CP1"),
        ("ws://h:9000/ocpp/{chargePointId}", "CP1", "ws://h:9000/ocpp/CP1"),
        ("ws://h", "a b/c", "ws://h/a%20b%2Fc"),
    ],
)
def test_the_identity_is_the_last_part_of_the_path(url: str, identity: str, expected: str) -> None:
    assert address(url, identity) == expected


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "HTTP 401\nhint: the central system wants a password: --password"),
        (403, "HTTP 403\nhint: the central system's Connect policy forbids it"),
        (404, "HTTP 404\nhint: the central system does not know this charge point"),
    ],
)
async def test_a_refused_handshake_is_told_at_once(status: int, message: str) -> None:
    async with central_system() as system:
        system.refuse_with = status
        with pytest.raises(Refused) as caught:
            async with a_charge_point(system).connected():
                await asyncio.Event().wait()
    assert str(caught.value) == f"`CP1` may not connect: {message}"
    assert len(system.paths) == 1


async def test_a_password_is_shown_with_the_identity() -> None:
    async with central_system() as system, booted(system, password=b"\xff:secret"):
        pass
    encoded = base64.b64encode(b"CP1:\xff:secret").decode()
    assert system.authorizations == [f"Basic {encoded}"]


async def test_a_call_error_is_a_failure_that_is_counted() -> None:
    tally = Tally()
    async with central_system() as system, booted(system, tally) as charge_point:
        system.answers["Heartbeat"] = lambda _: ErrorCode.InternalError
        with pytest.raises(Unanswered, match="InternalError: no"):
            await charge_point.call(HeartbeatReq())
    assert tally.failures["Heartbeat: InternalError: no"] >= 1


async def test_a_call_that_the_connection_took_with_it_is_a_failure() -> None:
    async with central_system() as system, booted(system, speed=1.0) as charge_point:
        waiting = asyncio.ensure_future(charge_point.call(HeartbeatReq()))
        await charge_point.link.reconnect()
        with pytest.raises(Unanswered, match="the connection was lost"):
            await waiting
