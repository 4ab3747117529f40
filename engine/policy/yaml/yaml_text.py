"""
YAML text with the place of every value in it.

YAML 1.2's core schema, made stricter: what could be meant as text stays text (`on`, `yes`,
`0123`, `12:30`, `0x1F`, `04E1`), so that no id tag or time turns into a number. Duplicate keys,
tags and merge keys are refused. PyYAML only cuts the text into events; nothing is constructed.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from engine.policy.problems import Problem
from engine.policy.yaml.lines import quoted, quoting_hint
from engine.policy.yaml.nodes import MappingNode, Node, Plain, Scalar, Sequence, Source
from engine.policy.yaml.traps import as_problem, beginning

SIZE_LIMIT = 4_000_000
"""Bytes of one file."""
DEPTH_LIMIT = 50
NODE_LIMIT = 200_000
"""Values in one file, those of an alias counted each time it is used."""

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,2})?")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


def read(file: str, content: bytes, report: Callable[[Problem], None]) -> list[Node]:
    """
    The documents of a YAML file, as far as it is one.

    Each problem is reported; documents before a syntax error are still returned.
    """
    source = Source(file, "")
    if len(content) > SIZE_LIMIT:
        report(source.problem(0, f"the file is larger than {SIZE_LIMIT} bytes"))
        return []
    try:
        source = Source(file, content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report(Problem(file=file, line=line, column=1, message="the file is not UTF-8 text"))
        return []
    documents: list[Node] = []
    try:
        documents.extend(_Reader(source, report).documents())
    except yaml.YAMLError as error:
        problem = as_problem(source, error)
        if "<document start>" in str(error):
            # What came before is one document with what follows: half of it is none.
            del documents[-1:]
        report(problem)
    except _Refused as refused:
        report(refused.problem)
    return documents


class _Refused(Exception):
    """The rest of the file can't be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Reader:
    """Makes nodes of events."""

    def __init__(self, source: Source, report: Callable[[Problem], None]) -> None:
        self.source = source
        self.report = report
        self.events = yaml.parse(source.text, Loader=_Loader)
        self.anchors: dict[str, Node | None] = {}
        self.nodes = 0
        self.depth = 0
        self.more: list[Node] = []
        """Documents that only lack the `---` before them."""

    def documents(self) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                self.more = []
                node = self._node(next(self.events))
                if not (isinstance(node, Scalar) and node.value is None):
                    yield node
                yield from self.more

    def _node(self, event: Any) -> Node:  # PyYAML's stubs know neither marks nor anchors
        index = event.start_mark.index
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, index)
        anchor, tag = event.anchor, event.tag
        if anchor is not None:
            self.anchors[anchor] = None
        node = self._content(event, index)
        if tag is not None:
            node.tagged = True
            self.report(self._tag_problem(index))
        self._count(1, index)
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def _tag_problem(self, index: int) -> Problem:
        trap = beginning(self.source, index)
        if trap is not None and self.source.place(index) == (trap.line, trap.column):
            return trap
        meant = quoted(self.source.line_of(index).rstrip())
        return self.source.problem(
            index, "a value that begins with `!` is read as a YAML tag", f"quote it: `{meant}`"
        )

    def _content(self, event: Any, index: int) -> Node:
        end = event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            # libyaml calls the plain style "", PyYAML's own parser None.
            style = event.style or None
            value = resolve(event.value) if style is None else event.value
            return Scalar(self.source, index, event.value, style, end, value)
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise _Refused(self.source.problem(index, f"nested deeper than {DEPTH_LIMIT} levels"))
        node = (
            self._sequence(index)
            if isinstance(event, yaml.SequenceStartEvent)
            else self._mapping(index)
        )
        self.depth -= 1
        return node

    def _sequence(self, index: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event))
        node = Sequence(self.source, index, items)
        node.size += sum(item.size for item in items)
        return node

    def _mapping(self, index: int) -> MappingNode:
        node = into = MappingNode(self.source, index, {})
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(next(self.events))
            node.size += key.size + value.size
            if not isinstance(key, Scalar):
                self.report(key.problem("a key must be a single value", _QUOTE_BRACES))
                node.tagged = True
            elif self.depth == 1 and key.text == "name" and {"name", "rule"} <= into.entries.keys():
                self.report(key.problem("a second policy begins here", _SEPARATE))
                into = MappingNode(self.source, key.index, {key.text: (key, value)})
                self.more.append(into)
            else:
                self._entry(into, key, value)
        return node

    def _entry(self, node: MappingNode, key: Scalar, value: Node) -> None:
        if _is_empty(value) and key.style is None and (glued := _GLUED.fullmatch(key.text)):
            key, value = self._parted(key, glued[1], glued[2])
        if key.text == "<<" and key.style is None:
            hint = "merge keys are not part of YAML 1.2: write the keys out"
            self.report(key.problem("`<<` can't be used here", hint))
            node.tagged = True
        elif key.text not in node.entries:
            node.entries[key.text] = key, value
        elif not node.tagged:
            # One is enough: if a `- ` was forgotten, all keys are there twice.
            line, _ = self.source.place(node.key(key.text).index)
            self.report(key.problem(f"the key `{key.text}` is already in line {line}", _hint(key)))
            node.tagged = True

    def _parted(self, key: Scalar, name: str, text: str) -> tuple[Scalar, Scalar]:
        """`{ status:Blocked }` as it was meant."""
        colon = key.index + len(name)
        hint = f"write `{name}: {text}`"
        self.report(self.source.problem(colon, "a space is missing after `:`", hint))
        value = Scalar(self.source, colon + 1, text, None, key.end, resolve(text))
        return Scalar(self.source, key.index, name, None, colon, name), value

    def _alias(self, event: Any, index: int) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            hint = quoting_hint(self.source, index)
            where = "inside itself" if event.anchor in self.anchors else "before it is set by `&`"
            problem = self.source.problem(index, f"`*{event.anchor}` is used {where}", hint)
            raise _Refused(problem)
        self._count(node.size, index)
        return node

    def _count(self, size: int, index: int) -> None:
        self.nodes += size
        if self.nodes > NODE_LIMIT:
            message = f"the file has more than {NODE_LIMIT} values, counting what aliases repeat"
            raise _Refused(self.source.problem(index, message))


_GLUED = re.compile(r"([A-Za-z_]+):([^\s:/].*)")


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not node.text


_SEPARATE = "write `---` in a line of its own between two policies"
_FIRST_KEYS = frozenset({"id", "condition", "name", "response", "expression"})


def _hint(key: Scalar) -> str | None:
    """A key with which items begin is there twice where the second has no `- `."""
    if key.text not in _FIRST_KEYS:
        return None
    line = key.source.line_of(key.index).rstrip()
    return f"if another item begins here, write `- {line}`"


_QUOTE_BRACES = "a value that begins with `{` or `[` must be quoted"


def resolve(text: str) -> Plain:
    """The type of an unquoted value: null, true and false, plain decimal numbers, or text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
