"""The API's own documentation, served."""

from engine.api.openapi import make_document
from engine.api.table import routes
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
