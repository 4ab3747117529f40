"""The application around the routes."""

from tests.engine.api.running import Api


async def test_a_slash_at_the_end_is_another_path(api: Api) -> None:
    assert (await api.call("GET", "/v1/id-tags/")).status_code == 404


async def test_a_browser_of_another_origin_is_told_nothing(api: Api) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    response = await api.call("GET", "/v1/id-tags", headers=headers)
    assert not [name for name in response.headers if name.startswith("access-control")]
    asked = headers | {"Access-Control-Request-Method": "PUT"}
    assert (await api.call("OPTIONS", "/v1/id-tags/T", headers=asked)).status_code == 405
