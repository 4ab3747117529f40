"""The registry of charge points over the API."""

import asyncio
from typing import Any

import pytest
import websockets

from engine.security import passwords
from tests.engine.api.running import Api, call

CP = "/v1/charge-points/CP-1"

NOTHING_SAID = {
    "vendor": None,
    "model": None,
    "serialNumber": None,
    "chargeBoxSerialNumber": None,
    "firmwareVersion": None,
    "iccid": None,
    "imsi": None,
    "meterType": None,
    "meterSerialNumber": None,
    "bootStatus": None,
    "bootedAt": None,
    "firmwareStatus": None,
    "diagnosticsStatus": None,
}
NEVER_CONNECTED = {
    "connectedAt": None,
    "lastSeenAt": None,
    "remoteAddress": None,
    "subprotocol": None,
}


async def boot(api: Api) -> None:
    """Connect once, boot, report connector 1, and go away."""
    async with api.charge_point() as charge_point:
        request = call.BootNotification(
            charge_point_vendor="ABB", charge_point_model="Terra", firmware_version="1.2"
        )
        assert (await charge_point.call(request)).status == "Accepted"
        request = call.StatusNotification(
            connector_id=1, error_code="NoError", status="Available", info="ready"
        )
        await charge_point.call(request)


async def test_a_registered_charge_point_that_never_came_shows_what_is_registered(
    api: Api,
) -> None:
    response = await api.call("PUT", CP, json={"groups": ["depot"], "labels": {"site": "Berlin"}})
    shown = response.json()
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert shown == NOTHING_SAID | {
        "id": "CP-1",
        "registered": True,
        "groups": ["depot"],
        "labels": {"site": "Berlin"},
        "hasPassword": False,
        "createdAt": shown["createdAt"],
        "connection": {"connected": False, **NEVER_CONNECTED},
        "connectors": [],
    }


async def test_a_connected_charge_point_shows_boot_connectors_and_connection(api: Api) -> None:
    await boot(api)
    async with api.charge_point() as charge_point:
        await charge_point.call(call.Heartbeat())
        shown = await api.get(CP)
    assert (shown["registered"], shown["vendor"], shown["bootStatus"]) == (False, "ABB", "Accepted")
    connector = shown["connectors"][0]
    assert (connector["connectorId"], connector["status"]) == (1, "Available")
    connection = shown["connection"]
    assert (connection["connected"], connection["subprotocol"]) == (True, "ocpp1.6")
    assert connection["remoteAddress"].startswith("127.0.0.1")
    assert connection["connectedAt"] <= connection["lastSeenAt"]


async def test_put_replaces_but_keeps_the_password_and_the_boot_data(api: Api) -> None:
    await boot(api)
    await api.put(CP, {"labels": {"a": "1"}, "password": "0123456789abcdef"})
    shown = await api.put(CP, {"groups": ["depot"]})
    assert (shown["groups"], shown["labels"]) == (["depot"], {})
    assert (shown["hasPassword"], shown["vendor"], shown["registered"]) == (True, "ABB", True)


async def test_patch_changes_only_what_it_names(api: Api) -> None:
    await api.put(CP, {"groups": ["depot"], "labels": {"a": "1", "b": "2"}})
    response = await api.call("PATCH", CP, json={"labels": {"a": None, "c": "3"}})
    shown = response.json()
    assert (shown["groups"], shown["labels"]) == (["depot"], {"b": "2", "c": "3"})
    assert response.headers["etag"] == '"2"'


async def test_patches_at_the_same_time_lose_nothing(api: Api) -> None:
    await api.put(CP)
    patches = [api.call("PATCH", CP, json={"labels": {name: "1"}}) for name in "abc"]
    assert [response.status_code for response in await asyncio.gather(*patches)] == [200] * 3
    assert (await api.get(CP))["labels"] == {"a": "1", "b": "1", "c": "1"}


async def test_patch_sets_and_removes_the_password(api: Api) -> None:
    await api.put(CP)
    for password, has in (("0123456789abcdef", True), (None, False)):
        response = await api.call("PATCH", CP, json={"password": password})
        assert response.json()["hasPassword"] is has
        assert "0123456789abcdef" not in response.text


async def test_a_password_that_is_no_text_is_set_as_authorization_key(api: Api) -> None:
    key = bytes(range(240, 256)).hex()
    await api.put(CP, {"authorizationKey": key})
    stored = await api.store.charge_points.password_hash("CP-1")
    assert stored is not None
    assert passwords.verify(bytes.fromhex(key), stored)


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"group": []}, "group", "is not a field here; did you mean `groups`?"),
        ({"groups": "depot"}, "groups", "must be a list, not `depot`"),
        ({"groups": ["a", 1]}, "groups[1]", "must be text, not `1`"),
        ({"password": 12345678}, "password", "must be text"),
        ({"password": "short"}, "password", "has 5 bytes, a password has 16 to 20"),
        ({"password": "ä" * 11}, "password", "has 22 bytes, a password has 16 to 20"),
        (
            {"authorizationKey": "xyz"},
            "authorizationKey",
            "is not hexadecimal, with two digits per byte",
        ),
        (
            {"authorizationKey": "00" * 16, "password": "x" * 16},
            "authorizationKey",
            "is the password too: give one of them",
        ),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_wrong_registration_is_422_with_the_field(
    api: Api, method: str, body: Any, path: str, message: str
) -> None:
    await api.put(CP)
    response = await api.call(method, CP, json=body)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "body", "path": path, "message": message}]
    assert str(body.get("password", "-")) not in response.text


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_body_may_repeat_the_id_but_not_name_another(api: Api, method: str) -> None:
    await api.put("/v1/charge-points/CP1", {"id": "CP1"})
    assert (await api.call(method, "/v1/charge-points/CP1", json={"id": "CP1"})).status_code == 200
    response = await api.call(method, "/v1/charge-points/CP1", json={"id": "CP2"})
    message = "is `CP2`, but the path names `CP1`"
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "body", "path": "id", "message": message}]


async def test_an_edit_of_an_old_version_is_412(api: Api) -> None:
    await api.put(CP)
    await api.put(CP)
    for method in ("PUT", "PATCH", "DELETE"):
        body: dict[str, Any] = {} if method == "DELETE" else {"json": {}}
        response = await api.call(method, CP, headers={"If-Match": '"1"'}, **body)
        assert (response.status_code, response.headers["etag"]) == (412, '"2"')
    assert (await api.call("PUT", CP, headers={"If-None-Match": "*"})).status_code == 412


async def test_a_boot_does_not_change_the_version(api: Api) -> None:
    await api.put(CP)
    await boot(api)
    response = await api.call("PATCH", CP, headers={"If-Match": '"1"'}, json={})
    assert response.status_code == 200


async def test_an_id_with_spaces_and_signs_is_percent_encoded(api: Api) -> None:
    shown = await api.put("/v1/charge-points/CP%20ä%251+x")
    assert shown["id"] == "CP ä%1+x"
    assert (await api.get("/v1/charge-points/CP%20%C3%A4%251%2Bx"))["id"] == "CP ä%1+x"


@pytest.mark.parametrize("encoded", ["%00", "%20", "a%0Ab", "x" * 256])
async def test_an_id_that_no_charge_point_can_have_is_422(api: Api, encoded: str) -> None:
    response = await api.call("PUT", f"/v1/charge-points/{encoded}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "chargePointId"


async def test_an_edit_counts_for_the_open_connection(api: Api) -> None:
    await api.put(CP)
    async with api.charge_point() as charge_point:
        await charge_point.call(call.Heartbeat())
        await api.put(CP, {"groups": ["depot"]})
        shown = await api.get(CP)
    assert (shown["groups"], shown["connection"]["connected"]) == (["depot"], True)


async def test_a_deleted_charge_point_is_disconnected_and_unknown(api: Api) -> None:
    await api.put(CP)
    async with websockets.connect(
        f"{api.ocpp_url}/CP-1", subprotocols=[websockets.Subprotocol("ocpp1.6")]
    ) as socket:
        await socket.send('[2, "1", "Heartbeat", {}]')
        await socket.recv()
        assert (await api.call("DELETE", CP)).status_code == 204
        async with asyncio.timeout(5):
            await socket.wait_closed()
    assert socket.close_code == 1008
    async with asyncio.timeout(5):
        while "\nvoltrule_connections 0.0\n" not in (await api.call("GET", "/metrics")).text:
            await api.store.flush()
    await api.store.flush()
    for method in ("GET", "PATCH", "DELETE"):
        assert (await api.call(method, CP)).status_code == 404


async def test_charge_points_are_listed_page_by_page(api: Api) -> None:
    await boot(api)
    for id_ in ("CP-2", "CP-0"):
        await api.put(f"/v1/charge-points/{id_}")
    first = await api.get("/v1/charge-points", limit=2)
    second = await api.get("/v1/charge-points", limit=2, cursor=first["next"])
    pages = [[item["id"] for item in page["items"]] for page in (first, second)]
    assert (pages, second["next"]) == ([["CP-0", "CP-1"], ["CP-2"]], None)
    assert [item["connectors"] == [] for item in first["items"]] == [True, False]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"registered": "true"}, ["CP-2"]),
        ({"registered": "false"}, ["CP-1"]),
        ({"vendor": "ABB", "model": "Terra"}, ["CP-1"]),
        ({"vendor": "Other"}, []),
    ],
)
async def test_charge_points_are_filtered(api: Api, query: Any, ids: list[str]) -> None:
    await boot(api)
    await api.put("/v1/charge-points/CP-2")
    listed = await api.get("/v1/charge-points", **query)
    assert [item["id"] for item in listed["items"]] == ids
