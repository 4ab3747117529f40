"""Bodies: JSON only, and not too long."""

from pathlib import Path

import pytest

from tests.engine.api.running import Api, running


async def test_a_body_that_is_not_json_is_400(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", content=b'{"status": ')
    assert response.status_code == 400
    assert response.json()["detail"].startswith("The body can't be read as JSON: ")


@pytest.mark.parametrize(
    "body", [b"\xff", b'{"a": "\xff"}', b'{"a": NaN}', b"[" * 100_000, b'{"a":1}x']
)
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
