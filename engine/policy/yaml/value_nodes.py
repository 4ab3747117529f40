"""
JSON values as nodes, so that what reads YAML reads them too.

They have no lines: a problem's `file` is the path of the field, `request.idTag`, and its line 0.
"""

import json
from collections.abc import Callable

from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, Source
from engine.policy.yaml.yaml_text import DEPTH_LIMIT


class ValueSource(Source):
    """Where values come from: `index` of their nodes is the number of their path."""

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(name, "")
        self.prefix = prefix
        self.paths: list[str] = []

    def place(self, index: int) -> tuple[int, int]:
        return 0, 0

    def problem(self, index: int, message: str, hint: str | None = None) -> Problem:
        path = self.paths[index]
        path = f"{self.prefix}{path}" if path else self.file
        return Problem(file=path, line=0, column=0, message=message, hint=hint)


def mapping_of(
    values: dict[str, object],
    report: Callable[[Problem], None],
    name: str = "",
    prefix: str = "",
) -> MappingNode | None:
    """
    An object as a node; None where it nests too deep, which is reported.

    Args:
        name: stands for the whole object, in problems that are about it.
        prefix: stands before each path.
    """
    source = ValueSource(name, prefix)
    try:
        node = _node(source, values, "", 0)
    except _TooDeepError as error:
        report(source.problem(error.index, f"nests deeper than {DEPTH_LIMIT} levels"))
        return None
    assert isinstance(node, MappingNode)
    return node


class _TooDeepError(Exception):
    def __init__(self, index: int) -> None:
        self.index = index


def _node(source: ValueSource, value: object, path: str, depth: int) -> Node:
    source.paths.append(path)
    index = len(source.paths) - 1
    if depth > DEPTH_LIMIT:
        raise _TooDeepError(index)
    match value:
        case dict():
            entries: dict[str, tuple[Scalar, Node]] = {}
            for key, item in value.items():
                node = _node(source, item, f"{path}.{key}".removeprefix("."), depth + 1)
                entries[key] = (_scalar(source, node.index, key), node)
            return MappingNode(source, index, entries)
        case list():
            items = enumerate(value)
            return Sequence(
                source, index, [_node(source, item, f"{path}[{n}]", depth + 1) for n, item in items]
            )
        case None | bool() | int() | float() | str():
            return _scalar(source, index, value)
        case _:
            raise AssertionError(value)


def _scalar(source: ValueSource, index: int, value: str | float | bool | None) -> Scalar:
    text = value if isinstance(value, str) else json.dumps(value)
    style = '"' if isinstance(value, str) else None
    return Scalar(source, index, text, style, 0, value)
