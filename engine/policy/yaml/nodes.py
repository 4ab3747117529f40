"""
Values of a YAML file, each with its place in the text.

Line and column count from 1, as editors do.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from engine.policy.problems import Problem

Plain = str | int | float | bool | None


class Source:
    """The text of one file, and the places in it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of a character, counted from 1."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def problem(self, index: int, message: str, hint: str | None = None) -> Problem:
        line, column = self.place(index)
        return Problem(file=self.file, line=line, column=column, message=message, hint=hint)

    def line_of(self, index: int) -> str:
        """The rest of the line from a character on."""
        end = self.text.find("\n", index)
        return self.text[index : end if end >= 0 else len(self.text)]


@dataclass(eq=False, slots=True)
class Node:
    """A value of a YAML file; `index` is where it begins in the text."""

    source: Source
    index: int
    size: int = field(default=1, init=False)
    tagged: bool = field(default=False, init=False)
    """What was meant is not known, and this was reported: a YAML tag, a key that is there twice."""

    def problem(self, message: str, hint: str | None = None) -> Problem:
        return self.source.problem(self.index, message, hint)


@dataclass(eq=False, slots=True)
class Scalar(Node):
    """A single value: `text` as written, `value` with the type YAML gives it."""

    text: str
    style: str | None
    end: int
    value: Plain

    def problem_at(self, offset: int, message: str, hint: str | None = None) -> Problem:
        """A problem at a character of the text, wherever that stands in the file."""
        return self.source.problem(_index_in_file(self, min(offset, len(self.text))), message, hint)


@dataclass(eq=False, slots=True)
class Sequence(Node):
    items: list[Node]


@dataclass(eq=False, slots=True)
class MappingNode(Node):
    entries: dict[str, tuple[Scalar, Node]]
    """By key, in the order of the file: the key itself, for its place, and the value."""

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry and entry[1]

    def key(self, key: str) -> Scalar:
        return self.entries[key][0]

    def items(self) -> Iterator[tuple[str, Node]]:
        return ((key, value) for key, (_, value) in self.entries.items())


def plain(node: Node) -> object:
    """The value as Python has it: dict, list, str, int, float, bool or None."""
    match node:
        case MappingNode():
            return {key: plain(value) for key, value in node.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value
        case _:
            raise AssertionError(node)


def is_long_integer(node: object) -> bool:
    """An unquoted number with so many digits that YAML here takes it for text."""
    return (
        isinstance(node, Scalar)
        and node.style is None
        and isinstance(node.value, str)
        and _DIGITS.fullmatch(node.text) is not None
    )


_DIGITS = re.compile(r"[-+]?[1-9][0-9]{18,}")


def _index_in_file(scalar: Scalar, offset: int) -> int:
    """
    Where a character of the text stands in the file.

    Folding, indentation and line breaks only change white space, so the other characters stand in
    the file in the same order: both are walked side by side. In double quotes escapes are decoded.
    """
    raw, index = scalar.source.text, scalar.index
    if scalar.style in {"|", ">"}:
        index = raw.find("\n", index) + 1
    elif scalar.style in {"'", '"'}:
        index += 1
    place = index
    for character in scalar.text[: offset + 1]:
        if character.isspace():
            place = index
            continue
        index, place = _next(scalar, raw, index)
    return min(place, max(scalar.end - 1, scalar.index)) if offset < len(scalar.text) else index


def _next(scalar: Scalar, raw: str, index: int) -> tuple[int, int]:
    """The index behind the character's spelling in the file, and that of its beginning."""
    while index < scalar.end:
        spelled, length = _spelled(scalar, raw, index)
        if not spelled.isspace():
            return index + length, index
        index += length
    return index, index


def _spelled(scalar: Scalar, raw: str, index: int) -> tuple[str, int]:
    """The character that stands at an index, and how many characters of the file it takes."""
    if scalar.style == "'" and raw.startswith("''", index):
        return "'", 2
    if scalar.style != '"' or raw[index] != "\\":
        return raw[index], 1
    kind = raw[index + 1]
    digits = _HEXADECIMAL.get(kind, 0)
    if digits:
        return chr(int(raw[index + 2 : index + 2 + digits], 16)), 2 + digits
    # The others are one letter; what matters is only whether they stand for white space.
    return " " if kind in _WHITE_SPACE else kind, 2


_HEXADECIMAL = {"x": 2, "u": 4, "U": 8}
_WHITE_SPACE = frozenset(" \n\tntvfrN_LP")
