"""Rows of the table of routes made into Starlette routes: one per path, each with its methods."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import unquote

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api import bodies, problems, queries
from engine.api.answers import problem_response, response
from engine.api.authorization import authorize
from engine.api.failures import as_problem
from engine.api.problems import METHOD_NOT_ALLOWED, NOT_FOUND, FieldError, ProblemError
from engine.api.queries import Query
from engine.api.routes import Asked, Body, Route
from engine.api.services import Services
from engine.api.shapes import shaped

log = structlog.get_logger()

METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]
"""All of them reach the endpoint, so that it answers for those that the path does not have."""

Endpoint = Callable[[Request], Awaitable[Response]]


class EncodedPaths:
    """Lets the path be routed as it was sent: a `%2F` belongs to the id that it stands in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the path with its percent signs; `_asked` takes them out of the parts."""
        await self._app({**scope, "path": scope["raw_path"].decode("latin-1")}, receive, send)


def starlette_routes(routes: Iterable[Route], services: Services) -> list[StarletteRoute]:
    """Make the Starlette routes, in the order of the table."""
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for route in routes:
        by_path[route.path][route.method] = route
    return [
        StarletteRoute(path, _endpoint(rows, services), methods=METHODS)
        for path, rows in by_path.items()
    ]


def _endpoint(rows: Mapping[str, Route], services: Services) -> Endpoint:
    allowed = sorted({*rows, *(["HEAD"] if "GET" in rows else [])})

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            if method not in rows:
                raise _method_not_allowed(request, allowed)
            return await _answered(rows[method], request, services)
        except ClientDisconnect:
            # Nobody is there to be answered.
            log.info("client went away", method=request.method, path=request.url.path)
            return Response(status_code=400)
        except Exception as error:
            return problem_response(as_problem(error) or _bug(request))

    return endpoint


async def _answered(route: Route, request: Request, services: Services) -> Response:
    token = None
    if route.scope is not None:
        token = await authorize(request, services.store, route.scope)
        # What a charge point was answered is seen by whoever asks after that, also where the
        # answer did not wait for the disk.
        await services.store.flush()
    answer = await route.handler(await _asked(route, request, services, token))
    if route.method != "GET":
        # Who changed or commanded what, for those who ask later.
        log.info(
            "admin request",
            method=route.method,
            path=request.url.path,
            tokenName=token,
            status=answer.status,
        )
    return response(answer, head=request.method == "HEAD")


def _bug(request: Request) -> ProblemError:
    """Log what nobody expected. The caller must not see our insides, and we must see it."""
    log.exception("admin request failed", method=request.method, path=request.url.path)
    return ProblemError(problems.INTERNAL, "Something went wrong here; the log has more")


async def _asked(
    route: Route, request: Request, services: Services, token_name: str | None
) -> Asked[Query, object]:
    query = queries.read(route.query, request.query_params)
    body: object = None
    if route.body is not None:
        body = _body(
            route.body, await bodies.read_json(request, services.settings.body_limit_bytes)
        )
    if route.upload is not None:
        limit = services.settings.import_limit_bytes
        body = bodies.open_file(request, route.upload.media_type, limit)
    return Asked(
        services=services,
        path={name: unquote(part) for name, part in request.path_params.items()},
        query=query,
        body=body,
        headers=request.headers,
        token_name=token_name,
    )


def _body(declared: Body, given: object) -> object:
    if not declared.merge_patch:
        return shaped(declared.type, given)
    if not isinstance(given, dict):
        raise problems.invalid(FieldError(place="body", path="", message="must be an object"))
    return given


def _method_not_allowed(request: Request, allowed: list[str]) -> ProblemError:
    return ProblemError(
        METHOD_NOT_ALLOWED,
        f"`{request.url.path}` has no method `{request.method}`",
        hint=f"it has {', '.join(allowed)}",
        headers={"Allow": ", ".join(allowed)},
    )


async def refused(request: Request, error: Exception) -> Response:
    """Answer what Starlette itself refuses: a path that no row has."""
    assert isinstance(error, HTTPException)
    hint = "/docs lists the routes"
    return problem_response(
        ProblemError(NOT_FOUND, f"There is no route `{request.url.path}`", hint=hint)
    )
