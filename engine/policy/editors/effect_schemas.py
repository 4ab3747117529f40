"""JSON Schemas of what a policy says beside its rule: when, for whom, and what else is done."""

from collections.abc import Mapping

from engine.policy.deciding.effects import THROTTLE_SECONDS
from engine.policy.editors.key_schemas import DESCRIPTION, ID, expression, text
from engine.policy.editors.payload_schemas import Schema, command_schema
from engine.policy.reading.effects import (
    COMMAND_KEYS,
    COMMANDS,
    EFFECT_KEYS,
    EVENT_KEYS,
    EVENT_NAME,
    THROTTLE_KEYS,
)
from engine.policy.reading.selecting import SCOPE_KEYS


def _moment(description: str) -> Schema:
    """A date, or a date and time with its zone."""
    day = r"\d{4}-\d\d-\d\d"
    clock = r"[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)"
    return {"description": description, "type": "string", "pattern": f"^{day}({clock})?$"}


def _names(description: str) -> Schema:
    names = {"type": "array", "items": text("A name."), "minItems": 1, "uniqueItems": True}
    return {"description": description, "anyOf": [text("A name."), names]}


VALID_FROM = _moment("It is in force from then on; a date is midnight in UTC.")
VALID_UNTIL = _moment("It is in force until then, this moment not included.")

_SCOPE: Mapping[str, Schema] = {
    "chargePoint": _names("Ids; `*` stands for any characters."),
    "group": _names("Groups, of which the charge point must be in one."),
    "vendor": _names("Vendors; letter case means nothing."),
    "model": _names("Models; letter case means nothing."),
}

SCOPE: Schema = {
    "description": "The charge points it is about: each key must fit, with one of its names.",
    "type": "object",
    "properties": {key: _SCOPE[key] for key in SCOPE_KEYS},
    "additionalProperties": False,
    "minProperties": 1,
}

_COMMAND: Mapping[str, Schema] = {
    "action": {"description": "The command.", "enum": list(COMMANDS)},
    "payload": {"description": "The request, with the specification's names."},
}

_EVENT: Mapping[str, Schema] = {
    "name": {
        "description": "Names it for those who are told.",
        "type": "string",
        "pattern": f"^{EVENT_NAME}$",
    },
    "message": text("Text for people, with `${ }` in it."),
    "data": {"description": "Values for programs, with `${ }` in them.", "type": "object"},
}

_EFFECT: Mapping[str, Schema] = {
    "id": ID,
    "description": DESCRIPTION,
    "when": expression(
        "CEL: whether it is done; it sees `decision`. Without one it always is.", "boolean"
    ),
    "command": {
        "description": "A command to the charge point.",
        "type": "object",
        "properties": {key: _COMMAND[key] for key in COMMAND_KEYS},
        "required": ["action"],
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {"action": {"const": action}}, "required": ["action"]},
                "then": {"properties": {"payload": {"$ref": f"#/$defs/payload-{action}"}}},
            }
            for action in COMMANDS
        ],
    },
    "event": {
        "description": "Something that people or other systems are told.",
        "type": "object",
        "properties": {key: _EVENT[key] for key in EVENT_KEYS},
        "required": ["name"],
        "additionalProperties": False,
    },
    "throttle": {
        "description": f"How often at most, for one charge point. Default {THROTTLE_SECONDS}s.",
        "type": "object",
        "properties": {
            key: {
                "description": "`30s`, `5m`, `1h`, `1d`; `0s` is each time.",
                "type": "string",
                "pattern": r"^(\d{1,4}d|0|([\d.]+(ns|us|µs|μs|ms|s|m|h))+)$",
            }
            for key in THROTTLE_KEYS
        },
        "required": ["every"],
        "additionalProperties": False,
    },
}

EFFECT: Schema = {
    "type": "object",
    "properties": {key: _EFFECT[key] for key in EFFECT_KEYS},
    "required": ["id"],
    "additionalProperties": False,
    "oneOf": [{"required": ["command"]}, {"required": ["event"]}],
}


def payload_definitions() -> Schema:
    """The payloads of all commands, for references."""
    return {f"payload-{action}": command_schema(action) for action in COMMANDS}
