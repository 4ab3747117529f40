"""Examples made from schemas."""

from typing import Any

import jsonschema
import pytest

from engine.api.examples import example_of

SCHEMAS: dict[str, Any] = {
    "Thing": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "note": {"type": "string"}},
        "required": ["name"],
    }
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "date-time"}, "2026-01-31T12:00:00.000Z"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "boolean"}, True),
        ({"enum": ["b", "a"]}, "b"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, 1),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, ["text"]),
        ({"$ref": "#/components/schemas/Thing"}, {"name": "text"}),
        ({"type": "string", "example": "mine"}, "mine"),
        ({}, None),
    ],
)
def test_an_example_fits_its_schema(schema: dict[str, Any], example: object) -> None:
    assert example_of(schema, SCHEMAS) == example
    if "$ref" not in schema:
        assert jsonschema.Draft202012Validator(schema).is_valid(example)
