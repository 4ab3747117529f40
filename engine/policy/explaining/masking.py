"""
Id tags shown in part, `04***2F`, where `security.mask_id_tags` asks for it.

What is kept and what filters look for stays whole: only what is shown of a decision is masked.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "***"
SHOWN = 2
"""Characters that stay at each end of a tag of 8 or more; fewer of a shorter one."""
SHORT = 4
"""A tag of fewer characters is hidden in a text only where it stands as a word of its own."""

_TAGS = frozenset({"idTag", "parentIdTag", "stopIdTag"})
"""Fields that hold an id tag, in requests, facts and answers."""
_NAMES = frozenset(
    {"id", "time", "now", "chargePointId", "action", "messageId", "revision", "source", "policy"}
    | {"rule", "mode", "status", "name", "place", "file", "at"}
)
"""Fields whose text never is one, whatever it looks like."""


def masked_id_tag(id_tag: str) -> str:
    """So much of an id tag that two of them can be told apart, and neither can be used."""
    shown = min(SHOWN, len(id_tag) // 4)
    return f"{id_tag[:shown]}{HIDDEN}{id_tag[-shown:]}" if shown else HIDDEN


def masked(document: Any, context: Any = None) -> Any:
    """
    JSON values with every id tag masked that is in them, also where a text mentions it.

    Args:
        context: further JSON values, whose id tags are masked in `document` too.
    """
    tags = {tag for tag in (*_tags(document), *_tags(context)) if tag}
    if not tags:
        return document
    # The longest first: one tag may be the beginning of another.
    choices = "|".join(_pattern(tag) for tag in sorted(tags, key=len, reverse=True))
    return _replaced(document, re.compile(choices, re.IGNORECASE))


def _pattern(tag: str) -> str:
    return rf"(?<!\w){re.escape(tag)}(?!\w)" if len(tag) < SHORT else re.escape(tag)


def _tags(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for key, item in value.items():
                if key in _TAGS and isinstance(item, str):
                    yield item
                else:
                    yield from _tags(item)
        case list() | tuple():
            for item in value:
                yield from _tags(item)
        case _:
            pass


def _replaced(value: Any, tags: re.Pattern[str]) -> Any:
    match value:
        case str():
            return tags.sub(lambda found: masked_id_tag(found[0]), value)
        case Mapping():
            return {key: _field(key, item, tags) for key, item in value.items()}
        case list() | tuple():
            return [_replaced(item, tags) for item in value]
        case _:
            return value


def _field(key: str, value: Any, tags: re.Pattern[str]) -> Any:
    if isinstance(value, str) and key in _TAGS:
        return masked_id_tag(value)
    return value if isinstance(value, str) and key in _NAMES else _replaced(value, tags)
