"""What every route has in common: methods, paths, bodies, queries, and no traceback ever."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.engine.api.running import Api, running


async def test_an_unknown_path_is_a_problem(api: Api) -> None:
    response = await api.call("GET", "/v1/id-tag")
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()) == (
        404,
        {
            "type": "urn:voltrule:problem:not-found",
            "title": "There is no such thing",
            "status": 404,
            "detail": "There is no route `/v1/id-tag`",
            "hint": "/docs lists the routes",
        },
    )


async def test_a_slash_at_the_end_is_another_path(api: Api) -> None:
    assert (await api.call("GET", "/v1/id-tags/")).status_code == 404


async def test_a_method_a_path_does_not_have_is_405_with_those_it_has(api: Api) -> None:
    response = await api.call("POST", "/v1/id-tags/T")
    assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET, HEAD, PUT")
    assert response.json()["detail"] == "`/v1/id-tags/T` has no method `POST`"


async def test_head_is_get_without_the_body(api: Api) -> None:
    assert (await api.call("HEAD", "/healthz")).status_code == 200


async def test_a_browser_of_another_origin_is_told_nothing(api: Api) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    response = await api.call("GET", "/v1/id-tags", headers=headers)
    assert not [name for name in response.headers if name.startswith("access-control")]
    asked = headers | {"Access-Control-Request-Method": "PUT"}
    assert (await api.call("OPTIONS", "/v1/id-tags/T", headers=asked)).status_code == 405


async def test_a_body_that_is_not_json_is_400(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", content=b'{"status": ')
    assert response.status_code == 400
    assert response.json()["detail"].startswith("The body can't be read as JSON: ")


@pytest.mark.parametrize("body", [b"\xff", b'{"a": NaN}', b"[" * 100_000, b'{"a":1}x'])
async def test_no_bytes_make_a_body_more_than_malformed(api: Api, body: bytes) -> None:
    assert (await api.call("PUT", "/v1/id-tags/T", content=body)).status_code == 400


async def test_a_body_declared_as_something_else_is_415(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", data={"status": "Accepted"})
    assert response.status_code == 415
    assert response.json()["hint"] == "send the header `Content-Type: application/json`"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_may_be_declared_with_parameters(api: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = await api.call("PUT", "/v1/id-tags/T", content=b"{}", headers=headers)
    assert response.status_code == 201


async def test_an_undeclared_or_empty_body_is_taken_as_json(api: Api) -> None:
    assert (await api.call("PUT", "/v1/id-tags/A", content=b"{}")).status_code == 201
    assert (await api.call("PUT", "/v1/id-tags/B")).status_code == 201


async def test_a_body_over_the_limit_is_413(tmp_path: Path) -> None:
    async with running(tmp_path, body_limit_bytes=1024) as api:
        response = await api.call("PUT", "/v1/id-tags/T", content=b" " * 1025)
        assert response.status_code == 413
        assert response.json()["detail"] == "The body is over 1024 bytes"


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ({"limt": 1}, "limt", "is unknown here; did you mean `limit`?"),
        ({"limit": 0}, "limit", "must be a whole number from 1 to 1000, not `0`"),
        ({"limit": 1001}, "limit", "must be a whole number from 1 to 1000, not `1001`"),
        ({"limit": "x"}, "limit", "must be a whole number from 1 to 1000, not `x`"),
        ({"limit": [1, 2]}, "limit", "is given more than once"),
        ({"open": "maybe"}, "open", "must be true or false, not `maybe`"),
        (
            {"from": "yesterday"},
            "from",
            "must be a date and time like `2026-01-31T12:00:00Z`, not `yesterday`",
        ),
    ],
)
async def test_a_wrong_query_is_422_with_the_parameter(
    api: Api, query: dict[str, Any], path: str, message: str
) -> None:
    response = await api.call("GET", "/v1/transactions", params=query)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"in": "query", "path": path, "message": message}]


async def test_all_wrong_parameters_are_named_at_once(api: Api) -> None:
    response = await api.call("GET", "/v1/decisions", params={"limit": 0, "rul": "x"})
    assert [error["path"] for error in response.json()["errors"]] == ["limit", "rul"]


async def test_a_cursor_of_another_list_is_422(api: Api) -> None:
    response = await api.call("GET", "/v1/decisions", params={"cursor": "WzFd"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "cursor"


async def test_a_store_that_fails_is_503(api: Api, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "voltrule.db")) as database:
        database.execute("DROP TABLE id_tags")
    response = await api.call("GET", "/v1/id-tags")
    assert response.status_code == 503
    assert response.json()["type"] == "urn:voltrule:problem:store-unavailable"
