"""Example values made from schemas, for bodies that have no example of their own."""

from collections.abc import Mapping
from typing import Any

from engine.api.schemas import Schema

_BY_FORMAT = {"date-time": "2026-01-31T12:00:00.000Z"}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Any:
    """Make a value that fits `schema`: what is required, and the first of every choice."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "example" in schema:
        return schema["example"]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {
                name: example_of(place, schemas)
                for name, place in schema.get("properties", {}).items()
                if name in schema.get("required", ())
            }
        case "array":
            return [example_of(schema["items"], schemas)] if schema.get("minItems") else []
        case "string":
            return _BY_FORMAT.get(schema.get("format", ""), "text")
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return None
