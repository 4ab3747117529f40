"""Text that is not an expression is refused with its place and, where one is known, a hint."""

import threading

import pytest

from engine.cel.errors import CelSyntaxError
from engine.cel.parsing import BRACKET_LIMIT, LENGTH_LIMIT, parse

BROKEN = [
    # text, line, column, message, hint
    ("a b", 1, 3, "unexpected name `b`", None),
    ("a ==", 1, 5, "the expression ends too early", None),
    ("a &&\n  (b", 2, 5, "the expression ends too early", None),
    ("'abc", 1, 1, "text is not closed: the other quote is missing", None),
    ("1 +* 2", 1, 4, "unexpected `*`", None),
    ("", 1, 1, "the expression is empty", None),
    ("  \n ", 1, 1, "the expression is empty", None),
    ("size(a,)", 1, 8, "unexpected `)`", None),
    ("{1: 305 2: 569}", 1, 9, "unexpected number `2`", None),
    ("a = b", 1, 3, "unexpected `=`", "comparison is `==`"),
    ("a and b", 1, 3, "unexpected name `and`", "write `&&`"),
    ("a or b", 1, 3, "unexpected name `or`", "write `||`"),
    ("a & b", 1, 3, "unexpected `&`", "write `&&`"),
    (
        "tag.?labels",
        1,
        5,
        "unexpected `?`",
        "optional selection (`.?`) is not supported; use `has(…)` or compare with `null`",
    ),
    ("a @ b", 1, 3, "unexpected `@`", None),
    ("x < 9223372036854775808", 1, 5, "`9223372036854775808` is out of range", None),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), BROKEN)
def test_broken_text_is_refused_where_it_breaks(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(CelSyntaxError) as raised:
        parse(text)
    error = raised.value
    assert (error.line, error.column, error.message, error.hint) == (line, column, message, hint)


@pytest.mark.parametrize(
    "text",
    [
        "(" * (BRACKET_LIMIT + 1),
        "[" * 5000 + "]" * 5000,
        "+".join(["a"] * 1000),
        "-" * 2000 + "1",
        "a" + ".b" * 1000,
        "'" + "x" * LENGTH_LIMIT + "'",
    ],
)
def test_what_is_too_large_is_refused_not_crashed_on(text: str) -> None:
    with pytest.raises(CelSyntaxError):
        parse(text)


def test_a_long_chain_of_alternatives_is_fine() -> None:
    assert parse(" || ".join(["a"] * 190)).data == "conditionalor"


def test_levels_that_only_order_operators_are_left_out() -> None:
    assert parse("((a))").data == "ident"


def test_several_threads_may_parse_at_once() -> None:
    texts = [f"request.connectorId == {number}" for number in range(40)]
    trees: dict[str, str] = {}

    def work() -> None:
        for text in texts:
            trees[text] = parse(text).data

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trees == dict.fromkeys(texts, "relation")
