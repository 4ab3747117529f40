"""The API's own documentation, served."""

import pytest

from engine.api.openapi import make_document
from engine.api.table import routes
from engine.policy.editors.editor_schemas import NAMES, editor_schema
from tests.engine.api.running import Api


async def test_the_document_is_served_as_json(api: Api) -> None:
    response = await api.call("GET", "/openapi.json", scope=None)
    assert response.headers["content-type"] == "application/json"
    assert response.json() == make_document(routes)


async def test_the_page_may_load_nothing(api: Api) -> None:
    response = await api.call("GET", "/docs", scope=None)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "<h1>Voltrule admin API" in response.text


async def test_the_bare_address_leads_to_the_page(api: Api) -> None:
    response = await api.call("GET", "/", scope=None)
    assert (response.status_code, response.headers["location"]) == (307, "/docs")


@pytest.mark.parametrize("name", NAMES)
async def test_an_editor_gets_schemas_without_a_token(api: Api, name: str) -> None:
    response = await api.call("GET", f"/v1/schemas/{name}", scope=None)
    assert response.headers["content-type"] == "application/schema+json"
    assert response.json() == editor_schema(name)


async def test_a_schema_that_is_not_there_is_404(api: Api) -> None:
    response = await api.call("GET", "/v1/schemas/tests", scope=None)
    assert (response.status_code, response.json()["hint"]) == (
        404,
        "there are `policy`, `shared`, `test`, `table`",
    )
