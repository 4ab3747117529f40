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
from engine.policy.yaml.nodes import MappingNode, Node, Plain, Scalar, Sequence, Source

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
        report(_syntax_problem(source, error))
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

    def documents(self) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                node = self._node(next(self.events))
                if not (isinstance(node, Scalar) and node.value is None):
                    yield node

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
        meant = self.source.line_of(index).rstrip()
        return self.source.problem(
            index,
            "a value that begins with `!` is read as a YAML tag",
            f"quote it: `{meant!r}`" if "'" in meant else f'quote it: `"{meant}"`',
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
        node = MappingNode(self.source, index, {})
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(next(self.events))
            node.size += key.size + value.size
            if isinstance(key, Scalar):
                self._entry(node, key, value)
            else:
                self.report(key.problem("a key must be a single value", _QUOTE_BRACES))
        return node

    def _entry(self, node: MappingNode, key: Scalar, value: Node) -> None:
        if key.text == "<<" and key.style is None:
            hint = "merge keys are not part of YAML 1.2: write the keys out"
            self.report(key.problem("`<<` can't be used here", hint))
        elif key.text in node.entries:
            line, _ = self.source.place(node.key(key.text).index)
            self.report(key.problem(f"the key `{key.text}` is already in line {line}"))
        else:
            node.entries[key.text] = key, value

    def _alias(self, event: Any, index: int) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            hint = "a value that begins with `*` must be quoted"
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


def _syntax_problem(source: Source, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        index = getattr(error, "position", 0)
        return source.problem(min(index, len(source.text)), "this character can't stand in YAML")
    index = min(mark.index, len(source.text))
    message = str(getattr(error, "problem", "")) or "this is not YAML"
    context = getattr(error, "context_mark", None)
    started = min(context.index, len(source.text)) if context is not None else index
    return _explained(source, index, started, message)


def _explained(source: Source, index: int, started: int, message: str) -> Problem:
    """libyaml's words for the usual mistakes, said so that an operator knows what to do."""
    found = source.text[index : index + 1]
    before = source.text[source.text.rfind("\n", 0, index) + 1 : index]
    if found == "\t" or (before and not before.strip() and "\t" in before):
        return source.problem(index, "a tab can't indent: YAML wants spaces")
    if "cannot start any token" in message:
        hint = f"a value that begins with `{found}` must be quoted"
        return source.problem(index, f"a value can't begin with `{found}`", hint)
    if "mapping values are not allowed" in message:
        hint = "quote a value that holds `: `; or the indentation is wrong"
        return source.problem(index, "`:` can't stand here", hint)
    if "unexpected end of stream" in message:
        return source.problem(started, "the quote is never closed")
    if "expected ',' or" in message:
        bracket = source.text[started : started + 1]
        hint = f"a value that begins with `{bracket}` but is text must be quoted as a whole"
        return source.problem(started, f"`{bracket}` is never closed", hint)
    if "did not find expected key" in message and before.rstrip().endswith(tuple("'\"]}")):
        closing = before.rstrip()[-1]
        hint = f"the value ends at `{closing}`: quote the whole of it"
        return source.problem(index, f"there is text after the closing `{closing}`", hint)
    if "node content" in message and index >= len(source.text.rstrip()):
        return source.problem(index, "the file ends before a `[` or `{` is closed")
    if "did not find expected" in message:
        hint = "compare the indentation with the lines above"
        return source.problem(index, "this does not fit in here", hint)
    return source.problem(index, message)
