"""
What is no YAML, said so that an operator knows what to write instead.

libyaml tells where it gave up and what it waited for, which is seldom where the mistake is. So
the line it stopped at, and the one its construct began in, are looked at for the usual traps.
"""

import re
from collections.abc import Iterator

import yaml

from engine.policy.problems import Problem
from engine.policy.yaml.lines import Entry, above, entry_at, quoted
from engine.policy.yaml.nodes import Source

_READ_AS = {"!": "a YAML tag", "&": "a YAML anchor", "*": "a YAML alias"}
_SHOWN = 80
_NO_BEGINNING = frozenset("%@`")
_BLOCK = re.compile(r"[|>][+-]?[0-9]?[+-]? +(?!#)(?=\S)")
_NO_SPACE_AFTER_COLON = re.compile(r" *(?:- +)*([\w?-]+):(?=[^\s:/])")
_NO_SPACE_AFTER_DASH = re.compile(r" *-(?=[A-Za-z_]+:(?: |$))")
_NO_COLON = re.compile(r" *(?:- +)*([a-z_]+) +\S")


def as_problem(source: Source, error: yaml.YAMLError) -> Problem:
    """The mistake behind an error of libyaml."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        index = getattr(error, "position", 0)
        return source.problem(min(index, len(source.text)), "this character can't stand in YAML")
    context = getattr(error, "context_mark", None)
    stopped = min(mark.index, len(source.text))
    started = min(context.index, len(source.text)) if context is not None else stopped
    found = _Explanation(source, stopped, started, str(getattr(error, "problem", "")))
    return next(found.problems())


def beginning(source: Source, index: int) -> Problem | None:
    """A value that begins with what means something in YAML, if one is meant at a place."""
    entry = entry_at(source, index)
    if entry is None or entry.index > index:
        return None
    first = entry.value[0]
    hint = f"quote it: `{entry.quoted()}`"
    if first in _READ_AS:
        message = f"a value that begins with `{first}` is read as {_READ_AS[first]}"
        return source.problem(entry.index, message, hint)
    if first in _NO_BEGINNING or entry.value.startswith(("- ", "? ")):
        return source.problem(entry.index, f"a value can't begin with `{first}`", hint)
    if block := _BLOCK.match(entry.value):
        message = f"text can't follow `{first}` in the same line"
        if first == "|":
            text = entry.value[block.end() :]
            hint = f"begin it in the next line, or write `{entry.with_value(quoted(text))}`"
        return source.problem(entry.index, message, hint)
    return None


def _requoted(entry: Entry) -> str:
    """A value in quotes; its own are taken for these, if it has them around it."""
    first, last = entry.value[0], entry.value[-1]
    whole = first == last and first in "'\"" and entry.value.count(first) > 2
    return entry.with_value(quoted(entry.value[1:-1] if whole else entry.value))


class _Explanation:
    """The guesses at one error, the surest first."""

    def __init__(self, source: Source, stopped: int, started: int, message: str) -> None:
        self.source = source
        self.stopped = stopped
        self.started = started
        self.message = message
        self.line_start = source.text.rfind("\n", 0, stopped) + 1
        self.line = source.line_of(self.line_start)
        self.before = source.text[self.line_start : stopped]

    def problems(self) -> Iterator[Problem]:
        yield from self._tab()
        yield from filter(None, (beginning(self.source, self.stopped),))
        yield from self._escape()
        yield from self._spaces()
        yield from self._flow()
        yield from self._quotes()
        yield from self._colon()
        yield from self._indentation()
        yield self.source.problem(self.stopped, self.message or "this is not YAML")

    def _tab(self) -> Iterator[Problem]:
        here = self.source.text[self.stopped : self.stopped + 1]
        if here == "\t" or (not self.before.strip() and "\t" in self.before):
            spaced = self.line.replace("\t", "  ").rstrip()
            hint = f"write two spaces for each: `{spaced}`"
            yield self.source.problem(self.stopped, "a tab can't indent: YAML wants spaces", hint)

    def _escape(self) -> Iterator[Problem]:
        entry = entry_at(self.source, self.stopped)
        if "escape character" in self.message and entry is not None:
            single = "'" + entry.value.strip('"').replace("'", "''") + "'"
            yield self.source.problem(
                self.stopped,
                "in double quotes a backslash must be written twice",
                f"or use single quotes: `{entry.with_value(single)}`",
            )

    def _spaces(self) -> Iterator[Problem]:
        """`action:Authorize` and `-condition: …`, which are text for YAML."""
        for start in self._suspects():
            line = self.source.line_of(start)
            if dash := _NO_SPACE_AFTER_DASH.match(line):
                hint = f"write `- {line[dash.end() :].rstrip()}`"
                yield self.source.problem(
                    start + dash.end() - 1, "a space is missing after `-`", hint
                )
            if colon := _NO_SPACE_AFTER_COLON.match(line):
                hint = f"write `{colon[1]}: {line[colon.end() :].rstrip()}`"
                yield self.source.problem(
                    start + colon.end() - 1, "a space is missing after `:`", hint
                )

    def _suspects(self) -> Iterator[int]:
        """Where the lines begin that may have the mistake."""
        text = self.source.text
        yield text.rfind("\n", 0, self.started) + 1
        if self.line_start > 0:
            yield text.rfind("\n", 0, self.line_start - 1) + 1
        yield self.line_start

    def _flow(self) -> Iterator[Problem]:
        """What goes wrong between `{` and `}`, or `[` and `]`."""
        if "expected ',' or" not in self.message and "node content" not in self.message:
            return
        entry = entry_at(self.source, self.stopped)
        same_line = self.line_start <= self.started <= self.stopped
        ended = not self.source.text[self.stopped :].strip()
        if (
            same_line
            and not ended
            and entry is not None
            and entry.key
            and self.stopped > entry.index
        ):
            message = "a value between `{` and `}` ends at `,`, `: `, `{`, `[` and brackets' ends"
            yield self.source.problem(entry.index, message, f"quote it: `{entry.quoted()}`")
        bracket = self.source.text[self.started : self.started + 1]
        if bracket in ("{", "["):
            closing = "}" if bracket == "{" else "]"
            line = f"{self.source.line_of(self.started).rstrip()} {closing}"
            hint = f"close it: `{line}`; or quote the value, if it is text"
            if len(line) > _SHOWN or self.started == 0:
                hint = f"write `{closing}` where it ends"
            yield self.source.problem(self.started, f"`{bracket}` is never closed", hint)
        yield self.source.problem(self.stopped, "the file ends before a `[` or `{` is closed")

    def _quotes(self) -> Iterator[Problem]:
        if "unexpected end of stream" in self.message:
            yield self._unclosed(entry_at(self.source, self.started), self.started)
        closing = self.before.rstrip()[-1:]
        if "did not find expected" not in self.message or closing not in tuple("'\"]}"):
            return
        entry = entry_at(self.source, self.stopped)
        if entry is not None and entry.index < self.stopped and entry.value[0] in "'\"[{":
            opened = self._opened_above(closing)
            if opened is not None and self.before.rstrip().endswith(f": {closing}"):
                yield self._unclosed(opened, opened.index)
            hint = f"quote the whole of it: `{_requoted(entry)}`"
            message = f"there is text after the closing `{closing}`"
            yield self.source.problem(self.stopped, message, hint)

    def _opened_above(self, quote: str) -> Entry | None:
        """The entry before, if its quote is not closed in its line."""
        entry = above(self.source, self.stopped)
        while entry is not None:
            if entry.value.startswith(quote):
                return entry if entry.value.count(quote) % 2 else None
            entry = above(self.source, entry.key_index)
        return None

    def _unclosed(self, entry: Entry | None, index: int) -> Problem:
        quote = self.source.text[index : index + 1]
        hint = None
        if entry is not None:
            hint = f"close it: `{entry.with_value(entry.value + quote)}`"
        return self.source.problem(index, "the quote is never closed", hint)

    def _colon(self) -> Iterator[Problem]:
        if "mapping values are not allowed" in self.message:
            entry = entry_at(self.source, self.stopped)
            if entry is not None and entry.key and entry.index < self.stopped:
                hint = f"quote the value, which holds `: `: `{entry.quoted()}`"
                yield self.source.problem(self.stopped, "`:` can't stand here", hint)
            first = len(self.line) - len(self.line.lstrip(" "))
            yield self._misplaced(self.line_start + first)
        if "could not find expected ':'" in self.message:
            line_start = self.source.text.rfind("\n", 0, self.started) + 1
            over = above(self.source, line_start)
            if over is not None and over.value[:1] in ("|", ">"):
                column = self.source.place(over.key_index)[1]
                hint = f"indent it deeper than `{over.key}`: by {column + 1} spaces or more"
                message = f"the text after `{over.value}` must be indented"
                yield self.source.problem(self.started, message, hint)
            if word := _NO_COLON.match(self.source.line_of(line_start)):
                rest = self.source.line_of(line_start + word.end() - 1).rstrip()
                hint = f"write `{word[1]}: {rest}`"
                yield self.source.problem(line_start + word.end(1), "a `:` is missing", hint)
            yield self._misplaced(self.started)

    def _indentation(self) -> Iterator[Problem]:
        if "did not find expected" in self.message or "not allowed" in self.message:
            yield self._misplaced(self.stopped)

    def _misplaced(self, index: int) -> Problem:
        """A line whose indentation is that of none above."""
        message = "this does not fit in here"
        over = above(self.source, self.line_start)
        if over is None:
            return self.source.problem(index, message, "compare the indentation with other lines")
        line, column = self.source.place(over.key_index)
        spaces = "1 space" if column == 2 else f"{column - 1} spaces"
        hint = f"to stand beside `{over.key}` of line {line} it must be indented by {spaces}"
        return self.source.problem(index, message, hint)
