"""
The 78 official JSON schemas as an oracle for the messages, and where we differ on purpose.

They come with the PyPI package `ocpp`. Every difference is an entry of `DIFFERENCES`: a reason,
and how it changes a schema into what we read.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jsonschema import Draft4Validator, FormatChecker
from jsonschema.protocols import Validator

from protocol.actions import actions
from protocol.types import Message

Schema = dict[str, Any]
Json = Any


def _load(file_name: str) -> Schema:
    text = files("ocpp.v16.schemas").joinpath(file_name).read_text("utf-8-sig")
    # 0.3 is a multiple of 0.1 only in decimals.
    schema: Schema = json.loads(text, parse_float=Decimal)
    resolved: Schema = _resolved(schema, schema.pop("definitions", {}))
    return resolved


def _resolved(node: Any, definitions: Schema) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolved(definitions[node["$ref"].rpartition("/")[2]], definitions)
        return {key: _resolved(value, definitions) for key, value in node.items()}
    return [_resolved(item, definitions) for item in node] if isinstance(node, list) else node


official: dict[type[Message], Schema] = {
    message: _load(file_name)
    for action in actions.values()
    for message, file_name in (
        (action.request, f"{action.name}.json"),
        (action.confirmation, f"{action.name}Response.json"),
    )
}


def _nodes(schema: Schema) -> Iterator[Schema]:
    yield schema
    for child in schema.get("properties", {}).values():
        yield from _nodes(child)
    if "items" in schema:
        yield from _nodes(schema["items"])


def _ignore_extras(schema: Schema) -> None:
    schema.pop("additionalProperties", None)


def _allow_null(schema: Schema) -> None:
    for name, child in schema.get("properties", {}).items():
        if name not in schema.get("required", ()):
            child["type"] = [child["type"], "null"]
            if "enum" in child:
                child["enum"] = [*child["enum"], None]


def _check_timestamps(schema: Schema) -> None:
    if schema.get("format") == "date-time":
        schema["format"] = "iso-date-time"


def _bound_integers(schema: Schema) -> None:
    if "integer" in schema.get("type", ()):
        schema.update(minimum=-(2**63), maximum=2**63 - 1)


def _read_any_fraction(schema: Schema) -> None:
    schema.pop("multipleOf", None)


def _add_hertz(schema: Schema) -> None:
    if "Wh" in schema.get("enum", ()) and "Hertz" not in schema["enum"]:
        schema["enum"] = [*schema["enum"], "Hertz"]


class Difference(NamedTuple):
    """One place where what we read is not what the schemas say."""

    reason: str
    apply: Callable[[Schema], None]


DIFFERENCES = (
    Difference("vendors add fields at every level, and they do no harm", _ignore_extras),
    Difference("null for an optional field says that it is absent", _allow_null),
    Difference("`format` binds no validator, but a timestamp must be one", _check_timestamps),
    Difference("integers must fit in the 64 bits of a database", _bound_integers),
    Difference("limits are rounded to one decimal when read, not refused", _read_any_fraction),
    Difference("StopTransaction's schema lacks the unit that MeterValues' has", _add_hertz),
)
"""Also: the security schemas are draft 6, where 1.0 is an integer; we read all as draft 4."""

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("iso-date-time")
def _is_timestamp(value: object) -> bool:
    # The generators below make real timestamps or plain junk, so that this can be simple.
    return not isinstance(value, str) or (value[10:11] == "T" and value[:4].isdigit())


@cache
def as_read(type_: type[Message]) -> Validator:
    """The validator of what we read."""
    copy = deepcopy(official[type_])
    for node in list(_nodes(copy)):
        for difference in DIFFERENCES:
            difference.apply(node)
    return Draft4Validator(copy, format_checker=_FORMATS)


@cache
def as_written(type_: type[Message]) -> Validator:
    """The validator of what we write: the official schema, with the one unit it lacks."""
    copy = deepcopy(official[type_])
    for node in _nodes(copy):
        _add_hertz(node)
    return Draft4Validator(copy)


def exact(data: bytes) -> Json:
    """Reads JSON with exact decimals, as the validators need it."""
    return json.loads(data, parse_float=Decimal)
