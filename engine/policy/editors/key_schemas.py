"""What the schemas of all files have in common: text, expressions, mappings of known keys."""

from collections.abc import Collection, Iterable, Mapping

from engine.policy.defaults import ANSWERS
from engine.policy.editors.payload_schemas import Schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def text(description: str) -> Schema:
    """Text as it is written: what YAML takes for a number or a truth value counts too."""
    return {"description": description, "type": ["string", "number", "boolean"], "pattern": r"\S"}


def expression(description: str, *types: str) -> Schema:
    return {"description": description, "type": ["string", *types], "pattern": r"\S"}


DESCRIPTION = text("For people; nothing reads it.")
ID = text("Names it in decisions, the log and tests; unique in the policy.")
ACTIONS = list(ANSWERS)


def mapping(keys: Iterable[str], known: Mapping[str, Schema], required: Collection[str]) -> Schema:
    """A key that `known` does not have may hold anything: the reader is ahead of this file."""
    return {
        "type": "object",
        "properties": {key: known.get(key, {}) for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }
