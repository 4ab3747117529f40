"""An expression's text becomes a tree of nodes, within limits of size and depth."""

from collections.abc import Sequence
from functools import cache, lru_cache

from engine.cel.errors import CelSyntaxError
from engine.cel.syntax.automaton import Automaton, Endings, Unexpected
from engine.cel.syntax.builder import maker_of, maker_without_macros, nothing_of
from engine.cel.syntax.mistakes import syntax_error
from engine.cel.syntax.nodes import Node, children
from engine.cel.syntax.parts import refuse
from engine.cel.syntax.tables import load
from engine.cel.syntax.tokens import CLOSING, OPENING, tokens

LENGTH_LIMIT = 20_000
"""An expression of more characters is refused."""

DEPTH_LIMIT = 100
"""Deeper nesting is refused: checking and generating recurse. CEL asks for 12 to 32."""

TOKEN_LIMIT = 600
"""An expression of more words, numbers, texts and signs is refused: one is to be understood."""


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
    _check_characters(text)
    _check_size(text)
    try:
        node, count = _read(text, macros=macros)
    except Unexpected as problem:
        raise syntax_error(text, problem) from None
    if count > DEPTH_LIMIT:
        _check_depth(text, node)
    return node


def _read(text: str, *, macros: bool) -> tuple[Node, int]:
    automaton, nodes, without_macros, nothing = _grammar()
    try:
        node, count = automaton.read(text, nodes if macros else without_macros)
    except CelSyntaxError:
        # Of what is no expression that is said, not what is wrong with a part of it.
        automaton.read(text, nothing)
        raise
    assert isinstance(node, Node)
    return node, count


@cache
def _grammar() -> tuple[Automaton, Endings, Endings, Endings]:
    automaton = Automaton(load())
    makers = (maker_of, maker_without_macros, nothing_of)
    nodes, without_macros, nothing = (automaton.endings(each) for each in makers)
    return automaton, nodes, without_macros, nothing


def _check_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        refuse(text, problem.start, problem.end, "half of a character: a lone surrogate")


def _check_size(text: str) -> None:
    """Before parsing: it must not take long to refuse what is too large."""
    if len(text) <= TOKEN_LIMIT and sum(map(text.count, OPENING)) <= DEPTH_LIMIT:
        return
    depth = 0
    for count, (token, start) in enumerate(tokens(text), 1):
        depth += (token in OPENING) - (token in CLOSING)
        if depth > DEPTH_LIMIT:
            message = f"the expression nests deeper than {DEPTH_LIMIT} brackets"
            refuse(text, start, start + 1, message, hint="split it into variables")
        if count > TOKEN_LIMIT:
            message = f"the expression has more than {TOKEN_LIMIT} words and signs"
            hint = "move lists to a table of `data`, or split it into variables"
            refuse(text, start, start + len(token), message, hint=hint)


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
