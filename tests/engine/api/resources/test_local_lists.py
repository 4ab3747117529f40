"""Local lists over the API, of charge points of the PyPI `ocpp` package."""

from typing import Any

import pytest
from ocpp.v16 import ChargePoint

from tests.engine.api.running import Api, call, call_result, on

PATH = "/v1/charge-points/CP-1/local-list"


class Listed(ChargePoint):
    """Has a local list of up to four id tags, and takes two at once."""

    version = 0
    length = "4"
    refuses: str | None = None

    @on("GetLocalListVersion")
    async def version_asked(self) -> Any:
        return call_result.GetLocalListVersion(list_version=self.version)

    @on("GetConfiguration")
    async def configuration_asked(self, key: list[str]) -> Any:
        values = {"LocalAuthListMaxLength": self.length, "SendLocalListMaxLength": "2"}
        known = [{"key": name, "value": value, "readonly": True} for name, value in values.items()]
        return call_result.GetConfiguration(configuration_key=known)

    @on("SendLocalList")
    async def list_sent(self, list_version: int, **_: Any) -> Any:
        if self.refuses is not None:
            return call_result.SendLocalList(status=self.refuses)
        self.version = list_version
        return call_result.SendLocalList(status="Accepted")


async def test_a_list_is_brought_up_to_date_and_shown(api: Api) -> None:
    for id_tag in "ABC":
        await api.put(f"/v1/id-tags/{id_tag}", {"parentIdTag": "FLEET"})
    async with api.charge_point(Listed):
        body = {"selector": {"parentIdTag": "fleet"}}
        response = await api.call("POST", PATH, json=body)
    done = response.json()
    updates = done.pop("updates")
    shown = [(each["listVersion"], each["updateType"], each["entries"]) for each in updates]
    assert shown == [(1, "Full", 2), (2, "Differential", 1)]
    assert done == {
        "chargePointId": "CP-1",
        "status": "Synchronized",
        "listVersion": 2,
        "lastVersion": 2,
        "entries": 3,
        "selector": {"parentIdTag": "fleet", "labels": {}, "status": None},
        "lastUpdate": updates[-1],
        "synchronizedAt": done["synchronizedAt"],
        "limits": {
            "enabled": None,
            "maxLength": 4,
            "sendMaxLength": 2,
            "readAt": done["limits"]["readAt"],
        },
    }
    assert await api.get(PATH) == done


async def test_the_entries_are_listed_page_by_page(api: Api) -> None:
    await api.put("/v1/id-tags/A", {"expiryDate": "2030-01-01T00:00:00Z", "parentIdTag": "G"})
    await api.put("/v1/id-tags/B", {"status": "Blocked"})
    async with api.charge_point(Listed):
        assert (await api.call("POST", PATH)).status_code == 200
    first = await api.get(f"{PATH}/entries", limit=1)
    second = await api.get(f"{PATH}/entries", limit=1, cursor=first["next"])
    expires = "2030-01-01T00:00:00.000Z"
    assert first["items"] == [
        {"idTag": "A", "status": "Accepted", "expiryDate": expires, "parentIdTag": "G"}
    ]
    assert second == {
        "items": [{"idTag": "B", "status": "Blocked", "expiryDate": None, "parentIdTag": None}],
        "next": None,
    }


async def test_a_list_that_was_never_sent_is_told_of(api: Api) -> None:
    await api.put("/v1/charge-points/CP-1")
    state = await api.get(PATH)
    assert (state["status"], state["listVersion"], state["lastVersion"]) == ("Never", None, 0)
    assert (await api.get(f"{PATH}/entries"))["items"] == []


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"version": -1}, "`CP-1` has no local authorization list: its list has version -1"),
        ({"refuses": "Failed"}, "`CP-1` answered Failed to a Full update of 2 id tags"),
        ({"length": "1"}, "more than 1 id tags are selected, and the list of `CP-1` holds 1"),
    ],
)
async def test_what_a_charge_point_can_not_take_is_409(
    api: Api, changes: dict[str, object], detail: str
) -> None:
    for id_tag in "AB":
        await api.put(f"/v1/id-tags/{id_tag}")
    async with api.charge_point(type("Odd", (Listed,), changes)):
        response = await api.call("POST", PATH)
    assert (response.status_code, response.json()["detail"]) == (409, detail)


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"updateType": "All"}, "updateType", "must be one of `Differential`, `Full`, not `All`"),
        ({"selector": "all"}, "selector", "must be an object, not `all`"),
        (
            {"selector": {"parent": "G"}},
            "selector.parent",
            "is not a field here; did you mean `parentIdTag`?",
        ),
        ({"selector": {"labels": {"a": 1}}}, "selector.labels.a", "must be text, not `1`"),
    ],
)
async def test_a_wrong_body_is_422_with_the_field(
    api: Api, body: Any, path: str, message: str
) -> None:
    response = await api.call("POST", PATH, json=body)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "body", "path": path, "message": message}]


async def test_who_is_unknown_or_away_is_told_of(api: Api) -> None:
    assert (await api.call("POST", PATH)).status_code == 404
    assert (await api.call("GET", PATH)).status_code == 404
    async with api.charge_point() as charge_point:
        await charge_point.call(call.Heartbeat())
    response = await api.call("POST", PATH)
    assert response.json()["type"] == "urn:voltrule:problem:not-connected"
