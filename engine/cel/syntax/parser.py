"""An expression's text becomes a tree of nodes, within limits of size and depth."""

import re
from collections.abc import Sequence
from functools import lru_cache

from lark import UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from engine.cel.errors import CelProblem, CelSyntaxError
from engine.cel.syntax.builder import Builder, refuse
from engine.cel.syntax.grammar import parse_tree
from engine.cel.syntax.nodes import Node, children

LENGTH_LIMIT = 20_000
"""An expression of more characters is refused."""

DEPTH_LIMIT = 100
"""Deeper nesting is refused: checking and generating recurse. CEL asks for 12 to 32."""

TOKEN_LIMIT = 600
"""An expression of more words, numbers, texts and signs is refused: parsing takes 25 µs each."""

_TOKEN = re.compile(
    r"//.*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[A-Za-z_][A-Za-z_0-9]*|[0-9][0-9a-zA-Z]*|\S"
)
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_TOKENS = {
    "IDENT": "a name",
    "STRING_LIT": "text",
    "MLSTRING_LIT": "text",
    "BYTES_LIT": "bytes",
    "INT_LIT": "a number",
    "UINT_LIT": "a number",
    "FLOAT_LIT": "a number",
}
_HINTS = {
    "=": "comparison is `==`",
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "is": "write `==`",
    "True": "write `true`",
    "False": "write `false`",
    "None": "write `null`",
    "&": "write `&&`",
    "|": "write `||`",
}


@lru_cache(maxsize=20_000)
def parse(text: str, *, macros: bool = True) -> Node:
    """
    The tree of an expression; remembered, because a reload compiles mostly what it had.

    Raises:
        CelSyntaxError: the text is not an expression, or over a limit.
    """
    if not text.strip():
        refuse(text, 0, 0, "the expression is empty")
    if len(text) > LENGTH_LIMIT:
        refuse(text, 0, 0, f"the expression is longer than {LENGTH_LIMIT} characters")
    _check_size(text)
    try:
        tree = parse_tree(text)
    except UnexpectedInput as problem:
        raise _syntax_error(text, problem) from None
    node = Builder(text, macros=macros).build(tree)
    _check_depth(text, node)
    return node


def _check_size(text: str) -> None:
    """Before parsing: it must not take long to refuse what is too large."""
    tokens = depth = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0] == "/" and token[1:2] == "/":
            continue
        tokens += 1
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth > DEPTH_LIMIT:
            message = f"the expression nests deeper than {DEPTH_LIMIT} brackets"
            refuse(text, match.start(), match.end(), message, hint="split it into variables")
        if tokens > TOKEN_LIMIT:
            message = f"the expression has more than {TOKEN_LIMIT} words and signs"
            hint = "move lists to a table of `data`, or split it into variables"
            refuse(text, match.start(), match.end(), message, hint=hint)


def _check_depth(text: str, node: Node) -> None:
    """Chains like `a.b.c` and `a + b + c` nest to the left without any bracket."""
    level: Sequence[Node] = (node,)
    depth = 0
    while level:
        depth += 1
        if depth > DEPTH_LIMIT:
            message = f"the expression nests deeper than {DEPTH_LIMIT} levels"
            refuse(text, node.start, node.end, message, hint="split it into variables")
        level = [child for parent in level for child in children(parent)]


def _syntax_error(text: str, problem: UnexpectedInput) -> CelSyntaxError:
    if isinstance(problem, UnexpectedToken):
        token = problem.token
        if token.type == "$END":
            at = len(text.rstrip())
            return CelSyntaxError([CelProblem.at(text, at, at, "the expression ends too early")])
        found = f"{_TOKENS[token.type]} " if token.type in _TOKENS else ""
        start = token.start_pos or 0
        message, what = f"unexpected {found}`{token}`", str(token)
    else:
        assert isinstance(problem, UnexpectedCharacters)
        start = problem.pos_in_stream or 0
        what = text[start]
        message = f"unexpected `{what}`"
        if what in "'\"":
            message = "text is not closed: the other quote is missing"
    end = start + len(what)
    return CelSyntaxError([CelProblem.at(text, start, end, message, hint=_HINTS.get(what))])
