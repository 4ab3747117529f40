"""
JSON Schemas (draft 2020-12) of policy, test and table files, so that editors complete and check.

They are made of the tables that the readers use: keys, actions, the types of OCPP. A schema sees
no expression and no other file, so `voltrule check` finds more; what it refuses, `check` refuses.
"""

from collections.abc import Mapping

from engine.policy.defaults import ANSWERS
from engine.policy.editors.case_schemas import case_schema
from engine.policy.editors.effect_schemas import (
    EFFECT,
    SCOPE,
    VALID_FROM,
    VALID_UNTIL,
    payload_definitions,
)
from engine.policy.editors.key_schemas import (
    ACTIONS,
    DESCRIPTION,
    DRAFT,
    ID,
    expression,
    mapping,
    text,
)
from engine.policy.editors.payload_schemas import (
    Schema,
    response_schema,
)
from engine.policy.reading.documents import DEFAULT_PRIORITY, MODES, ON_ERROR, POLICY_KEYS
from engine.policy.reading.imports import IMPORT_KEYS
from engine.policy.reading.rules import ITEM_KEYS, RULE_KEYS
from engine.policy.reading.shared import SHARED_KEYS
from engine.policy.reading.variables import VARIABLE_KEYS

NAMES = ("policy", "shared", "test", "table")


def editor_schema(name: str) -> Schema:
    """The schema of one of `NAMES`."""
    readers = {"policy": _policy, "shared": _shared, "test": case_schema, "table": _table}
    return readers[name]()


_POLICY: Mapping[str, Schema] = {
    "name": text("Names the policy; unique in the directory."),
    "display_name": text("What people call the policy."),
    "description": DESCRIPTION,
    "action": {
        "description": "The action that it decides, or a list of them; Connect is the handshake.",
        "anyOf": [
            {"enum": ACTIONS},
            {"type": "array", "items": {"enum": ACTIONS}, "minItems": 1, "uniqueItems": True},
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
        "additionalProperties": text("The label's value."),
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
    "id": ID,
    "description": DESCRIPTION,
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
    "name": text("A name with dots; its last part is short for it in expressions."),
}

_VARIABLE: Mapping[str, Schema] = {
    "name": text("Expressions name it as `variables.…`."),
    "description": DESCRIPTION,
    "expression": expression("A CEL expression.", "number", "boolean"),
}

_ITEM: Mapping[str, Schema] = {
    "id": ID,
    "description": DESCRIPTION,
    "condition": expression(
        "CEL: whether the item applies. Without one it always does.", "boolean"
    ),
    "response": {"description": "The answer, with the specification's names."},
    "output": expression("CEL: the answer as one expression."),
    "rule": {"$ref": "#/$defs/rule"},
    "explanation": expression("CEL: why, as text; it stands in the decision."),
}


def _policy() -> Schema:
    item = mapping(ITEM_KEYS, _ITEM, ())
    item["oneOf"] = [{"required": [outcome]} for outcome in ("response", "output", "rule")]
    rule = mapping(RULE_KEYS, _RULE, ())
    rule["oneOf"] = [{"required": [kind]} for kind in ("match", "aggregate")]
    return {
        "$schema": DRAFT,
        "title": "Voltrule policy",
        **mapping(POLICY_KEYS, _POLICY, ("name", "action")),
        "anyOf": [{"required": ["rule"]}, {"required": ["effects"]}],
        "allOf": [_when_decided(action) for action in ANSWERS],
        "$defs": {
            "rule": rule,
            "import": mapping(IMPORT_KEYS, _IMPORT, IMPORT_KEYS),
            "item": item,
            "variable": mapping(VARIABLE_KEYS, _VARIABLE, ("name", "expression")),
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
        "description": DESCRIPTION,
        "constants": _POLICY["constants"],
        "variables": _RULE["variables"],
    }
    return {
        "$schema": DRAFT,
        "title": "Voltrule shared values",
        **mapping(SHARED_KEYS, keys, ()),
        "$defs": {"variable": mapping(VARIABLE_KEYS, _VARIABLE, ("name", "expression"))},
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


def _table() -> Schema:
    return {
        "$schema": DRAFT,
        "title": "Voltrule table",
        "description": "`data/sites.yaml` is `data.sites` in expressions, as it is written here.",
        "type": ["object", "array", "string", "number", "boolean"],
    }
