"""Policies over the API: status, reload, check, rollback."""

from pathlib import Path
from typing import Any

import pytest

from engine.security.tokens import Scope
from tests.engine.api.running import POLICY, Api

GOOD = POLICY.decode()
BROKEN = GOOD.replace("tag == null", "tagg == null")


def problem(file: str) -> dict[str, Any]:
    return {"file": file, "line": 6, "column": 18, "severity": "error"}


def places(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: found[key] for key in problem("")} for found in problems]


async def test_the_status_shows_what_is_live(api: Api) -> None:
    status = await api.get("/v1/policies")
    (policy,) = status["policies"]
    assert (policy["name"], policy["actions"], policy["file"]) == (
        "known-tags",
        ["Authorize"],
        "tags.yaml",
    )
    assert (status["problems"], list(status["files"])) == ([], ["tags.yaml"])


BESIDE = """\
name: night
description: Nobody at night.
action: Authorize
priority: 7
mode: shadow
valid_from: 2026-01-31
valid_until: 2100-01-01T12:00:00+01:00
scope: { chargePoint: CP-*, vendor: [ABB, Alfen] }
labels: { owner: ada }
rule: { match: [{ response: { idTagInfo: { status: Blocked } } }] }
effects: [{ id: told, event: { name: told } }]
"""


async def test_the_status_shows_what_each_policy_is_about(api: Api) -> None:
    _write(api.policies, BESIDE)
    status = (await api.call("POST", "/v1/policies/reload")).json()
    assert status["policies"] == [
        {
            "name": "night",
            "description": "Nobody at night.",
            "actions": ["Authorize"],
            "priority": 7,
            "file": "tags.yaml",
            "line": 1,
            "enabled": True,
            "mode": "shadow",
            "validFrom": "2026-01-31T00:00:00.000Z",
            "validUntil": "2100-01-01T11:00:00.000Z",
            "scope": {"chargePoint": ["CP-*"], "vendor": ["ABB", "Alfen"]},
            "effects": ["told"],
            "labels": {"owner": "ada"},
            "errors": 0,
            "lastError": None,
            "lastErrorAt": None,
        }
    ]


async def test_a_reload_takes_over_a_change(api: Api) -> None:
    before = await api.get("/v1/policies")
    _write(api.policies, GOOD.replace("known-tags", "tags-we-know"))
    response = await api.call("POST", "/v1/policies/reload")
    after = response.json()
    assert response.status_code == 200
    assert [policy["name"] for policy in after["policies"]] == ["tags-we-know"]
    assert after["revision"] != before["revision"]


async def test_a_broken_change_is_shown_and_the_last_good_set_stays(api: Api) -> None:
    before = await api.get("/v1/policies")
    _write(api.policies, BROKEN)
    after = (await api.call("POST", "/v1/policies/reload")).json()
    assert places(after["problems"]) == [problem("tags.yaml")]
    assert after["revision"] == before["revision"]
    assert await api.get("/v1/policies") == after


@pytest.mark.parametrize("body", [None, {}, {"files": None}])
async def test_a_check_without_files_is_of_the_directory(api: Api, body: Any) -> None:
    _write(api.policies, BROKEN)
    options = {} if body is None else {"json": body}
    response = await api.call("POST", "/v1/policies/check", scope=Scope.read, **options)
    assert response.status_code == 200
    assert places(response.json()["problems"]) == [problem("tags.yaml")]
    assert (await api.get("/v1/policies"))["problems"] == []


@pytest.mark.parametrize(("text", "found"), [(GOOD, []), (BROKEN, [problem("a/b.yaml")])])
async def test_a_check_of_files_is_of_them_alone(api: Api, text: str, found: Any) -> None:
    response = await api.call("POST", "/v1/policies/check", json={"files": {"a/b.yaml": text}})
    assert (response.status_code, places(response.json()["problems"])) == (200, found)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"files": {}}, "files"),
        ({"files": {"a.yaml": 1}}, "files.a.yaml"),
        ({"files": {"a.yaml": "", "a.txt": GOOD}}, "files.a.txt"),
        ({"file": {}}, "file"),
    ],
)
async def test_a_check_of_what_are_no_files_is_422(api: Api, body: Any, path: str) -> None:
    response = await api.call("POST", "/v1/policies/check", json=body)
    assert (response.status_code, response.json()["errors"][0]["path"]) == (422, path)


async def _two_revisions(api: Api) -> tuple[str, str]:
    """The revision that was live first, and another that is now."""
    first: str = (await api.get("/v1/policies"))["revision"]
    _write(api.policies, GOOD.replace("known-tags", "tags-we-know"))
    second: str = (await api.call("POST", "/v1/policies/reload")).json()["revision"]
    return first, second


async def test_the_revisions_that_were_live_are_listed(api: Api) -> None:
    first, second = await _two_revisions(api)
    items = (await api.get("/v1/policies/revisions"))["items"]
    assert [{**item, "liveSince": ""} for item in items] == [
        {"revision": revision, "liveSince": "", "files": ["tags.yaml"], "rolledBackFrom": None}
        for revision in (second, first)
    ]


async def test_a_rollback_is_in_force_until_a_reload(api: Api) -> None:
    first, second = await _two_revisions(api)
    response = await api.call("POST", "/v1/policies/rollback", json={"revision": first})
    status = response.json()
    assert (response.status_code, status["revision"], status["source"]) == (200, first, "rollback")
    assert await api.get("/v1/policies") == status
    items = (await api.get("/v1/policies/revisions"))["items"]
    assert [(item["revision"], item["rolledBackFrom"]) for item in items] == [
        (first, second),
        (second, None),
    ]
    status = (await api.call("POST", "/v1/policies/reload")).json()
    assert (status["revision"], status["source"]) == (second, "directory")


async def test_a_rollback_to_what_was_never_live_is_404(api: Api) -> None:
    response = await api.call("POST", "/v1/policies/rollback", json={"revision": "sha256:0"})
    assert (response.status_code, response.json()["detail"]) == (
        404,
        "the policy revision `sha256:0` can't be put back",
    )


async def test_a_rollback_to_what_is_not_good_any_more_is_409(api: Api) -> None:
    await api.store.policy_revisions.save("sha256:1", {"tags.yaml": BROKEN.encode()})
    response = await api.call("POST", "/v1/policies/rollback", json={"revision": "sha256:1"})
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "the policy revision `sha256:1` is not good any more",
    )


async def test_a_rollback_needs_the_scope_admin(api: Api) -> None:
    body = {"revision": "sha256:1"}
    response = await api.call("POST", "/v1/policies/rollback", scope=Scope.command, json=body)
    assert response.status_code == 403


def _write(directory: Path, text: str) -> None:
    (directory / "tags.yaml").write_text(text)
