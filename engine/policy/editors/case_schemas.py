"""JSON Schema of test files."""

from collections.abc import Mapping

import msgspec

from engine.policy.defaults import ANSWERS
from engine.policy.editors.key_schemas import ACTIONS, DESCRIPTION, DRAFT, mapping, text
from engine.policy.editors.payload_schemas import (
    Schema,
    expected_schema,
    fact_schema,
    request_schema,
)
from engine.policy.facts import Facts
from engine.policy.testing.cases import CASE_KEYS, EXPECT_KEYS, FILE_KEYS
from engine.policy.testing.expected_effects import EFFECT_FIELDS, SHADOW_FIELDS
from engine.policy.testing.fixtures import FIXTURES

FILE: Mapping[str, Schema] = {
    "description": DESCRIPTION,
    "policies": {
        "description": "The policies under test by name, or `all`; else those of the file beside.",
        "anyOf": [text("One policy, or `all`."), {"type": "array", "items": text("A policy.")}],
    },
    "enable": {
        "description": "Policies that count as enabled whatever they say.",
        "anyOf": [text("One policy."), {"type": "array", "items": text("A policy.")}],
    },
    "tests": {"type": "array", "items": {"$ref": "#/$defs/case"}},
}

CASE: Mapping[str, Schema] = {
    "name": text("What must be so, as a sentence."),
    "description": DESCRIPTION,
    "now": {
        "description": "The moment of the request, as in `2026-01-31T12:00:00Z`.",
        "type": "string",
    },
    "action": {"description": "What the charge point sends.", "enum": ACTIONS},
    "request": {
        "description": "Its fields; a test's stand over those of the file.",
        "type": "object",
    },
    "data": {
        "description": "Tables by name, instead of those in `data/`: CSV as text, else the value.",
        "type": "object",
    },
    "expect": {"$ref": "#/$defs/expect"},
    "cases": {
        "description": "A table: each case is a test that says only what is different.",
        "type": "array",
        "items": {"$ref": "#/$defs/row"},
    },
}

EXPECT: Mapping[str, Schema] = {
    "response": {"description": "Fields of the answer; all of them with `exact: true`."},
    "exact": {"description": "Whether no other field may be there.", "type": "boolean"},
    "policy": {
        "description": "The policy that decides; null for none.",
        "type": ["string", "null"],
    },
    "rule": {"description": "The id of the item; null for none.", "type": ["string", "null"]},
    "explanation": {"description": "The explanation, whole.", "type": ["string", "null"]},
    "source": {"description": "What decides.", "enum": ["policy", "default", "failure"]},
    "error": {"description": "A part of an error's text; null for no error."},
    "effects": {
        "description": "All effects, by id, each with the fields that matter; `[]` is none.",
        "type": "array",
        "items": {
            "type": "object",
            "properties": {key: {} for key in EFFECT_FIELDS},
            "required": ["id"],
            "additionalProperties": False,
        },
    },
    "shadow": {
        "description": "What policies in shadow mode say, by policy; `[]` is nothing.",
        "type": "array",
        "items": {
            "type": "object",
            "properties": {key: {} for key in SHADOW_FIELDS},
            "required": ["policy"],
            "additionalProperties": False,
        },
    },
}


def case_schema() -> Schema:
    types = {field.encode_name: field.type for field in msgspec.structs.fields(Facts)}
    known = {name: {"$ref": f"#/$defs/{name}"} for name in FIXTURES if name in types}
    case = mapping(CASE_KEYS, {**known, **CASE}, ("name",))
    case["anyOf"] = [{"required": ["expect"]}, {"required": ["cases"]}]
    row_keys = tuple(key for key in CASE_KEYS if key != "cases")
    case["allOf"] = [_when_tested(action) for action in ANSWERS]
    expect = mapping(EXPECT_KEYS, EXPECT, ())
    return {
        "$schema": DRAFT,
        "title": "Voltrule policy tests",
        **mapping(FILE_KEYS, {**known, **CASE, **FILE}, ("tests",)),
        "allOf": [_when_shared(action) for action in ANSWERS],
        "$defs": {
            "case": case,
            "row": mapping(row_keys, {**known, **CASE}, ("name",)),
            "expect": {
                **expect,
                "minProperties": 1,
                "dependentRequired": {"exact": ["response"]},
            },
            **{name: fact_schema(types[name]) for name in known},
            **{f"request-{action}": request_schema(action) for action in ANSWERS},
            **{f"response-{action}": expected_schema(action) for action in ANSWERS},
        },
    }


def _of_action(action: str) -> Schema:
    response = {"properties": {"response": {"$ref": f"#/$defs/response-{action}"}}}
    return {"properties": {"request": {"$ref": f"#/$defs/request-{action}"}, "expect": response}}


def _when_tested(action: str) -> Schema:
    return {
        "if": {"properties": {"action": {"const": action}}, "required": ["action"]},
        "then": _of_action(action),
    }


def _when_shared(action: str) -> Schema:
    """The file's action is that of each test that names none."""
    unnamed = {"not": {"required": ["action"]}}
    one_unnamed = {
        "properties": {"action": {"const": action}, "tests": {"contains": unnamed}},
        "required": ["action", "tests"],
    }
    return {
        "if": one_unnamed,
        "then": {
            "properties": {
                "request": {"$ref": f"#/$defs/request-{action}"},
                "tests": {"items": {"if": unnamed, "then": _of_action(action)}},
            }
        },
    }
