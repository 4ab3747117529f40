"""Decisions over the API: who was answered what, and why."""

from pathlib import Path
from typing import Any

import pytest

from engine.policy.defaults import ANSWERS
from tests.engine.api.running import Api, call, running


async def authorize(api: Api, id_tag: str, id_: str = "CP-1") -> None:
    async with api.charge_point(id_=id_) as charge_point:
        await charge_point.call(call.Authorize(id_tag=id_tag))
    await api.store.flush()


async def test_a_decision_shows_the_rule_and_its_reason(api: Api) -> None:
    await authorize(api, "Nobody")
    (decision,) = (await api.get("/v1/decisions", action="Authorize"))["items"]
    revision = (await api.get("/v1/policies"))["revision"]
    assert decision == {
        "id": decision["id"],
        "time": decision["time"],
        "chargePointId": "CP-1",
        "action": "Authorize",
        "messageId": decision["messageId"],
        "revision": revision,
        "source": "policy",
        "policy": "known-tags",
        "rule": "unknown",
        "response": {"idTagInfo": {"status": "Invalid"}},
        "explanation": "nobody knows Nobody",
        "errors": [],
        "mode": "enforce",
        "facts": {
            "request": {"idTag": "Nobody"},
            **dict.fromkeys(ANSWERS["Authorize"].reads),
            "now": decision["time"],
        },
        "effects": [],
        "shadow": [],
        "durationMicroseconds": decision["durationMicroseconds"],
    }
    assert await api.get(f"/v1/decisions/{decision['id']}") == decision


async def test_an_unknown_decision_is_404(api: Api) -> None:
    assert (await api.call("GET", "/v1/decisions/x")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"chargePointId": "CP-2", "action": "Authorize"}, ["nobody knows B"]),
        ({"policy": "known-tags", "rule": "unknown"}, ["nobody knows B", "nobody knows A"]),
        ({"action": "Heartbeat"}, []),
        ({"rule": "other"}, []),
        ({"idTag": "b"}, ["nobody knows B"]),
        ({"idTag": "B", "status": "Accepted"}, []),
        ({"status": "Invalid"}, ["nobody knows B", "nobody knows A"]),
        ({"source": "default", "chargePointId": "CP-1"}, [None]),
        ({"errors": "true"}, []),
        ({"shadowDiffers": "true"}, []),
        ({"from": "2100-01-01T00:00:00Z"}, []),
        ({"to": "2020-01-01T00:00:00Z"}, []),
        ({"action": "Connect", "limit": 1}, [None]),
    ],
)
async def test_decisions_are_filtered(api: Api, query: Any, found: list[str | None]) -> None:
    await authorize(api, "A")
    await authorize(api, "B", id_="CP-2")
    items = (await api.get("/v1/decisions", **query))["items"]
    assert [item["explanation"] for item in items] == found


async def test_an_action_that_nobody_decides_is_no_filter(api: Api) -> None:
    response = await api.call("GET", "/v1/decisions", params={"action": "authorize"})
    assert response.status_code == 422
    message = "is not an action that a policy decides; did you mean `Authorize`?"
    assert response.json()["errors"] == [{"in": "query", "path": "action", "message": message}]


async def test_decisions_are_listed_newest_first_page_by_page(api: Api) -> None:
    for id_tag in ("A", "B", "C"):
        await authorize(api, id_tag)
    first = await api.get("/v1/decisions", action="Authorize", limit=2)
    second = await api.get("/v1/decisions", action="Authorize", limit=2, cursor=first["next"])
    assert [item["explanation"][-1] for item in first["items"] + second["items"]] == list("CBA")


async def test_id_tags_are_masked_where_that_is_configured_and_still_found(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, mask_id_tags=True) as api:
        await authorize(api, "CAFE0123")
        await authorize(api, "BEEF4567")
        (found,) = (await api.get("/v1/decisions", idTag="cafe0123"))["items"]
        assert await api.get(f"/v1/decisions/{found['id']}") == found
    assert found["facts"]["request"] == {"idTag": "CA***23"}
    assert found["explanation"] == "nobody knows CA***23"
    assert "CAFE" not in str(found)
