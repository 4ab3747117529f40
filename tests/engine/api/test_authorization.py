"""Who may do what: bearer tokens and their scopes."""

import pytest

from engine.api.routes import Route
from engine.api.table import routes
from engine.security.tokens import Scope
from tests.engine.api.running import Api

OPEN = ["/v1/schemas/{schema}", "/healthz", "/readyz", "/metrics", "/openapi.json", "/", "/docs"]


def _example(route: Route) -> str:
    return route.path.replace("{", "").replace("}", "")


def _too_small(route: Route) -> Scope | None:
    assert route.scope is not None
    smaller = [scope for scope in Scope if not scope.allows(route.scope)]
    return smaller[-1] if smaller else None


async def test_what_needs_no_token_is_what_runs_the_process_and_documents_it(api: Api) -> None:
    assert [route.path for route in routes if route.scope is None] == OPEN
    for path in OPEN:
        assert (await api.call("GET", path.format(schema="test"), scope=None)).status_code < 400


async def test_every_other_route_answers_401_without_a_token(api: Api) -> None:
    for route in routes:
        if route.scope is not None:
            response = await api.call(route.method, _example(route), scope=None)
            assert (response.status_code, response.headers["www-authenticate"]) == (
                401,
                'Bearer realm="voltrule"',
            ), route.path


async def test_every_route_answers_403_to_the_next_smaller_scope(api: Api) -> None:
    for route in routes:
        if route.scope is not None and (scope := _too_small(route)):
            response = await api.call(route.method, _example(route), scope=scope)
            assert response.status_code == 403, route.path


async def test_a_403_names_the_scope_that_is_needed(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", scope=Scope.read, json={})
    assert response.json() == {
        "type": "urn:voltrule:problem:forbidden",
        "title": "The token may not do this",
        "status": 403,
        "detail": "This needs a token of scope `admin`; `read` has `read`",
        "hint": "`voltrule token create --scope admin` makes one",
    }
    assert 'error="insufficient_scope", scope="admin"' in response.headers["www-authenticate"]


@pytest.mark.parametrize(
    "authorization",
    ["Bearer nobody-knows-this", "Bearer", "Basic YTpi", "bearer  ", "Bearer \xff\xfe"],
)
async def test_what_is_no_known_token_is_401(api: Api, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1")}
    response = await api.call("GET", "/v1/id-tags", scope=None, headers=headers)
    assert response.status_code == 401


async def test_the_scheme_is_read_in_any_letter_case(api: Api) -> None:
    headers = {"Authorization": "BEARER read-token"}
    response = await api.call("GET", "/v1/id-tags", scope=None, headers=headers)
    assert response.status_code == 200


async def test_a_revoked_token_is_unknown_at_once(api: Api) -> None:
    await api.store.tokens.delete("read")
    assert (await api.call("GET", "/v1/id-tags", scope=Scope.read)).status_code == 401


async def test_the_last_use_of_a_token_is_noted(api: Api) -> None:
    await api.call("GET", "/v1/id-tags", scope=Scope.read)
    await api.store.flush()
    used = {token.name: token.last_used_at is not None for token in await api.store.tokens.list()}
    assert used == {"admin": False, "command": False, "read": True}
