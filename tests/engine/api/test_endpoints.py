"""What every route has in common: methods, paths, bodies, queries, and no traceback ever."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.engine.api.running import Api


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


async def test_a_method_a_path_does_not_have_is_405_with_those_it_has(api: Api) -> None:
    response = await api.call("POST", "/v1/id-tags/T")
    assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET, HEAD, PUT")
    assert response.json()["detail"] == "`/v1/id-tags/T` has no method `POST`"


async def test_head_is_get_without_the_body(api: Api) -> None:
    assert (await api.call("HEAD", "/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("encoded", "id_tag"), [("DE%2fFLEET%2F1", "DE/FLEET/1"), ("a%20b", "a b"), ("%252F", "%2F")]
)
async def test_a_part_of_a_path_may_hold_any_sign(api: Api, encoded: str, id_tag: str) -> None:
    assert (await api.put(f"/v1/id-tags/{encoded}"))["idTag"] == id_tag
    assert (await api.get(f"/v1/id-tags/{encoded}"))["idTag"] == id_tag


async def test_a_store_that_fails_is_503(api: Api, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "voltrule.db")) as database:
        database.execute("DROP TABLE id_tags")
    response = await api.call("GET", "/v1/id-tags")
    assert response.status_code == 503
    assert response.json()["type"] == "urn:voltrule:problem:store-unavailable"


async def test_a_bug_shows_the_caller_nothing_and_the_log_everything(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    del api.store.id_tags
    response = await api.call("GET", "/v1/id-tags")
    assert (response.status_code, response.json()) == (
        500,
        {
            "type": "urn:voltrule:problem:internal",
            "title": "A mistake of ours",
            "status": 500,
            "detail": "Something went wrong here; the log has more",
        },
    )
    assert "AttributeError" in capsys.readouterr().out


async def test_who_changed_what_is_logged(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    await api.call("PUT", "/v1/id-tags/T", json={})
    logged = capsys.readouterr().out
    assert "admin request" in logged
    assert "method=PUT path=/v1/id-tags/T status=201 tokenName=admin" in logged
