"""Explanations over the API: what would be answered now, and why a decision was as it was."""

from pathlib import Path
from typing import Any

import pytest

from engine.api.resources.explanations import WhatIf
from engine.policy.facts import FACTS
from engine.policy.testing.fixtures import FIXTURES
from tests.engine.api.resources.test_decisions import authorize
from tests.engine.api.running import Api, Json, call, running

BLOCKED = """\
name: site
action: Authorize
rule:
  match:
    - id: closed
      condition: chargePoint.labels[?'site'].orValue('') == 'Berlin' && tag != null
      explanation: "'closed for ' + tag.idTag"
      response: { idTagInfo: { status: Blocked } }
"""


async def explain(api: Api, **body: Any) -> Json:
    response = await api.call("POST", "/v1/policies/explain", scope="read", json=body)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    document: Json = response.json()
    return document


async def refused(api: Api, **body: Any) -> dict[str, str]:
    """The mistakes of a request, by the path of the field."""
    response = await api.call("POST", "/v1/policies/explain", json=body)
    assert response.status_code == 422, response.text
    return {error["path"]: error["message"] for error in response.json()["errors"]}


def test_every_fact_can_be_given() -> None:
    assert {FACTS[name] for name in FIXTURES} <= set(WhatIf.__struct_fields__)


async def test_a_request_is_explained_with_what_is_known_of_the_charge_point(api: Api) -> None:
    (api.policies / "site.yaml").write_text(BLOCKED)
    await api.call("POST", "/v1/policies/reload")
    await api.put("/v1/charge-points/CP-7", {"labels": {"site": "Berlin"}})
    await api.put("/v1/id-tags/Card", {"parentIdTag": "Fleet"})
    asked = {"action": "Authorize", "chargePointId": "CP-7", "request": {"idTag": "CARD"}}
    found = await explain(api, **asked)
    assert found["decision"]["explanation"] == "closed for Card"
    assert found["facts"]["chargePoint"]["labels"] == {"site": "Berlin"}
    assert found["facts"]["tag"]["parentIdTag"] == "Fleet"
    assert found["default"] == {"idTagInfo": {"status": "Accepted", "parentIdTag": "Fleet"}}
    assert [(each["name"], each["result"]) for each in found["policies"]] == [
        ("known-tags", "noOpinion"),
        ("site", "decided"),
    ]


async def test_what_is_given_stands_for_what_is_known(api: Api) -> None:
    await api.put("/v1/id-tags/Card", {})
    asked = {"action": "Authorize", "chargePointId": "CP-7", "request": {"idTag": "CARD"}}
    assert (await explain(api, **asked))["decision"]["policy"] is None
    found = await explain(api, **asked, tag=None, chargePoint={"vendor": "ABB"})
    assert (found["decision"]["policy"], found["facts"]["tag"]) == ("known-tags", None)
    expired = {"idTag": "CARD", "expiryDate": "2026-01-01T00:00:00Z"}
    now = "2026-01-01T00:00:00.000Z"
    found = await explain(api, **asked, tag=expired, now=now)
    assert found["decision"]["response"] == {
        "idTagInfo": {"status": "Expired", "expiryDate": "2026-01-01T00:00:00.000Z"}
    }
    assert found["facts"]["now"] == now


async def test_a_charge_point_that_is_connected_is_explained_without_disturbing_it(
    api: Api,
) -> None:
    start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-01-31T12:00:00Z"}
    async with api.charge_point() as charge_point:
        found = await explain(api, action="StartTransaction", chargePointId="CP-1", request=start)
        answer = await charge_point.call(call.Authorize(id_tag="A"))
    assert found["decision"]["response"] == {"idTagInfo": {"status": "Invalid"}, "transactionId": 0}
    assert answer.id_tag_info["status"] == "Invalid"
    assert (await api.get("/v1/transactions"))["items"] == []
    assert (await api.get("/v1/decisions", action="StartTransaction"))["items"] == []


async def test_a_handshake_is_explained(api: Api) -> None:
    found = await explain(
        api, action="Connect", chargePointId="CP-7", request={"remoteAddress": "10.0.0.1"}
    )
    assert found["facts"]["request"] == {
        "chargePointId": "CP-7",
        "path": "/",
        "subprotocols": [],
        "remoteAddress": "10.0.0.1",
        "authentication": {"method": "none", "verified": False},
    }
    assert found["decision"]["response"] == {"status": "Accepted"}


async def test_a_request_is_explained_with_policies_that_are_not_in_force(api: Api) -> None:
    asked: Json = {"action": "Authorize", "request": {"idTag": "A"}}
    given: Json = {"chargePoint": {"labels": {"site": "Berlin"}}, "tag": {"idTag": "A"}}
    found = await explain(api, **asked, **given, files={"site.yaml": BLOCKED})
    assert found["decision"]["rule"] == "closed"
    assert (await api.get("/v1/policies"))["revision"] != found["revision"]


MISTAKES = [
    (
        {"action": "Authorise", "chargePointId": "A"},
        {"action": "is not an action that a policy decides; did you mean `Authorize`?"},
    ),
    (
        {"action": "Authorize", "request": {"idTag": "A"}},
        {"chargePointId": "is required where no `chargePoint` is given"},
    ),
    (
        {
            "action": "Authorize",
            "chargePointId": "A",
            "request": {"idtag": "x"},
            "tag": {"status": "Rejected"},
            "parentTag": {"labels": {"a": 1}},
        },
        {
            "request.idtag": "is not a field here; did you mean `idTag`?",
            "tag.status": "can't be `Rejected`; one of Accepted, Blocked, Expired, Invalid",
            "parentTag.labels": "must be text, not a whole number",
        },
    ),
    ({"action": "Heartbeat", "tags": {}}, None),
    (
        {"action": "Heartbeat", "chargePointId": "A", "files": {"a.yaml": "name: a\n"}},
        {"files.a.yaml": "1:1: the policy has no `rule`"},
    ),
    (
        {"action": "Heartbeat", "chargePointId": "A", "files": {"a.txt": "x"}},
        {
            "files.a.txt": "is not read: a policy ends in `.yaml` or `.yml`, "
            "a table is `data/NAME.csv`"
        },
    ),
    (
        {"action": "Heartbeat", "chargePointId": "A", "now": "today"},
        {"now": "must be a date and time like `2026-01-31T12:00:00Z`, not `today`"},
    ),
]


@pytest.mark.parametrize(("body", "errors"), MISTAKES)
async def test_mistakes_are_told_with_their_places(
    api: Api, body: Json, errors: dict[str, str] | None
) -> None:
    found = await refused(api, **body)
    if errors is None:
        errors = {"tags": found["tags"]}
    assert found == errors


async def test_a_decision_is_explained_on_its_own_revision_and_facts(api: Api) -> None:
    await api.put("/v1/id-tags/A", {})
    await authorize(api, "A")
    (api.policies / "tags.yaml").write_text(BLOCKED)
    await api.call("POST", "/v1/policies/reload")
    await api.call("DELETE", "/v1/id-tags/A")
    await authorize(api, "A")
    after, before = (await api.get("/v1/decisions", action="Authorize"))["items"]
    for decision, name in ((before, "known-tags"), (after, "site")):
        found = await api.get(f"/v1/decisions/{decision['id']}/explain")
        assert found["revision"] == decision["revision"]
        assert found["decision"]["response"] == decision["response"]
        assert [each["name"] for each in found["policies"]] == [name]
    assert before["response"] != after["response"]


async def test_every_decision_of_a_charge_can_be_explained(api: Api) -> None:
    async with api.charge_point() as charge_point:
        await charge_point.call(
            call.BootNotification(charge_point_model="M", charge_point_vendor="V")
        )
        await charge_point.call(call.Heartbeat())
    await api.store.flush()
    decisions = (await api.get("/v1/decisions"))["items"]
    assert len(decisions) == 3
    for decision in decisions:
        found = await api.get(f"/v1/decisions/{decision['id']}/explain")
        assert (found["decision"]["response"], found["answered"]) == (decision["response"], None)


async def test_what_the_engine_answered_instead_is_explained(api: Api) -> None:
    start: Json = {"connector_id": 1, "id_tag": "A", "meter_start": 0}
    async with api.charge_point() as charge_point:
        for _ in range(2):
            await charge_point.call(
                call.StartTransaction(**start, timestamp="2026-01-31T12:00:00Z")
            )
            await api.put("/v1/id-tags/A", {})
    repeated, first = (await api.get("/v1/decisions", action="StartTransaction"))["items"]
    found = await api.get(f"/v1/decisions/{repeated['id']}/explain")
    assert found["answered"] == first["response"] == repeated["response"]
    assert found["decision"]["response"]["idTagInfo"] == {"status": "Accepted"}


async def test_a_decision_whose_policies_are_gone_can_not_be_explained(api: Api) -> None:
    await authorize(api, "A")
    (decision, _) = (await api.get("/v1/decisions"))["items"]
    await api.execute("DELETE FROM policy_revisions")
    (api.policies / "tags.yaml").write_text(BLOCKED)
    await api.call("POST", "/v1/policies/reload")
    response = await api.call("GET", f"/v1/decisions/{decision['id']}/explain")
    assert response.status_code == 404
    assert response.json()["detail"] == (
        f"the policy revision `{decision['revision']}` is not kept"
    )


async def test_a_decision_without_its_facts_can_not_be_explained(api: Api) -> None:
    await authorize(api, "A")
    (decision, _) = (await api.get("/v1/decisions"))["items"]
    for facts, reason in (
        ("NULL", "not kept: `parentTag`, `remoteStart`, `tag`"),
        (
            '\'{"tag":5,"parentTag":null,"remoteStart":null}\'',
            "this version can't read them: Expected `object | null`",
        ),
    ):
        await api.execute(f"UPDATE exchanges SET facts = {facts}")
        response = await api.call("GET", f"/v1/decisions/{decision['id']}/explain")
        assert response.status_code == 409
        assert reason in response.json()["detail"]


async def test_explanations_show_id_tags_as_decisions_do(tmp_path: Path) -> None:
    async with running(tmp_path, mask_id_tags=True) as api:
        await authorize(api, "CAFE0123")
        (decision,) = (await api.get("/v1/decisions", action="Authorize"))["items"]
        found = await api.get(f"/v1/decisions/{decision['id']}/explain")
        asked = await explain(
            api, action="Authorize", chargePointId="CP-1", request={"idTag": "CAFE0123"}
        )
    for each in (found, asked):
        assert each["decision"]["explanation"] == "nobody knows CA***23"
        assert "CAFE0123" not in str(each)
