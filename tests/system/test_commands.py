"""Every outcome of a command over HTTP (DESIGN §6), with RemoteStartTransaction as the example."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from ocpp.exceptions import NotSupportedError
from ocpp.v16 import call_result
from ocpp.v16.enums import RemoteStartStopStatus

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, Payload
from tests.system.server import Server

ACTION = "RemoteStartTransaction"
START = {"connectorId": 1, "idTag": "RandomToken"}


@pytest.fixture
async def charge_point(server: Server) -> AsyncIterator[ChargePoint]:
    async with ChargePoint(server.ocpp_url, "ESP32_Charger") as charge_point:
        await charge_point.boot()
        yield charge_point


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document; its status is the response's."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code, body
    assert body["title"], body
    return body


def will_answer_late(charge_point: ChargePoint, action: str, answer: Payload) -> asyncio.Event:
    """Let the charge point answer the next commands of this action only once the event is set."""
    late = asyncio.Event()
    charge_point.will_answer(action, answer)
    at_once = charge_point.route_map[action]["_on_action"]

    async def answer_late(**payload: object) -> object:
        await late.wait()
        return at_once(**payload)

    charge_point.route_map[action] = {"_on_action": answer_late}
    return late


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
async def test_the_answer_of_the_charge_point_is_200(
    admin: Admin, charge_point: ChargePoint, status: str
) -> None:
    charge_point.will_answer(ACTION, {"status": status})
    response = await admin.command("ESP32_Charger", ACTION, START)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body == {"id": body["id"], "status": "completed", "result": {"status": status}}
    assert charge_point.received == [(ACTION, START)]


async def test_an_unknown_charge_point_is_404(admin: Admin) -> None:
    response = await admin.command("Nobody", ACTION, START)
    assert response.status_code == 404
    assert "Nobody" in problem(response)["detail"]


async def test_a_charge_point_that_is_not_connected_is_409(
    admin: Admin, charge_point: ChargePoint
) -> None:
    await charge_point.disconnect()
    async with asyncio.timeout(5):
        while (await admin.get("/v1/charge-points/ESP32_Charger"))["connection"]["connected"]:
            pass
    response = await admin.command("ESP32_Charger", ACTION, START)
    assert response.status_code == 409
    assert "ESP32_Charger" in problem(response)["detail"]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"connectorId": 1}, "idTag"),
        ({"connectorId": "one", "idTag": "RandomToken"}, "connectorId"),
        ({"idTag": "X" * 21}, "idTag"),
        ({"idTag": "X", "connectorID": 1}, "connectorID"),
        (
            {"idTag": "X", "chargingProfile": {"chargingProfileId": 1}},
            "chargingProfile.stackLevel",
        ),
    ],
)
async def test_an_invalid_payload_is_422_with_the_path_of_the_field(
    admin: Admin, charge_point: ChargePoint, payload: dict[str, Any], path: str
) -> None:
    response = await admin.command("ESP32_Charger", ACTION, payload)
    assert response.status_code == 422
    assert path in [error["path"] for error in problem(response)["errors"]]
    assert charge_point.received == []


@pytest.mark.parametrize(("text", "status"), [("{", 400), ("[]", 422), ('"text"', 422), ("7", 422)])
async def test_a_body_that_is_no_json_object_is_refused(
    admin: Admin, charge_point: ChargePoint, text: str, status: int
) -> None:
    path = f"/v1/charge-points/{charge_point.id}/commands/{ACTION}"
    headers = {"Content-Type": "application/json"}
    response = await admin.request("POST", path, content=text, headers=headers)
    assert (response.status_code, problem(response)["status"]) == (status, status)


@pytest.mark.parametrize("action", ["RemoteStart", "Heartbeat", "remoteStartTransaction"])
async def test_an_action_that_is_no_command_is_404(
    admin: Admin, charge_point: ChargePoint, action: str
) -> None:
    response = await admin.command("ESP32_Charger", action, START)
    assert response.status_code == 404
    assert action in problem(response)["detail"]


async def test_a_call_error_of_the_charge_point_is_502(
    admin: Admin, charge_point: ChargePoint
) -> None:
    error = NotSupportedError("no remote starts", {"since": "always"})  # type: ignore[no-untyped-call]
    charge_point.will_answer(ACTION, error)
    response = await admin.command("ESP32_Charger", ACTION, START)
    assert response.status_code == 502
    body = problem(response)
    assert (body["code"], body["description"]) == ("NotSupported", "no remote starts")
    assert body["details"] == {"since": "always"}


async def test_a_charge_point_that_does_not_answer_in_time_is_504(
    admin: Admin, charge_point: ChargePoint
) -> None:
    late = will_answer_late(charge_point, ACTION, {"status": "Accepted"})
    response = await admin.command("ESP32_Charger", ACTION, START, timeout="0.2")
    assert response.status_code == 504
    assert problem(response)["status"] == 504
    late.set()


async def test_a_late_answer_neither_disturbs_the_next_command_nor_the_connection(
    admin: Admin, charge_point: ChargePoint
) -> None:
    late = will_answer_late(charge_point, ACTION, {"status": "Accepted"})
    response = await admin.command("ESP32_Charger", ACTION, START, timeout="0.2")
    late.set()
    charge_point.will_answer("ClearCache", {"status": "Accepted"})
    assert await admin.result("ESP32_Charger", "ClearCache", {}) == {"status": "Accepted"}
    assert (await charge_point.request("Heartbeat", {})).keys() == {"currentTime"}
    command = await admin.get(f"/v1/commands/{problem(response)['commandId']}")
    assert (command["action"], command["status"]) == (ACTION, "timedOut")


async def test_a_connection_lost_while_waiting_ends_the_command(
    admin: Admin, charge_point: ChargePoint
) -> None:
    async def vanish(**_: object) -> object:
        charge_point.socket.transport.abort()
        return call_result.RemoteStartTransaction(RemoteStartStopStatus.accepted)

    charge_point.route_map[ACTION] = {"_on_action": vanish}
    response = await admin.command("ESP32_Charger", ACTION, START)
    assert (response.status_code, problem(response)["status"]) == (504, 504)


async def test_commands_of_two_clients_go_out_one_after_the_other(
    admin: Admin, charge_point: ChargePoint
) -> None:
    charge_point.will_answer("ClearCache", {"status": "Accepted"})
    charge_point.will_answer("UnlockConnector", {"status": "Unlocked"})
    results = await asyncio.gather(
        *[admin.result("ESP32_Charger", "ClearCache", {}) for _ in range(10)],
        *[admin.result("ESP32_Charger", "UnlockConnector", {"connectorId": 1}) for _ in range(10)],
    )
    assert results == [{"status": "Accepted"}] * 10 + [{"status": "Unlocked"}] * 10
    assert len(charge_point.received) == 20


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("nonsense", 401)], ids=["no token", "wrong token"]
)
async def test_a_command_needs_a_token(server: Server, token: str | None, status: int) -> None:
    async with Admin(server.admin_url, token) as stranger:
        response = await stranger.command("ESP32_Charger", ACTION, START)
    assert response.status_code == status
    assert response.headers["www-authenticate"].startswith("Bearer")
    problem(response)
