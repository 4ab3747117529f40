"""Expression text becomes a tree, by cel-python's grammar."""

import re
import threading
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from celpy.celparser import CELParser
from celpy.evaluation import CELEvalError, Evaluator
from lark import Lark, Token, Tree, UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from engine.cel.errors import CelSyntaxError

LENGTH_LIMIT = 20_000
"""An expression of more characters is refused."""

BRACKET_LIMIT = 100
"""Deeper brackets are refused before the parser meets them."""

DEPTH_LIMIT = 200
"""A deeper tree is refused: evaluation recurses. The CEL specification asks for 12 to 32."""

# These rules of the grammar only order the operators: with one child they are that child, which
# lark's `?` says. Evaluation then visits a fifth of the nodes.
_INLINED = re.compile(
    r"^(expr|conditional\w+|relation|addition|multiplication|unary|member|primary|paren_expr)(?=\s*:)",
    re.MULTILINE,
)
_TOKENS = {
    "IDENT": "name",
    "STRING_LIT": "text",
    "MLSTRING_LIT": "text",
    "BYTES_LIT": "bytes",
    "INT_LIT": "number",
    "UINT_LIT": "number",
    "FLOAT_LIT": "number",
}
_HINTS = {
    "=": "comparison is `==`",
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "True": "write `true`",
    "False": "write `false`",
    "None": "write `null`",
    "&": "write `&&`",
    "|": "write `||`",
}
_parse_lock = threading.Lock()


@lru_cache(maxsize=20_000)
def parse(text: str) -> Tree[Token]:
    """
    The tree of an expression; shared by all who ask for the same text, so never change it.

    Remembered, because a reload compiles mostly what it compiled before.

    Raises:
        CelSyntaxError: the text is not an expression.
    """
    if not text.strip():
        raise CelSyntaxError("the expression is empty", 1, 1)
    if len(text) > LENGTH_LIMIT:
        raise CelSyntaxError(f"the expression is longer than {LENGTH_LIMIT} characters", 1, 1)
    _check_brackets(text)
    try:
        # A policy set is compiled in a thread while tests or the API may compile another.
        with _parse_lock:
            tree = _parser().parse(text)
    except UnexpectedInput as problem:
        raise _syntax_error(text, problem) from None
    _check_depth(tree)
    for literal in tree.find_data("literal"):
        _work_out(literal)
    return tree


@cache
def _parser() -> Lark:
    """
    A parser of our own, made with the options of `CELParser`.

    That class keeps one parser for the whole process and the last text in itself.
    """
    return Lark(
        _INLINED.sub(r"?\1", files("celpy").joinpath("cel.lark").read_text()),
        parser="lalr",
        start="expr",
        g_regex_flags=re.MULTILINE,
        lexer_callbacks={"IDENT": CELParser.ambiguous_literals},
        propagate_positions=True,
        maybe_placeholders=False,
        priority="invert",
    )


def _check_brackets(text: str) -> None:
    """Bounds nesting before the parser recurses over it; brackets in text count, harmlessly."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    if deepest > BRACKET_LIMIT:
        raise CelSyntaxError(f"the expression nests deeper than {BRACKET_LIMIT} brackets", 1, 1)


def _check_depth(tree: Tree[Token]) -> None:
    """Chains like `a.b.c` and `a + b + c` nest to the left without any bracket."""
    level: list[Tree[Token]] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
    if depth > DEPTH_LIMIT:
        raise CelSyntaxError("the expression is too complex", 1, 1, hint="split it into variables")


def _work_out(literal: Tree[Token]) -> None:
    """A literal's value is kept with it, so that it is made once."""
    value: Any = Evaluator.literal(cast(Evaluator, None), literal)
    if isinstance(value, CELEvalError):
        meta = literal.meta
        raise CelSyntaxError(f"`{literal.children[0]}` is out of range", meta.line, meta.column)
    literal.meta.value = value  # type: ignore[attr-defined]


def _syntax_error(text: str, problem: UnexpectedInput) -> CelSyntaxError:
    line, column = problem.line, problem.column
    match problem:
        case UnexpectedToken(token=Token(type="$END")):
            last = text.rstrip()
            line = last.count("\n") + 1
            column = len(last) - (last.rfind("\n") + 1) + 1
            return CelSyntaxError("the expression ends too early", line, column)
        case UnexpectedToken(token=token):
            found = f"{_TOKENS[token.type]} " if token.type in _TOKENS else ""
            return CelSyntaxError(
                f"unexpected {found}`{token}`", line, column, hint=_hint(text, str(token))
            )
        case UnexpectedCharacters():
            character = text[problem.pos_in_stream or 0]
            message = f"unexpected `{character}`"
            if character in "'\"":
                message = "text is not closed: the other quote is missing"
            return CelSyntaxError(message, line, column, hint=_hint(text, character))
        case _:
            return CelSyntaxError("this is not an expression", 1, 1)


def _hint(text: str, found: str) -> str | None:
    if found == "?" and ".?" in text:
        return "optional selection (`.?`) is not supported; use `has(…)` or compare with `null`"
    return _HINTS.get(found)
