"""Commands: each outcome of DESIGN §6, from a real charge point over a real socket."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from ocpp import exceptions
from ocpp.v16 import ChargePoint

from engine.config import OcppSettings
from tests.engine.api.running import Api, call_result, on, running

exceptions_of_ocpp: Any = exceptions


class Willing(ChargePoint):
    """Does what it is told."""

    @on("RemoteStartTransaction")
    def on_start(self, id_tag: str, **_: Any) -> Any:
        return call_result.RemoteStartTransaction(
            status="Accepted" if id_tag == "RandomToken" else "Rejected"
        )

    @on("ClearCache")
    def on_clear(self) -> Any:
        return call_result.ClearCache(status="Accepted")


class Refusing(ChargePoint):
    """Answers with a CallError."""

    @on("ClearCache")
    def on_clear(self) -> Any:
        raise exceptions_of_ocpp.SecurityError(description="not now", details={"until": "tomorrow"})


class Broken(ChargePoint):
    """Answers what OCPP does not know."""

    @on("ClearCache", skip_schema_validation=True)
    def on_clear(self) -> Any:
        return call_result.ClearCache(status="Sure")


class Silent(ChargePoint):
    """Never answers."""

    @on("ClearCache")
    async def on_clear(self) -> Any:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_completed_command_has_the_charge_points_answer(api: Api) -> None:
    async with api.charge_point(Willing):
        response = await api.command(
            "RemoteStartTransaction", {"connectorId": 1, "idTag": "RandomToken"}
        )
    body = response.json()
    assert response.status_code == 200
    assert body == {"id": body["id"], "status": "completed", "result": {"status": "Accepted"}}


async def test_a_refusal_by_status_is_an_answer_too(api: Api) -> None:
    async with api.charge_point(Willing):
        response = await api.command("RemoteStartTransaction", {"idTag": "Other"})
    assert (response.status_code, response.json()["result"]) == (200, {"status": "Rejected"})


async def test_an_empty_body_is_an_empty_payload(api: Api) -> None:
    async with api.charge_point(Willing):
        response = await api.call("POST", "/v1/charge-points/CP-1/commands/ClearCache")
    assert response.status_code == 200


async def test_an_unknown_charge_point_is_404(api: Api) -> None:
    response = await api.command("ClearCache", {})
    assert (response.status_code, response.json()["type"]) == (
        404,
        "urn:voltrule:problem:not-found",
    )


async def test_a_known_charge_point_without_connection_is_409(api: Api) -> None:
    await api.put("/v1/charge-points/CP-1")
    response = await api.command("ClearCache", {})
    assert (response.status_code, response.json()["type"]) == (
        409,
        "urn:voltrule:problem:not-connected",
    )


async def test_a_call_error_is_502_with_what_it_says(api: Api) -> None:
    async with api.charge_point(Refusing):
        response = await api.command("ClearCache", {})
    body = response.json()
    assert response.status_code == 502
    assert body == {
        "type": "urn:voltrule:problem:call-error",
        "title": "The charge point answered CallError",
        "status": 502,
        "detail": "charge point `CP-1` refused `ClearCache` with SecurityError",
        "commandId": body["commandId"],
        "code": "SecurityError",
        "description": "not now",
        "details": {"until": "tomorrow"},
    }


async def test_an_answer_that_breaks_ocpp_is_502_with_the_field(api: Api) -> None:
    async with api.charge_point(Broken):
        response = await api.command("ClearCache", {})
    assert (response.status_code, response.json()["type"]) == (
        502,
        "urn:voltrule:problem:invalid-answer",
    )
    error = response.json()["errors"][0]
    assert (error["in"], error["path"]) == ("answer", "status")


async def test_no_answer_in_time_is_504(api: Api) -> None:
    async with api.charge_point(Silent):
        response = await api.command("ClearCache", {}, params={"timeout": "0.05"})
    assert (response.status_code, response.json()["type"]) == (
        504,
        "urn:voltrule:problem:timed-out",
    )


async def test_without_a_timeout_the_configured_one_counts(tmp_path: Path) -> None:
    async with (
        running(tmp_path, ocpp=OcppSettings(call_timeout_seconds=0.05)) as api,
        api.charge_point(Silent),
        asyncio.timeout(10),
    ):
        assert (await api.command("ClearCache", {})).status_code == 504


async def test_a_connection_lost_before_the_answer_is_504(api: Api) -> None:
    async with api.charge_point(Silent) as charge_point:
        asking = asyncio.create_task(api.command("ClearCache", {}))
        async with asyncio.timeout(5):
            while not (await api.get("/v1/commands"))["items"]:
                await api.store.flush()
        await charge_point._connection.close()
        response = await asking
    assert (response.status_code, response.json()["type"]) == (
        504,
        "urn:voltrule:problem:connection-lost",
    )


@pytest.mark.parametrize("given", ["0", "-1", "300.1", "nan", "inf", "soon"])
async def test_a_timeout_out_of_bounds_is_422(api: Api, given: str) -> None:
    response = await api.command("ClearCache", {}, params={"timeout": given})
    message = f"must be a number above 0 to 300, not `{given}`"
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "query", "path": "timeout", "message": message}]


async def test_an_invalid_payload_is_422_with_every_field(api: Api) -> None:
    response = await api.command(
        "RemoteStartTransaction", {"conectorId": 1, "chargingProfile": {"stackLevel": "high"}}
    )
    errors = {error["path"]: error["message"] for error in response.json()["errors"]}
    assert response.status_code == 422
    assert errors["idTag"] == "is required"
    assert errors["conectorId"] == "is not a field here: did you mean `connectorId`?"
    assert errors["chargingProfile.stackLevel"] == "must be an integer, not text"


async def test_a_misspelled_command_is_404_with_a_suggestion(api: Api) -> None:
    response = await api.command("remoteStartTransaction", {})
    assert (response.status_code, response.json()) == (
        404,
        {
            "type": "urn:voltrule:problem:unknown-action",
            "title": "There is no such command",
            "status": 404,
            "detail": "There is no command `remoteStartTransaction`",
            "hint": "did you mean `RemoteStartTransaction`?",
        },
    )


@pytest.mark.parametrize(
    ("action", "hint"),
    [
        (
            "Heartbeat",
            'send TriggerMessage with `{"requestedMessage": "Heartbeat"}` to ask for one',
        ),
        ("StartTransaction", "it can't be asked for"),
    ],
)
async def test_what_a_charge_point_sends_is_no_command(api: Api, action: str, hint: str) -> None:
    response = await api.command(action, {})
    assert (response.status_code, response.json()["hint"]) == (404, hint)


async def test_a_command_that_is_not_waited_for_is_found_later(api: Api) -> None:
    async with api.charge_point(Willing):
        response = await api.command("ClearCache", {}, headers={"Prefer": "respond-async"})
        command_id = response.json()["id"]
        assert (response.status_code, response.json()["status"]) == (202, "pending")
        assert response.headers["location"] == f"/v1/commands/{command_id}"
        # Commands go out one at a time: when this one is answered, so is the first.
        assert (await api.command("ClearCache", {})).status_code == 200
    await api.store.flush()
    command = await api.get(response.headers["location"])
    assert (command["status"], command["result"]) == ("completed", {"status": "Accepted"})


async def test_commands_are_listed_with_their_outcome(api: Api) -> None:
    async with api.charge_point(Refusing):
        await api.command("ClearCache", {})
    await api.store.flush()
    (command,) = (await api.get("/v1/commands", chargePointId="CP-1", status="refused"))["items"]
    assert (command["action"], command["payload"], command["error"]["code"]) == (
        "ClearCache",
        {},
        "SecurityError",
    )
    assert await api.get(f"/v1/commands/{command['id']}") == command
    assert (await api.get("/v1/commands", action="Reset"))["items"] == []


async def test_an_unknown_command_id_is_404(api: Api) -> None:
    assert (await api.call("GET", "/v1/commands/x")).status_code == 404
