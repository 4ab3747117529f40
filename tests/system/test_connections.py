"""What charge points do to a connection, as raw WebSocket frames and handshakes."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from websockets import ClientConnection, ConnectionClosed, InvalidStatus, Subprotocol, connect

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, a_start
from tests.system.server import Server

OCPP = [Subprotocol("ocpp1.6")]
REGISTERED_ONLY = """\
name: registered-only
action: Connect
rule:
  match:
    - id: unknown
      condition: "!chargePoint.registered"
      response: { status: NotFound }
    - id: unproven
      condition: "!request.authentication.verified"
      response: { status: Unauthorized }
    - id: proven
      response: { status: Accepted }
"""


@pytest.fixture
async def socket(server: Server) -> AsyncIterator[ClientConnection]:
    async with connect(f"{server.ocpp_url}/RAW-{uuid4().hex[:8]}", subprotocols=OCPP) as socket:
        yield socket


async def frame(socket: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())


@pytest.mark.parametrize(
    ("text", "message_id", "code"),
    [
        ('[2,"1","NoSuchAction",{}]', "1", "NotImplemented"),
        ('[2,"1","heartbeat",{}]', "1", "NotImplemented"),
        ('[2,"1","Reset",{"type":"Hard"}]', "1", "NotSupported"),
        ('[2,"1","Authorize",{}]', "1", "ProtocolError"),
        ('[2,"1","Authorize",{"idTag":{}}]', "1", "TypeConstraintViolation"),
        ('[2,"1","FirmwareStatusNotification",{"status":"x"}]', "1", "PropertyConstraintViolation"),
        ('[2,"1","Authorize","TAG"]', "1", "FormationViolation"),
    ],
)
async def test_a_call_that_breaks_the_rules_gets_the_call_error_of_its_kind(
    socket: ClientConnection, text: str, message_id: str, code: str
) -> None:
    await socket.send(text)
    kind, answered, error, description, details = await frame(socket)
    assert (kind, answered, error, details) == (4, message_id, code, {}), description
    await socket.send('[2,"2","Heartbeat",{}]')
    assert (await frame(socket))[:2] == [3, "2"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '[3,"nobody",{}]', '[4,"nobody","GenericError","",{}]', "[9,1]"],
)
async def test_what_is_no_call_is_ignored_and_the_connection_stays(
    socket: ClientConnection, text: str
) -> None:
    await socket.send(text)
    await socket.send('[2,"2","Heartbeat",null]')
    assert (await frame(socket))[:2] == [3, "2"]


async def test_several_calls_in_flight_are_answered_in_order(socket: ClientConnection) -> None:
    for number in range(20):
        await socket.send(json.dumps([2, str(number), "StartTransaction", a_start(f"T{number}")]))
    answers = [await frame(socket) for _ in range(20)]
    assert [answer[:2] for answer in answers] == [[3, str(number)] for number in range(20)]
    assert len({answer[2]["transactionId"] for answer in answers}) == 20


@pytest.mark.parametrize("ids", [("1", "1"), ("1", "2")], ids=["same id", "new id"])
async def test_a_retried_start_transaction_gets_the_same_transaction_id(
    server: Server, admin: Admin, ids: tuple[str, str]
) -> None:
    name = f"RETRY-{uuid4().hex[:8]}"
    start, answers = a_start("RETRY"), []
    for message_id in ids:
        async with connect(f"{server.ocpp_url}/{name}", subprotocols=OCPP) as socket:
            await socket.send(json.dumps([2, message_id, "StartTransaction", start]))
            answers.append((await frame(socket))[2])
    assert answers[0] == answers[1]
    assert len(await admin.all("/v1/transactions", chargePointId=name)) == 1


async def test_the_newest_connection_wins_and_the_late_close_of_the_old_one_is_harmless(
    server: Server, admin: Admin, charge_point: ChargePoint
) -> None:
    old = charge_point.socket
    async with ChargePoint(server.ocpp_url, charge_point.id) as again:
        again.will_answer("ClearCache", {"status": "Accepted"})
        async with asyncio.timeout(5):
            await old.wait_closed()
        assert await admin.result(charge_point.id, "ClearCache", {}) == {"status": "Accepted"}
        shown = await admin.get(f"/v1/charge-points/{charge_point.id}")
        assert shown["connection"]["connected"] is True
        assert charge_point.received == []


async def test_a_command_that_waits_delays_no_answer_to_the_charge_point(
    server: Server, admin: Admin
) -> None:
    async with connect(f"{server.ocpp_url}/CROSSING", subprotocols=OCPP) as socket:
        waiting = asyncio.create_task(admin.result("CROSSING", "ClearCache", {}))
        kind, message_id, action, payload = await frame(socket)
        assert (kind, action, payload) == (2, "ClearCache", {})
        await socket.send('[2,"crossing","Heartbeat",{}]')
        assert (await frame(socket))[:2] == [3, "crossing"]
        await socket.send(json.dumps([3, message_id, {"status": "Rejected"}]))
        assert await waiting == {"status": "Rejected"}


async def test_any_path_and_a_trailing_slash_lead_to_the_identity(
    server: Server, admin: Admin
) -> None:
    root = server.ocpp_url.removesuffix("/ocpp")
    for path in ("/A-1", "/ocpp/A-2/", "/some/where/A%203"):
        async with connect(root + path, subprotocols=OCPP) as socket:
            await socket.send('[2,"1","Heartbeat",{}]')
            assert (await frame(socket))[0] == 3
    for name in ("A-1", "A-2", "A%203"):
        assert (await admin.get(f"/v1/charge-points/{name}"))["registered"] is False


async def test_no_subprotocol_offered_is_accepted(server: Server) -> None:
    async with connect(f"{server.ocpp_url}/NO-SUBPROTOCOL") as socket:
        await socket.send('[2,"1","Heartbeat",{}]')
        assert (await frame(socket))[0] == 3


async def test_no_acceptable_subprotocol_completes_the_handshake_and_closes(
    server: Server,
) -> None:
    url = f"{server.ocpp_url}/OTHER-SUBPROTOCOL"
    async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")]) as socket:
        assert socket.subprotocol is None
        with pytest.raises(ConnectionClosed):
            await frame(socket)


async def test_the_first_acceptable_subprotocol_is_chosen(server: Server) -> None:
    offered = [Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]
    async with connect(f"{server.ocpp_url}/TWO-SUBPROTOCOLS", subprotocols=offered) as socket:
        assert socket.subprotocol == "ocpp1.6"


async def test_the_connect_policy_decides_who_may_connect(
    new_server: Callable[..., Server],
) -> None:
    server = new_server(policies={"connect.yaml": REGISTERED_ONLY}).start()
    url = f"{server.ocpp_url}/CP"
    password = "a password: 16 b"
    async with Admin(server.admin_url, server.token) as admin:
        assert await refused(url) == 404
        await admin.put("/v1/charge-points/CP", {"password": password})
        assert await refused(url) == 401
        assert await refused(url, "wrong password 16") == 401
        async with connect(url, subprotocols=OCPP, additional_headers=basic("CP", password)):
            assert (await admin.get("/v1/charge-points/CP"))["connection"]["connected"] is True
        decisions = await admin.all("/v1/decisions", chargePointId="CP", action="Connect")
    rules = ["proven", "unproven", "unproven", "unknown"]
    assert [decision["rule"] for decision in decisions] == rules
    assert password not in server.output.text


def basic(user: str, password: str) -> dict[str, str]:
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


async def refused(url: str, password: str | None = None) -> int:
    """The HTTP status that a handshake is refused with."""
    headers = {} if password is None else basic("CP", password)
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url, subprotocols=OCPP, additional_headers=headers)
    status = refusal.value.response.status_code
    if status == 401:
        assert refusal.value.response.headers["WWW-Authenticate"].startswith("Basic")
    return status
