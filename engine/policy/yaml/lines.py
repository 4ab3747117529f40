"""The lines of a YAML file as they were meant: each key with its whole value, quoted or not."""

import re
from dataclasses import dataclass

from engine.policy.yaml.nodes import Source

_BEFORE = re.compile(r"[ \t]*(?:- +)*")
_KEY = re.compile(r"""("[^"]*"|'[^']*'|[\w.?$-]+):(?: +|$)""")
_FLOW_KEY = re.compile(r"(?:\[ *)?\{ *(?=[\w.?$-]+:(?: |$))")
_NEXT_KEY = re.compile(r", *(?=[\w.?$-]+:(?: |$))")
_CLOSES = re.compile(rf"[}}\]]|{_NEXT_KEY.pattern}")
_OPENING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`key: value` in a line, also inside of `{ }`; without a key it is the item of a list."""

    key: str
    key_index: int
    value: str
    """To its end in this line: with what YAML takes for something else."""
    index: int
    """Where the value begins in the file."""

    def with_value(self, value: str) -> str:
        return f"{self.key}: {value}" if self.key else f"- {value}"

    def quoted(self) -> str:
        """How it is written so that all of the value is text."""
        return self.with_value(quoted(self.value))


def quoted(text: str) -> str:
    """A text as YAML has it in quotes: in those that are not in it, if that is possible."""
    if '"' in text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\") + '"'


def entry_at(source: Source, index: int) -> Entry | None:
    """The innermost entry of a line whose value a place is in."""
    start = source.text.rfind("\n", 0, index) + 1
    line = source.line_of(start)
    place = index - start
    before = _BEFORE.match(line)
    assert before is not None
    at, flow = before.end(), False
    found: Entry | None = None
    while True:
        key = _KEY.match(line, at)
        if key is None and found is not None:
            return found
        begin = key.end() if key else at
        end = _end(line, begin, flow=flow)
        more = _NEXT_KEY.match(line, end) if flow else None
        if more is not None and place >= more.end():
            at = more.end()
            continue
        value = line[begin:end].rstrip()
        found = Entry(key[1] if key else "", start + at, value, start + begin)
        inner = _FLOW_KEY.match(line, begin)
        if inner is None or place < inner.end():
            return found if value else None
        at, flow = inner.end(), True


def quoting_hint(source: Source, index: int) -> str | None:
    """How the value that begins at a place is written so that all of it is text."""
    entry = entry_at(source, index)
    if entry is None or entry.index != index:
        return None
    return f"quote it: `{entry.quoted()}`"


def above(source: Source, index: int) -> Entry | None:
    """The last entry of a line before that of a place, without what is nested in it."""
    start = source.text.rfind("\n", 0, index) + 1
    while start > 0:
        end = start - 1
        start = source.text.rfind("\n", 0, end) + 1
        line = source.text[start:end]
        before = _BEFORE.match(line)
        key = before and _KEY.match(line, before.end())
        if key is not None:
            return Entry(key[1], start + key.start(), line[key.end() :].rstrip(), start + key.end())
    return None


def _end(line: str, at: int, *, flow: bool) -> int:
    """Where a value ends that was meant as one: at the next key, a bracket's end or a comment."""
    open_brackets: list[str] = []
    quote = ""
    for index in range(at, len(line)):
        letter = line[index]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and letter in line[index + 1 :]:
            quote = letter
        elif letter in _OPENING:
            open_brackets.append(_OPENING[letter])
        elif open_brackets:
            if letter == open_brackets[-1]:
                open_brackets.pop()
        elif line.startswith(" #", index - 1) or (flow and _CLOSES.match(line, index)):
            return index
    return len(line)
