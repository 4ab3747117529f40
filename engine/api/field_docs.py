"""What the fields of a struct mean: the docstrings that stand below them in its source."""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from msgspec import Struct


def field_docs(struct: type[Struct]) -> dict[str, str]:
    """Read the docstrings below the fields of a struct and of its bases, by field."""
    docs: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if issubclass(base, Struct) and base is not Struct:
            docs |= _in_module(base.__module__).get(base.__name__, {})
    return docs


@cache
def _in_module(name: str) -> Mapping[str, Mapping[str, str]]:
    try:
        source = inspect.getsource(sys.modules[name])
    except OSError:
        # Installed without its source: then there is no prose, and nothing else is lost.
        return {}
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {node.name: _in_class(node) for node in classes}


def _in_class(node: ast.ClassDef) -> dict[str, str]:
    docs: dict[str, str] = {}
    for field, below in pairwise(node.body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docs[name] = inspect.cleandoc(text)
    return docs
