"""The functions of expressions as a page of documentation, made of their tables."""

from collections.abc import Iterator, Sequence

from engine.cel.functions.collections import ENCODERS, LISTS, OPTIONALS, SETS
from engine.cel.functions.conversions import CONVERSIONS
from engine.cel.functions.domain import DOMAIN
from engine.cel.functions.library import REVERSE
from engine.cel.functions.numbers import MATH
from engine.cel.functions.standard import STANDARD
from engine.cel.functions.strings import STRINGS
from engine.cel.functions.table import Function

_SECTIONS: tuple[tuple[str, Sequence[Function]], ...] = (
    ("For charging", DOMAIN),
    ("Standard", STANDARD),
    ("Conversions", CONVERSIONS),
    ("Texts", STRINGS),
    ("Numbers", MATH),
    ("Lists", (*LISTS, REVERSE)),
    ("Sets", SETS),
    ("Optionals", OPTIONALS),
    ("Encodings", ENCODERS),
)
_HEAD = """\
# Functions of expressions

Policies are written in [CEL](https://cel.dev). These are the functions an expression may call,
beside the operators and the macros `has`, `all`, `exists`, `exists_one`, `map`, `filter`,
`transformList`, `transformMap`, `transformMapEntry`, `sortBy`, `optMap`, `optFlatMap` and
`cel.bind`. Every example is true.

This page is made of the tables in `engine/cel/functions/`; a test keeps it so.
"""


def reference() -> str:
    """The page, as Markdown."""
    return "\n".join((_HEAD, *_lines()))


def _lines() -> Iterator[str]:
    for title, rows in _SECTIONS:
        yield f"## {title}\n"
        yield "| Function | Does | Example |\n|---|---|---|"
        for row in rows:
            signatures = "<br>".join(f"`{each.signature}`" for each in row.overloads)
            yield f"| {signatures} | {_cell(row.doc)} | `{_cell(row.example)}` |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
