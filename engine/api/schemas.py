"""JSON schemas of the types that the API takes and gives, made from the structs themselves."""

import inspect
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from engine.api.field_docs import field_docs
from protocol import payloads
from protocol.types import Message

REFERENCE = "#/components/schemas/{name}"

Schema = dict[str, Any]


def schema_of(type_: Any) -> Schema:
    """Write the schema of one type; structs in it are references."""
    (schema,), _ = msgspec.json.schema_components(
        [type_], schema_hook=payloads.schema_hook, ref_template=REFERENCE
    )
    return schema


def component_schemas(taken: Iterable[Any], given: Iterable[Any]) -> dict[str, Schema]:
    """Write the schemas of every struct and enumeration in what is `taken` and `given`."""
    taken, given = list(taken), list(given)
    _, schemas = msgspec.json.schema_components(
        [*taken, *given], schema_hook=payloads.schema_hook, ref_template=REFERENCE
    )
    for schema in schemas.values():
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    taken_structs = set(_structs_in(taken))
    for struct in _structs_in([*taken, *given]):
        _refine(schemas[struct.__name__], struct, only_given=struct not in taken_structs)
    return dict(sorted(schemas.items()))


_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
}


def in_words(type_: Any) -> str:
    """Say what values a simple type has: `a whole number from 1 to 1000`, `true or false`."""
    schema = without_null(schema_of(type_))
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if "$ref" in schema:
        return _WORDS["object"]
    if "format" in schema:
        return "a date and time like `2026-01-31T12:00:00Z`"
    kind = _WORDS.get(schema.get("type", ""), "text")
    limits = (
        (" from {}", "minimum"),
        (" above {}", "exclusiveMinimum"),
        (" to {}", "maximum"),
        (" of at most {} characters", "maxLength"),
    )
    return kind + "".join(text.format(schema[key]) for text, key in limits if key in schema)


def without_null(schema: Mapping[str, Any]) -> Schema:
    """Leave out that a value may be null, for what is then left out instead."""
    kept = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
    choices = [choice for choice in kept.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) > 1:
        return {**kept, "anyOf": choices}
    return {**kept, **choices[0]} if choices else kept


def _refine(schema: Schema, struct: type[Struct], *, only_given: bool) -> None:
    docs = field_docs(struct)
    for field in msgspec.structs.fields(struct):
        place = schema["properties"][field.encode_name]
        if struct.__struct_config__.omit_defaults:
            # An optional field of OCPP is left out, never null.
            place = without_null(place)
        if _mentions_datetime(field.type):
            place = _with_format(place)
        if field.name in docs:
            place = {**place, "description": docs[field.name]}
        schema["properties"][field.encode_name] = place
    if only_given and not struct.__struct_config__.omit_defaults:
        # What the API gives has every member, null where there is nothing to say.
        schema["required"] = list(schema["properties"])
        for place in schema["properties"].values():
            place.pop("default", None)
    if struct.__struct_config__.forbid_unknown_fields or (
        not only_given and issubclass(struct, Message)
    ):
        schema["additionalProperties"] = False


def _structs_in(roots: Iterable[Any]) -> list[type[Struct]]:
    found: dict[type[Struct], None] = {}

    def visit(info: object) -> None:
        match info:
            case types.StructType(cls=struct, fields=fields) if struct not in found:
                found[struct] = None
                for field in fields:
                    visit(field.type)
            case types.UnionType(types=members):
                for member in members:
                    visit(member)
            case types.Metadata(type=inner):
                visit(inner)
            case types.ListType(item_type=item) | types.VarTupleType(item_type=item):
                visit(item)
            case types.DictType(value_type=value):
                visit(value)

    for info in types.multi_type_info(roots):
        visit(info)
    return list(found)


def _mentions_datetime(type_: Any) -> bool:
    return type_ is datetime or any(_mentions_datetime(arg) for arg in _arguments(type_))


def _arguments(type_: Any) -> tuple[Any, ...]:
    return getattr(type_, "__args__", ())


def _with_format(schema: Mapping[str, Any]) -> Schema:
    # msgspec writes `date-time` only for types that say that they have a time zone.
    if "anyOf" in schema:
        return {**schema, "anyOf": [_with_format(choice) for choice in schema["anyOf"]]}
    return {**schema, "format": "date-time"} if schema.get("type") == "string" else dict(schema)
