"""Id tags over the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.engine.api.running import Api


async def test_a_new_id_tag_is_accepted_unless_it_says_otherwise(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/RandomToken")
    tag = response.json()
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert tag == {
        "idTag": "RandomToken",
        "status": "Accepted",
        "expiryDate": None,
        "parentIdTag": None,
        "labels": {},
        "maxActiveTransactions": None,
        "updatedAt": tag["updatedAt"],
    }
    assert await api.get("/v1/id-tags/RANDOMTOKEN") == tag


async def test_a_replaced_id_tag_is_seen_by_the_next_decision(api: Api) -> None:
    await api.put("/v1/id-tags/T")
    body = {
        "status": "Blocked",
        "expiryDate": "2026-02-01T00:00:00+01:00",
        "parentIdTag": "FLEET",
        "labels": {"owner": "Ada"},
    }
    tag = await api.put("/v1/id-tags/t", body)
    assert tag["expiryDate"] == "2026-01-31T23:00:00.000Z"
    fact = await api.store.id_tags.get("T")
    assert fact is not None
    assert (fact.status, fact.parent_id_tag, fact.labels) == ("Blocked", "FLEET", body["labels"])
    assert fact.expiry_date == datetime(2026, 1, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ([], "", "must be an object"),
        ({"stats": 1}, "stats", "is not a field here; did you mean `status`?"),
        (
            {"status": "ConcurrentTx"},
            "status",
            "must be one of `Accepted`, `Blocked`, `Expired`, `Invalid`, not `ConcurrentTx`",
        ),
        (
            {"expiryDate": "soon"},
            "expiryDate",
            "must be a date and time like `2026-01-31T12:00:00Z`, not `soon`",
        ),
        ({"parentIdTag": 7}, "parentIdTag", "must be text of at most 20 characters, not `7`"),
        ({"labels": {"a": 1}}, "labels.a", "must be text, not `1`"),
    ],
)
async def test_a_wrong_id_tag_is_422_with_the_field(
    api: Api, body: Any, path: str, message: str
) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", json=body)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "body", "path": path, "message": message}]


async def test_an_id_tag_may_have_a_limit_of_its_own(api: Api) -> None:
    tag = await api.put("/v1/id-tags/T", {"maxActiveTransactions": 2})
    assert tag["maxActiveTransactions"] == 2
    assert await api.get("/v1/id-tags/T") == tag
    response = await api.call("PUT", "/v1/id-tags/T", json={"maxActiveTransactions": 0})
    message = "must be a whole number from 1, not `0`"
    assert response.json()["errors"] == [
        {"in": "body", "path": "maxActiveTransactions", "message": message}
    ]


async def test_what_was_read_can_be_changed_and_put_back(api: Api) -> None:
    tag = await api.put("/v1/id-tags/T")
    put_back = await api.put("/v1/id-tags/t", tag | {"status": "Blocked"})
    assert (put_back["idTag"], put_back["status"]) == ("t", "Blocked")


async def test_a_body_for_another_id_tag_is_422(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", json={"idTag": "OTHER"})
    message = "is `OTHER`, but the path names `T`"
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "body", "path": "idTag", "message": message}]


async def test_spaces_around_an_id_tag_are_taken_off(api: Api) -> None:
    tag = await api.put("/v1/id-tags/%20T%20", {"idTag": "t", "parentIdTag": " FLEET"})
    assert (tag["idTag"], tag["parentIdTag"]) == ("T", "FLEET")
    assert await api.get("/v1/id-tags/T%20") == tag


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("x" * 21, {}, ("path", "idTag", "has 21 characters, 20 are allowed (OCPP 1.6 §7.28)")),
        ("%20", {}, ("path", "idTag", "is empty, 1 to 20 characters are needed")),
        ("a%00b", {}, ("path", "idTag", "has characters that can't be printed")),
        (
            "T",
            {"parentIdTag": " "},
            ("body", "parentIdTag", "is empty, 1 to 20 characters are needed"),
        ),
        (
            "T",
            {"labels": {"": "x"}},
            ("body", "labels.", "needs a name of 1 to 64 characters"),
        ),
        (
            "T",
            {"labels": {"note": "x" * 256}},
            ("body", "labels.note", "has 256 characters, 255 are allowed"),
        ),
        (
            "T",
            {"labels": {str(number): "x" for number in range(21)}},
            ("body", "labels", "are 21, 20 are allowed"),
        ),
    ],
)
async def test_an_id_tag_that_breaks_a_rule_is_422(
    api: Api, path: str, body: Any, error: tuple[str, str, str]
) -> None:
    response = await api.call("PUT", f"/v1/id-tags/{path}", json=body)
    assert response.status_code == 422
    assert response.json()["errors"] == [dict(zip(("in", "path", "message"), error, strict=True))]


async def test_an_edit_of_an_old_version_is_412(api: Api) -> None:
    await api.put("/v1/id-tags/T")
    await api.put("/v1/id-tags/T")
    for method in ("PUT", "DELETE"):
        response = await api.call(method, "/v1/id-tags/T", headers={"If-Match": '"1"'})
        assert (response.status_code, response.headers["etag"]) == (412, '"2"')
    good = await api.call("PUT", "/v1/id-tags/T", headers={"If-Match": '"7", "2"'})
    assert (good.status_code, good.headers["etag"]) == (200, '"3"')


async def test_if_none_match_makes_only_what_is_new(api: Api) -> None:
    headers = {"If-None-Match": "*"}
    first = await api.call("PUT", "/v1/id-tags/T", headers=headers)
    second = await api.call("PUT", "/v1/id-tags/T", headers=headers)
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["detail"] == "`T` exists already"


async def test_a_deleted_id_tag_is_unknown(api: Api) -> None:
    await api.put("/v1/id-tags/T")
    assert (await api.call("DELETE", "/v1/id-tags/T")).status_code == 204
    for method in ("GET", "DELETE"):
        response = await api.call(method, "/v1/id-tags/T")
        assert response.status_code == 404
        assert response.json()["detail"] == "There is no id tag `T`"


async def test_a_list_is_read_page_by_page(api: Api) -> None:
    for id_tag in ("C", "a", "B"):
        await api.put(f"/v1/id-tags/{id_tag}")
    first = await api.get("/v1/id-tags", limit=2)
    second = await api.get("/v1/id-tags", limit=2, cursor=first["next"])
    pages = [[tag["idTag"] for tag in page["items"]] for page in (first, second)]
    assert (pages, second["next"]) == ([["a", "B"], ["C"]], None)


async def test_a_list_is_filtered_by_status_and_group(api: Api) -> None:
    await api.put("/v1/id-tags/A", {"status": "Blocked"})
    await api.put("/v1/id-tags/B", {"parentIdTag": "FLEET"})
    blocked = await api.get("/v1/id-tags", status="Blocked")
    fleet = await api.get("/v1/id-tags", parentIdTag="fleet")
    assert [tag["idTag"] for page in (blocked, fleet) for tag in page["items"]] == ["A", "B"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"label": "site"}, ["A-1", "A-2"]),
        ({"label": "site:Berlin"}, ["A-1"]),
        ({"label": "link:https://x"}, ["B-1"]),
        ({"prefix": "a-"}, ["A-1", "A-2"]),
        ({"expired": "true"}, ["A-2"]),
        ({"expired": "false"}, ["A-1", "B-1"]),
        ({"expired": "false", "prefix": "A"}, ["A-1"]),
    ],
)
async def test_a_list_is_filtered_by_label_beginning_and_expiry(
    api: Api, query: dict[str, str], found: list[str]
) -> None:
    past, future = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    await api.put("/v1/id-tags/A-1", {"labels": {"site": "Berlin"}, "expiryDate": future})
    await api.put("/v1/id-tags/A-2", {"labels": {"site": "Bonn"}, "expiryDate": past})
    await api.put("/v1/id-tags/B-1", {"labels": {"link": "https://x"}})
    page = await api.get("/v1/id-tags", **query)
    assert [tag["idTag"] for tag in page["items"]] == found


async def test_edits_are_in_the_log_with_what_was_before(api: Api) -> None:
    with capture_logs() as logs:
        await api.put("/v1/id-tags/T")
        await api.put("/v1/id-tags/T", {"status": "Blocked", "labels": {"why": "lost"}})
        await api.call("DELETE", "/v1/id-tags/T")
    first: dict[str, Any] = {
        "status": "Accepted",
        "expiryDate": None,
        "parentIdTag": None,
        "labels": {},
        "maxActiveTransactions": None,
    }
    second = first | {"status": "Blocked", "labels": {"why": "lost"}}
    common = {"idTag": "T", "tokenName": "admin", "log_level": "info"}
    assert [entry for entry in logs if entry["event"].startswith("id tag")] == [
        common | {"event": "id tag put", "before": None, "after": first},
        common | {"event": "id tag put", "before": first, "after": second},
        common | {"event": "id tag deleted", "before": second},
    ]
