"""The OpenAPI document: a golden file, valid, and true to what the API does."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from engine.api.command_examples import command_examples
from engine.api.openapi import make_document, problems_of
from engine.api.problems import problem_types
from engine.api.table import routes
from protocol.actions import Role, actions, sent_by
from tests.engine.api.running import Api

GOLDEN = Path(__file__).parent / "openapi.json"
DOCUMENT = make_document(routes)


def a_validator(name: str) -> Any:
    """What checks values against one of the document's types."""
    resource = Resource.opaque(contents=DOCUMENT)
    registry: Any = Registry().with_resource("urn:openapi", resource)
    schema = {"$ref": f"urn:openapi#/components/schemas/{name}"}
    return jsonschema.Draft202012Validator(schema, registry=registry)


def references(value: Any) -> set[str]:
    """Every `$ref` in a part of the document."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    inner = set().union(*map(references, value.values())) if value else set()
    return inner | ({value["$ref"]} if "$ref" in value else set())


def test_the_document_is_the_golden_file() -> None:
    """
    To take over a change: `python -m tests.engine.api.test_openapi`.

    A change of this file is a change for everyone who calls the API.
    """
    assert json.loads(GOLDEN.read_text()) == DOCUMENT


def test_every_reference_leads_to_a_type_and_every_type_is_used() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT) == known


def test_fields_are_named_as_they_are_written() -> None:
    """A field of OCPP is `requestId`, whatever Python calls it."""
    assert re.findall(r"`[a-z]+(?:_[a-z]+)+`", json.dumps(DOCUMENT)) == []


def test_every_type_is_a_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own() -> None:
    names = [
        operation["operationId"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names)) == len([route for route in routes if route.documented])


def test_each_of_the_26_commands_has_its_own_request_and_result() -> None:
    for name in sorted(sent_by(Role.CentralSystem)):
        path = f"/v1/charge-points/{{chargePointId}}/commands/{name}"
        operation = DOCUMENT["paths"][path]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": f"#/components/schemas/{name}Req"}
        completed = DOCUMENT["components"]["schemas"][f"{name}Completed"]
        confirmation = actions[name].confirmation.__name__
        assert completed["properties"]["result"] == {"$ref": f"#/components/schemas/{confirmation}"}
        assert completed["required"] == ["id", "status", "result"]


@pytest.mark.parametrize("action", sorted(command_examples))
def test_the_example_of_a_command_fits_its_schema(action: str) -> None:
    a_validator(f"{action}Req").validate(command_examples[action])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ResetReq", {"type": "Warm"}),
        ("ResetReq", {"typ": "Soft"}),
        ("RemoteStartTransactionReq", {"idTag": "x" * 21}),
        ("TagEdit", {"expiryDate": 7}),
        ("ChargePointEdit", {"groups": "depot"}),
    ],
)
def test_a_schema_refuses_what_the_api_refuses(name: str, value: Any) -> None:
    assert not a_validator(name).is_valid(value)


def test_every_problem_is_answered_by_some_route() -> None:
    answered = {problem.name for route in routes for problem in problems_of(route)}
    # 405 is the answer of a path, not of a route.
    assert {problem.name for problem in problem_types} - answered == {"method-not-allowed"}


async def test_what_the_api_answers_fits_its_schema(api: Api) -> None:
    await api.put("/v1/charge-points/CP-1", {"groups": ["depot"]})
    await api.put("/v1/id-tags/T", {"expiryDate": "2026-01-31T12:00:00Z"})
    for path, name in {
        "/v1/charge-points": "ChargePointPage",
        "/v1/charge-points/CP-1": "ChargePointState",
        "/v1/id-tags": "TagPage",
        "/v1/id-tags/T": "TagState",
        "/v1/policies": "PolicyStatus",
        "/readyz": "Readiness",
    }.items():
        a_validator(name).validate(await api.get(path))


async def test_a_problem_fits_its_schema(api: Api) -> None:
    response = await api.call("PUT", "/v1/id-tags/T", json={"status": "?", "x": 1})
    a_validator("ProblemDetails").validate(response.json())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n")
