"""What an id tag must be like to be kept, however it comes in."""

from collections.abc import Iterator

from engine.policy.facts import Tag
from protocol.types import ID_TOKEN_LIMIT

LABELS = 20
LABEL_NAME = 64
LABEL_VALUE = 255
"""Characters. A tag that is asked for is held in memory: its size must be bounded."""


def broken_rules(tag: Tag) -> Iterator[tuple[str, str]]:
    """Name each field that breaks a rule, and say how."""
    yield from _id_token("idTag", tag.id_tag)
    if tag.parent_id_tag is not None:
        yield from _id_token("parentIdTag", tag.parent_id_tag)
    if len(tag.labels) > LABELS:
        yield "labels", f"are {len(tag.labels)}, {LABELS} are allowed"
    for name, value in tag.labels.items():
        if not 0 < len(name) <= LABEL_NAME:
            yield f"labels.{name}", f"needs a name of 1 to {LABEL_NAME} characters"
        if len(value) > LABEL_VALUE:
            yield f"labels.{name}", f"has {len(value)} characters, {LABEL_VALUE} are allowed"


def _id_token(field: str, id_tag: str) -> Iterator[tuple[str, str]]:
    """OCPP 1.6 §7.28."""
    length = len(id_tag.strip())
    if length == 0:
        yield field, f"is empty, 1 to {ID_TOKEN_LIMIT} characters are needed"
    elif length > ID_TOKEN_LIMIT:
        yield field, f"has {length} characters, {ID_TOKEN_LIMIT} are allowed (OCPP 1.6 §7.28)"
    if not id_tag.strip().isprintable():
        yield field, "has characters that can't be printed"
