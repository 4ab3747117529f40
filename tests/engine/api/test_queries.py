"""Query strings: every mistake is told, none passes unseen."""

from typing import Any

import pytest

from tests.engine.api.running import Api


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ({"limits": 1}, "limits", "is unknown here; did you mean `limit`?"),
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
    response = await api.call("GET", "/v1/decisions", params={"cursor": "bm90IG9uZQ"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "cursor"
