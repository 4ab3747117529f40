"""The OpenAPI 3.1 document, made from the table of routes and the types it names."""

import inspect
import re
from collections.abc import Iterable

import msgspec

from engine import __version__
from engine.api import problems
from engine.api.field_docs import field_docs
from engine.api.path_parameters import path_parameters
from engine.api.problems import ProblemDetails, ProblemType
from engine.api.routes import Body, Outcome, Route
from engine.api.schemas import (
    REFERENCE,
    Schema,
    component_schemas,
    schema_of,
    without_null,
)

DESCRIPTION = """\
Act on charge points and read what happened to them.

Send `Authorization: Bearer <token>` with every request, except where a route says that it needs
no token. A token's scope is `read`, `command` or `admin`; each includes the one before it.
Errors are `application/problem+json` (RFC 9457). Lists answer `{"items": […], "next": …}`: pass
`next` as `cursor` to go on, until it is null. Times are UTC, `2026-01-31T12:00:00.000Z`.
Unknown fields and unknown query parameters are errors, so that no misspelling goes unseen.
"""


def make_document(routes: Iterable[Route]) -> Schema:
    """Write the OpenAPI document of `routes`."""
    documented = [route for route in routes if route.documented]
    paths: dict[str, dict[str, Schema]] = {}
    for route in documented:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Voltrule admin API",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in documented)],
        "paths": paths,
        "components": {
            "schemas": _schemas(documented),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    # As it is written: lists, not tuples.
    written: Schema = msgspec.json.decode(msgspec.json.encode(document))
    return written


def problems_of(route: Route) -> list[ProblemType]:
    """List every problem that `route` may answer: its own and those its parts bring along."""
    found = list(route.problems)
    if route.scope is not None:
        found += [problems.UNAUTHORIZED, problems.FORBIDDEN, problems.STORE_UNAVAILABLE]
    if route.upload is not None:
        found += [problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
    if route.body is not None:
        found += [problems.MALFORMED, problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
    found += [problems.INVALID, problems.INTERNAL]
    return sorted(set(found), key=lambda problem: (problem.status, problem.name))


def _operation(route: Route) -> Schema:
    needs = f"Needs scope `{route.scope}`." if route.scope else "Needs no token."
    operation: Schema = {
        "operationId": route.operation,
        "tags": [route.tag],
        "summary": route.summary,
        "description": f"{inspect.cleandoc(route.description)}\n\n{needs}".lstrip(),
        "security": [{"token": [str(route.scope)]}] if route.scope else [],
    }
    parameters = [*_path(route), *_query(route), *_request_headers(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = _request_body(route.body)
    if route.upload is not None:
        file: Schema = {"schema": {"type": "string"}, "example": route.upload.example}
        operation["requestBody"] = {"required": True, "content": {route.upload.media_type: file}}
    operation["responses"] = {
        **{str(status): _response(outcome) for status, outcome in route.outcomes.items()},
        **_problem_responses(route),
    }
    return operation


def _path(route: Route) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, **path_parameters[name]}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query(route: Route) -> list[Schema]:
    parameters = []
    docs = field_docs(route.query)
    for field in msgspec.structs.fields(route.query):
        schema = without_null(schema_of(field.type))
        description = docs.get(field.name)
        if field.default is not msgspec.NODEFAULT and field.default is not None:
            schema["default"] = msgspec.to_builtins(field.default)
        parameter: Schema = {"name": field.encode_name, "in": "query", "schema": schema}
        if field.required:
            parameter["required"] = True
        parameters.append(parameter | ({"description": description} if description else {}))
    return parameters


def _request_headers(route: Route) -> list[Schema]:
    return [
        {"name": name, "in": "header", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in route.request_headers.items()
    ]


def _request_body(body: Body) -> Schema:
    media: Schema = {"schema": {"$ref": REFERENCE.format(name=body.type.__name__)}}
    if body.example is not None:
        media["example"] = body.example
    media_types = ["application/json"]
    if body.merge_patch:
        media_types.insert(0, "application/merge-patch+json")
    return {"required": body.required, "content": dict.fromkeys(media_types, media)}


def _response(outcome: Outcome) -> Schema:
    response: Schema = {"description": outcome.description}
    if outcome.headers:
        response["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}}
            for name, meaning in outcome.headers.items()
        }
    if outcome.type is not None:
        response["content"] = {outcome.media_type: {"schema": schema_of(outcome.type)}}
    if outcome.csv:
        response["content"]["text/csv"] = {"schema": {"type": "string"}}
    return response


def _problem_responses(route: Route) -> Schema:
    by_status: dict[str, list[ProblemType]] = {}
    for problem in problems_of(route):
        if int(problem.status) not in route.outcomes:
            by_status.setdefault(str(int(problem.status)), []).append(problem)
    schema = {"$ref": REFERENCE.format(name=ProblemDetails.__name__)}
    return {
        status: {
            "description": " ".join(f"`{p.uri}`: {p.when}" for p in found),
            "content": {problems.MEDIA_TYPE: {"schema": schema}},
        }
        for status, found in by_status.items()
    }


def _schemas(routes: Iterable[Route]) -> Schema:
    taken = [route.body.type for route in routes if route.body]
    given = [o.type for route in routes for o in route.outcomes.values() if o.type is not None]
    return component_schemas(taken, [*given, ProblemDetails])
