"""
JSON Schemas (draft 2020-12) of policy, test and table files, so that editors complete and check.

They are made of the tables that the readers use: keys, actions, the types of OCPP. A schema sees
no expression and no other file, so `voltrule check` finds more; what it refuses, `check` refuses.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from engine.policy.defaults import ANSWERS
from engine.policy.editors.effect_schemas import (
    EFFECT,
    SCOPE,
    VALID_FROM,
    VALID_UNTIL,
    payload_definitions,
)
from engine.policy.editors.payload_schemas import (
    Schema,
    expected_schema,
    fact_schema,
    request_schema,
    response_schema,
)
from engine.policy.facts import Facts
from engine.policy.reading.documents import DEFAULT_PRIORITY, MODES, ON_ERROR, POLICY_KEYS
from engine.policy.reading.imports import IMPORT_KEYS
from engine.policy.reading.rules import ITEM_KEYS, RULE_KEYS
from engine.policy.reading.shared import SHARED_KEYS
from engine.policy.reading.variables import VARIABLE_KEYS
from engine.policy.testing.cases import CASE_KEYS, EXPECT_KEYS, FILE_KEYS
from engine.policy.testing.expected_effects import EFFECT_FIELDS, SHADOW_FIELDS
from engine.policy.testing.fixtures import FIXTURES

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAMES = ("policy", "shared", "test", "table")


def editor_schema(name: str) -> Schema:
    """The schema of one of `NAMES`."""
    readers = {"policy": _policy, "shared": _shared, "test": _test, "table": _table}
    return readers[name]()


def _text(description: str) -> Schema:
    """Text as it is written: what YAML takes for a number or a truth value counts too."""
    return {"description": description, "type": ["string", "number", "boolean"], "pattern": r"\S"}


def _expression(description: str, *types: str) -> Schema:
    return {"description": description, "type": ["string", *types], "pattern": r"\S"}


_DESCRIPTION = _text("For people; nothing reads it.")
_ID = _text("Names it in decisions, the log and tests; unique in the policy.")
_ACTIONS = list(ANSWERS)

_POLICY: Mapping[str, Schema] = {
    "name": _text("Names the policy; unique in the directory."),
    "display_name": _text("What people call the policy."),
    "description": _DESCRIPTION,
    "action": {
        "description": "The action that it decides, or a list of them; Connect is the handshake.",
        "anyOf": [
            {"enum": _ACTIONS},
            {"type": "array", "items": {"enum": _ACTIONS}, "minItems": 1, "uniqueItems": True},
        ],
    },
    "priority": {
        "description": f"Lower is asked first. Default {DEFAULT_PRIORITY}.",
        "type": "integer",
    },
    "enabled": {
        "description": "`false` switches it off; it is still checked. Default `true`.",
        "type": "boolean",
    },
    "mode": {
        "description": "`shadow`: it is evaluated and recorded, but never answers.",
        "enum": list(MODES),
    },
    "valid_from": VALID_FROM,
    "valid_until": VALID_UNTIL,
    "scope": SCOPE,
    "labels": {
        "description": "For people and tools: text by name.",
        "type": "object",
        "additionalProperties": _text("The label's value."),
    },
    "imports": {
        "description": "Short names for names with dots.",
        "type": "array",
        "items": {"$ref": "#/$defs/import"},
    },
    "constants": {
        "description": "Values that expressions name as `constants.…`.",
        "type": ["object", "null"],
    },
    "rule": {"$ref": "#/$defs/rule"},
    "on_error": {
        "description": "What is answered when an expression of the policy fails.",
        "anyOf": [
            {"enum": list(ON_ERROR)},
            {
                "type": "object",
                "properties": {"response": {}},
                "required": ["response"],
                "additionalProperties": False,
            },
        ],
    },
    "effects": {
        "description": "What is done besides: commands to the charge point, and events.",
        "type": "array",
        "items": {"$ref": "#/$defs/effect"},
        "minItems": 1,
    },
}

_RULE: Mapping[str, Schema] = {
    "id": _ID,
    "description": _DESCRIPTION,
    "variables": {
        "description": "Expressions with a name; each sees those before it.",
        "type": "array",
        "items": {"$ref": "#/$defs/variable"},
    },
    "match": {
        "description": "The first item whose condition is true decides.",
        "type": "array",
        "items": {"$ref": "#/$defs/item"},
        "minItems": 1,
    },
    "aggregate": {
        "description": "All items whose condition is true decide together, field by field.",
        "type": "array",
        "items": {"$ref": "#/$defs/item"},
        "minItems": 1,
    },
}

_IMPORT: Mapping[str, Schema] = {
    "name": _text("A name with dots; its last part is short for it in expressions."),
}

_VARIABLE: Mapping[str, Schema] = {
    "name": _text("Expressions name it as `variables.…`."),
    "description": _DESCRIPTION,
    "expression": _expression("A CEL expression.", "number", "boolean"),
}

_ITEM: Mapping[str, Schema] = {
    "id": _ID,
    "description": _DESCRIPTION,
    "condition": _expression(
        "CEL: whether the item applies. Without one it always does.", "boolean"
    ),
    "response": {"description": "The answer, with the specification's names."},
    "output": _expression("CEL: the answer as one expression."),
    "rule": {"$ref": "#/$defs/rule"},
    "explanation": _expression("CEL: why, as text; it stands in the decision."),
}

_FILE: Mapping[str, Schema] = {
    "description": _DESCRIPTION,
    "policies": {
        "description": "The policies under test by name, or `all`; else those of the file beside.",
        "anyOf": [_text("One policy, or `all`."), {"type": "array", "items": _text("A policy.")}],
    },
    "enable": {
        "description": "Policies that count as enabled whatever they say.",
        "anyOf": [_text("One policy."), {"type": "array", "items": _text("A policy.")}],
    },
    "tests": {"type": "array", "items": {"$ref": "#/$defs/case"}},
}

_CASE: Mapping[str, Schema] = {
    "name": _text("What must be so, as a sentence."),
    "description": _DESCRIPTION,
    "now": {
        "description": "The moment of the request, as in `2026-01-31T12:00:00Z`.",
        "type": "string",
    },
    "action": {"description": "What the charge point sends.", "enum": _ACTIONS},
    "request": {
        "description": "Its fields; a test's stand over those of the file.",
        "type": "object",
    },
    "expect": {"$ref": "#/$defs/expect"},
    "cases": {
        "description": "A table: each case is a test that says only what is different.",
        "type": "array",
        "items": {"$ref": "#/$defs/row"},
    },
}

_EXPECT: Mapping[str, Schema] = {
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


def _object(keys: Iterable[str], known: Mapping[str, Schema], required: Collection[str]) -> Schema:
    """A key that `known` does not have may hold anything: the reader is ahead of this file."""
    return {
        "type": "object",
        "properties": {key: known.get(key, {}) for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def _policy() -> Schema:
    item = _object(ITEM_KEYS, _ITEM, ())
    item["oneOf"] = [{"required": [outcome]} for outcome in ("response", "output", "rule")]
    rule = _object(RULE_KEYS, _RULE, ())
    rule["oneOf"] = [{"required": [kind]} for kind in ("match", "aggregate")]
    return {
        "$schema": DRAFT,
        "title": "Voltrule policy",
        **_object(POLICY_KEYS, _POLICY, ("name", "action")),
        "anyOf": [{"required": ["rule"]}, {"required": ["effects"]}],
        "allOf": [_when_decided(action) for action in ANSWERS],
        "$defs": {
            "rule": rule,
            "import": _object(IMPORT_KEYS, _IMPORT, IMPORT_KEYS),
            "item": item,
            "variable": _object(VARIABLE_KEYS, _VARIABLE, ("name", "expression")),
            "effect": EFFECT,
            **payload_definitions(),
            **{f"rule-{action}": _answering(action) for action in ANSWERS},
            **{f"part-of-rule-{action}": _adding(action) for action in ANSWERS},
            **{f"response-{action}": response_schema(action) for action in ANSWERS},
            **{
                f"part-of-response-{action}": response_schema(action, part=True)
                for action in ANSWERS
            },
        },
    }


def _shared() -> Schema:
    """A document of `shared.yaml`."""
    keys = {
        "description": _DESCRIPTION,
        "constants": _POLICY["constants"],
        "variables": _RULE["variables"],
    }
    return {
        "$schema": DRAFT,
        "title": "Voltrule shared values",
        **_object(SHARED_KEYS, keys, ()),
        "$defs": {"variable": _object(VARIABLE_KEYS, _VARIABLE, ("name", "expression"))},
    }


def _when_decided(action: str) -> Schema:
    """A policy that decides an action answers with its confirmation."""
    among = {"anyOf": [{"const": action}, {"type": "array", "contains": {"const": action}}]}
    on_error: Schema = {"properties": {"response": {"$ref": f"#/$defs/response-{action}"}}}
    if ANSWERS[action].deny is None:
        on_error["not"] = {"const": "deny"}
    return {
        "if": {"properties": {"action": among}, "required": ["action"]},
        "then": {"properties": {"rule": {"$ref": f"#/$defs/rule-{action}"}, "on_error": on_error}},
    }


def _answering(action: str) -> Schema:
    """A rule whose items answer an action; those of an aggregate may each say a part."""
    item = {
        "properties": {
            "response": {"$ref": f"#/$defs/response-{action}"},
            "rule": {"$ref": f"#/$defs/rule-{action}"},
        }
    }
    aggregate = {"$ref": f"#/$defs/part-of-rule-{action}/properties/aggregate"}
    return {"properties": {"match": {"items": item}, "aggregate": aggregate}}


def _adding(action: str) -> Schema:
    """A rule whose items each add to an answer."""
    part = {
        "properties": {
            "response": {"$ref": f"#/$defs/part-of-response-{action}"},
            "rule": {"$ref": f"#/$defs/part-of-rule-{action}"},
        }
    }
    return {"properties": {"match": {"items": part}, "aggregate": {"items": part}}}


def _test() -> Schema:
    types = {field.encode_name: field.type for field in msgspec.structs.fields(Facts)}
    known = {name: {"$ref": f"#/$defs/{name}"} for name in FIXTURES if name in types}
    case = _object(CASE_KEYS, {**known, **_CASE}, ("name",))
    case["anyOf"] = [{"required": ["expect"]}, {"required": ["cases"]}]
    row_keys = tuple(key for key in CASE_KEYS if key != "cases")
    case["allOf"] = [_when_tested(action) for action in ANSWERS]
    expect = _object(EXPECT_KEYS, _EXPECT, ())
    return {
        "$schema": DRAFT,
        "title": "Voltrule policy tests",
        **_object(FILE_KEYS, {**known, **_CASE, **_FILE}, ("tests",)),
        "allOf": [_when_shared(action) for action in ANSWERS],
        "$defs": {
            "case": case,
            "row": _object(row_keys, {**known, **_CASE}, ("name",)),
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


def _table() -> Schema:
    return {
        "$schema": DRAFT,
        "title": "Voltrule table",
        "description": "`data/sites.yaml` is `data.sites` in expressions, as it is written here.",
        "type": ["object", "array", "string", "number", "boolean"],
    }
