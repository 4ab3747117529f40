"""Columns of CSV tables: their names and types, as the first line has them (`amps:int?`)."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.cel import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Type,
    did_you_mean,
    duration_of,
    list_of,
    nullable,
    timestamp_of,
)

_INT = re.compile(r"[-+]?[0-9]{1,19}")
_INT_LIMIT = 2**63


class CellError(Exception):
    """Something that is wrong with a cell, and what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Kind:
    """What the cells of a column may be."""

    type: Type
    read: Callable[[str], object]
    """Of the text of a cell its value; None where it is none."""
    example: str


def _int(text: str) -> int | None:
    value = int(text) if _INT.fullmatch(text) else None
    return value if value is not None and -_INT_LIMIT <= value < _INT_LIMIT else None


def _double(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")] if text.strip() else []


KINDS: Mapping[str, Kind] = {
    "string": Kind(STRING, str, "text"),
    "int": Kind(INT, _int, "a whole number, such as `42`"),
    "double": Kind(DOUBLE, _double, "a number, such as `1.5`"),
    "bool": Kind(BOOL, {"true": True, "false": False}.get, "`true` or `false`"),
    "timestamp": Kind(TIMESTAMP, timestamp_of, "such as `2026-01-31T12:00:00Z`"),
    "duration": Kind(DURATION, duration_of, "such as `1h30m`"),
    "list": Kind(list_of(STRING), _list, "texts with `;` between them"),
}
_ALSO_EMPTY = frozenset({"string", "list"})
_KEYS = frozenset({"string", "int", "bool"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `may_be_empty` makes an empty cell null."""

    name: str
    kind: str
    may_be_empty: bool

    @classmethod
    def of(cls, text: str, *, is_key: bool) -> "Column":
        """A cell of the first line. Raises CellError."""
        name, typed, kind = text.partition(":")
        kind, name = kind.strip() if typed else "string", name.strip()
        column = cls(name, kind.removesuffix("?"), kind.endswith("?"))
        if column.kind not in KINDS:
            hint = did_you_mean(column.kind, list(KINDS)) or f"one of {', '.join(KINDS)}"
            raise CellError(f"`{column.kind}` is not a type of a column", hint)
        if is_key and (column.may_be_empty or column.kind not in _KEYS):
            hint = "it is the key of its row: string, int or bool, and never empty"
            raise CellError(f"the first column can't be `{kind}`", hint)
        return column

    @property
    def type(self) -> Type:
        type_ = KINDS[self.kind].type
        return nullable(type_) if self.may_be_empty else type_

    def read(self, text: str) -> object:
        """The value of a cell. Raises CellError."""
        if self.may_be_empty and not text.strip():
            return None
        if self.kind == "string":
            return text
        if not text.strip() and self.kind not in _ALSO_EMPTY:
            hint = f"`{self.name}:{self.kind}?` in line 1 makes it null"
            raise CellError(f"`{self.name}` must be of type {self.kind}, not empty", hint)
        value = KINDS[self.kind].read(text.strip())
        if value is None:
            message = f"`{self.name}` must be of type {self.kind}, not `{text.strip()[:40]}`"
            raise CellError(message, KINDS[self.kind].example)
        return value
