"""JSON Schemas of requests, confirmations and facts as policy files write them."""

from collections.abc import Callable, Mapping
from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec

from engine.policy.defaults import ANSWERS, Form
from protocol import payloads
from protocol.actions import actions

Schema = dict[str, Any]

INTERPOLATED: Schema = {
    "description": "`${ }` with an expression in it.",
    "type": "string",
    "pattern": r"\$\{",
}


def response_schema(action: str, *, part: bool = False) -> Schema:
    """
    A `response`: the confirmation without the engine's own fields, values or expressions.

    Args:
        part: whether other items of its aggregate may add what it doesn't say.
    """
    return _form_schema(ANSWERS[action].form, part=part)


def command_schema(action: str) -> Schema:
    """The `payload` of an effect's command: the request, values or expressions."""
    return _form_schema(Form(message=actions[action].request))


def _form_schema(form: Form, *, part: bool = False) -> Schema:
    whole = _some_of(_inlined(form.message)) if part else _inlined(form.message)
    kept = {key: value for key, value in whole["properties"].items() if key not in form.owned}
    required = [key for key in whole.get("required", ()) if key not in form.owned]
    written = _rendered({**whole, "properties": kept, "required": required})
    # `response:` with nothing after it is one without fields.
    choices = written["anyOf"] if required else [*written["anyOf"], {"type": "null"}]
    return {**written, "anyOf": choices}


def expected_schema(action: str) -> Schema:
    """What a test expects of a response: any of its fields; null for one that isn't there."""
    return _some_of(_inlined(ANSWERS[action].confirmation), nullable=True)


def request_schema(action: str) -> Schema:
    """The request of a test: any of its fields, for the file may give the others."""
    return {**_some_of(_inlined(ANSWERS[action].request)), "type": "object"}


def fact_schema(type_: Any) -> Schema:
    """A fact of a test: any of its fields, or null for none."""
    return {**_some_of(_inlined(type_)), "type": ["object", "null"]}


def _rendered(schema: Schema) -> Schema:
    """Lets an expression stand for each value; a field that may be left out may end in `?`."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [*map(_rendered, schema["anyOf"]), INTERPOLATED]}
    about = {key: schema[key] for key in ("description",) if key in schema}
    inner = {key: value for key, value in schema.items() if key not in about}
    if "items" in inner:
        inner["items"] = _rendered(inner["items"])
    if "properties" in inner:
        inner["properties"] = _written(inner["properties"], inner.get("required", ()))
        inner["additionalProperties"] = False
    return {**about, "anyOf": [inner, INTERPOLATED]}


def _written(fields: Mapping[str, Schema], required: Any) -> dict[str, Schema]:
    written: dict[str, Schema] = {}
    for name, schema in fields.items():
        written[name] = _rendered(schema)
        if name not in required:
            written[f"{name}?"] = {
                "description": f"`{name}`, left out when the value is null.",
                **written[name],
            }
    return written


def _some_of(schema: Schema, *, nullable: bool = False) -> Schema:
    """The same with no field required, also in what is nested."""
    schema = {key: value for key, value in schema.items() if key != "required"}
    if "anyOf" in schema:
        schema["anyOf"] = [_some_of(choice, nullable=nullable) for choice in schema["anyOf"]]
    if "items" in schema:
        schema["items"] = _some_of(schema["items"], nullable=nullable)
    if "properties" in schema:
        fields = schema["properties"].items()
        inner = {name: _some_of(field, nullable=nullable) for name, field in fields}
        if nullable:
            inner = {name: {"anyOf": [field, {"type": "null"}]} for name, field in inner.items()}
        schema |= {"properties": inner, "additionalProperties": False}
    return schema


@cache
def _inlined(type_: Any) -> Schema:
    """The schema of a type with no references: editors show more of it."""
    (root,), definitions = msgspec.json.schema_components(
        [type_], schema_hook=payloads.schema_hook, ref_template="{name}"
    )
    whole: Schema = _resolved(root, definitions.__getitem__)
    return whole


def _resolved(schema: Any, definition: Callable[[str], Schema]) -> Any:
    match schema:
        case {"$ref": str() as name, **others}:
            return _resolved({**definition(name), **others}, definition)
        case dict():
            return {
                key: cleandoc(value)
                if key == "description" and isinstance(value, str)
                else _resolved(value, definition)
                for key, value in schema.items()
                # A title is a Python name; a default is what leaving it out says.
                if not (key == "title" and isinstance(value, str)) and key != "default"
            }
        case list():
            return [_resolved(each, definition) for each in schema]
        case _:
            return schema
