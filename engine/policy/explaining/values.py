"""The values that the parts of an expression had, as they are shown."""

import json
import re
from typing import Any

import msgspec

from engine.cel import EvaluationError, Trace, conjuncts, plain_value, shown_parts, text_of
from engine.policy.deciding.placed import Cel
from engine.policy.facts import Fact

VALUES_LIMIT = 5
"""A part of a loop has many values; no more than that are shown."""
LENGTH_LIMIT = 100
_WHOLE = re.compile(r"constants|data(\.\w+|\[('\w+'|\"\w+\")\])?")
"""What is read of, and not read: all constants, all tables, a table with the rows of all others."""


class PartValue(Fact, frozen=True, kw_only=True):
    """A part of an expression, and what it came to."""

    text: str
    values: tuple[str, ...]
    """As JSON writes them, long ones cut; several where the part stands in a loop."""
    more: bool = False
    """Whether it had more values than these."""

    def text_with_values(self) -> str:
        return f"{self.text}: {', '.join(self.values)}{', …' if self.more else ''}"


def parts_of(cel: Cel, trace: Trace, within: tuple[int, int] | None = None) -> list[PartValue]:
    """
    Each part with its value; not literals, records, which are shown as facts, or whole tables.

    Args:
        within: the characters from and up to which it is about; None is all of them.
    """
    first, last = within or (0, len(cel.expression.text))
    found: dict[tuple[int, int], dict[str, None]] = {}
    for step in trace.steps:
        value = value_text(step.value)
        if value is not None:
            found.setdefault((step.start, step.end), {})[value] = None
    parts: dict[str, PartValue] = {}  # A part that is written twice is shown once.
    for part in shown_parts(cel.expression):
        values = tuple(found.get(part, ()))
        if values and first <= part.start and part.end <= last:
            text = text_in(cel, part.start, part.end)
            if _WHOLE.fullmatch(text):
                continue
            more = len(values) > VALUES_LIMIT
            parts[text] = PartValue(text=text, values=values[:VALUES_LIMIT], more=more)
    return list(parts.values())


def first_false(cel: Cel, trace: Trace) -> tuple[int, int] | None:
    """Of what must all be true, where the first stands that is false; None if none is."""
    false = {(step.start, step.end) for step in trace.steps if step.value is False}
    return next((part for part in conjuncts(cel.expression) if part in false), None)


def text_in(cel: Cel, start: int, end: int) -> str:
    """A part of the expression in one line."""
    return " ".join(cel.expression.text[start:end].split())


def value_text(value: object) -> str | None:
    """A value as JSON writes it; None for a record and what else can't be shown."""
    if isinstance(value, msgspec.Struct):
        return None
    try:
        text = shown(plain_value(value))
    except (EvaluationError, TypeError, ValueError):
        return None
    return text if len(text) <= LENGTH_LIMIT else text[:LENGTH_LIMIT] + "…"


def shown(value: Any) -> str:
    """A plain value as JSON writes it; times and durations as text."""
    return json.dumps(value, ensure_ascii=False, default=text_of)
