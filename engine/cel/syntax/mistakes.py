"""What is no expression: where it stops being one, and what was probably meant."""

import re

from engine.cel.errors import CelProblem, CelSyntaxError
from engine.cel.syntax.automaton import Unexpected
from engine.cel.syntax.tables import END
from engine.cel.syntax.tokens import CLOSING, OPENING, tokens

_TOKENS = {
    "IDENT": "name ",
    "STRING_LIT": "text ",
    "MLSTRING_LIT": "text ",
    "BYTES_LIT": "bytes ",
    "INT_LIT": "number ",
    "UINT_LIT": "number ",
    "FLOAT_LIT": "number ",
}
_SHOWN = 20
_QUOTES = frozenset("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\xab\xbb`\xb4")
"""Quotation marks of word processors."""
_HINTS = {
    "=": "comparison is `==`",
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "is": "write `==`",
    "like": "write `glob(text, pattern)`",
    "contains": "write `text.contains('…')`",
    "startswith": "write `text.startsWith('…')`",
    "endswith": "write `text.endsWith('…')`",
    "matches": "write `text.matches('…')`",
    "&": "write `&&`",
    "|": "write `||`",
    "#": "a comment starts with `//`",
    ";": "an expression is one value: join conditions with `&&`",
    "~": "a regular expression is matched by `text.matches('…')`",
    "^": "there is no such operator: see `math.bitXor`",
    "then": "write `condition ? value : other`",
}
_PAIRS = {
    "<>": "unequal is `!=`",
    "=~": "a regular expression is matched by `text.matches('…')`",
    "=>": "at least is `>=`",
    "->": "a field is selected by a dot, and a macro takes `variable, result`",
    "**": "there is no such operator: multiply",
    "++": "there is no such operator: write `+ 1`",
    "::": "a field is selected by a dot",
    "??": "write `optional.orValue(…)`, with `.?` before the field",
    "/*": "a comment starts with `//`",
}
_BEFORE = {"not": "write `!`", "if": "write `condition ? value : other`"}
_IF = re.compile(r"\s*(if)\b")
_LAST_WORD = re.compile(r"([A-Za-z]+)\s*\Z")
_UNIT = re.compile(r"h|m|s|ms|min|d")
_LAST_NUMBER = re.compile(r"[0-9]+\Z")
_NOT_IN = re.compile(r"not\s+in\b")


def syntax_error(text: str, found: Unexpected) -> CelSyntaxError:
    """The error that tells an operator what was found."""
    if found.kind == END:
        end = len(text.rstrip())
        return _error(text, end, "", "the expression ends too early", _open(text))
    start, what, kind = found.start, found.text, _TOKENS.get(found.kind, "")
    for word in (_LAST_WORD.search(text, max(start - 100, 0), start), _IF.match(text)):
        hint = None if word is None else _BEFORE.get(word[1].lower())
        if word is not None and hint is not None:
            return _error(text, word.start(1), word[1], f"unexpected `{word[1]}`", hint)
    if what in ("'", '"'):
        message = "text is not closed: the other quote is missing"
        return _error(text, start, what, message, None)
    shown = what[:40] if what.isprintable() and what != " " else f"U+{ord(what[0]):04X}"
    message = f"unexpected {kind}`{shown}`"
    return _error(text, start, what, message, _hint(text, start, what))


def _error(text: str, start: int, what: str, message: str, hint: str | None) -> CelSyntaxError:
    return CelSyntaxError([CelProblem.at(text, start, start + len(what), message, hint=hint)])


def _hint(text: str, start: int, what: str) -> str | None:
    for at in (start - 1, start):
        pair = _PAIRS.get(text[max(at, 0) : at + 2])
        if pair is not None:
            return pair
    if _NOT_IN.match(text, start):
        return "write `!(… in …)`"
    if what[0] in _QUOTES:
        return "text is written between `'` or `\"`"
    if what in CLOSING:
        return _closing(text, start)
    if what.isidentifier() and text[max(start - 1, 0)] in "'\"":
        return "a quote inside of text is written with a backslash before it"
    if _UNIT.fullmatch(what) and (number := _LAST_NUMBER.search(text, 0, start)):
        return f"write a span of time: `duration('{number[0]}{what}')`"
    if what.isdigit() and text[max(start - 1, 0)] == ".":
        return f"an element is selected by `[{what}]`"
    return _HINTS.get(what.lower())


def _brackets(text: str, end: int) -> list[int]:
    """Where the brackets are that are open at a place."""
    found: list[int] = []
    for token, start in tokens(text):
        if start >= end:
            break
        if token in OPENING:
            found.append(start)
        elif token in CLOSING and found:
            found.pop()
    return found


def _open(text: str) -> str | None:
    brackets = _brackets(text, len(text))
    if brackets:
        return f"this bracket is not closed: {_shown(text, brackets[-1])}"
    signs = [token for token, _ in tokens(text)]
    if signs.count("?") > signs.count(":"):
        return "write `condition ? value : other`"
    return None


def _closing(text: str, start: int) -> str:
    brackets = _brackets(text, start)
    if not brackets:
        return "no bracket is open here"
    return f"the bracket that is open here: {_shown(text, brackets[-1])}"


def _shown(text: str, start: int) -> str:
    """A bracket with what follows it, by which it is found in any file it is written in."""
    line = text[start:].partition("\n")[0].rstrip()
    return f"`{line}`" if len(line) <= _SHOWN else f"`{line[:_SHOWN]}…`"
