"""Text is cut at its `${ … }`, whatever stands inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.policy.deciding.response import UnclosedExpressionError, pieces


def cut(text: str) -> list[tuple[str, bool]]:
    return [(piece.text, piece.is_expression) for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", False)]),
        ("plain", [("plain", False)]),
        ("${a}", [("a", True)]),
        ("${ {'a': {'b': '}'}} }", [(" {'a': {'b': '}'}} ", True)]),
        ("${'\\'}'}", [("'\\'}'", True)]),
        ("a ${b} c ${d}", [("a ", False), ("b", True), (" c ", False), ("d", True)]),
        ("${a}${b}", [("a", True), ("b", True)]),
        ("$${a} costs $5", [("${a} costs $5", False)]),
        ("$$${a}", [("$${a}", False)]),
        ("a } b", [("a } b", False)]),
    ],
)
def test_text_is_cut_at_its_expressions(text: str, expected: list[tuple[str, bool]]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(("text", "offset"), [("a ${b", 2), ("${'}'", 0), ("${a} ${ {}", 5)])
def test_an_expression_that_is_not_closed_is_found(text: str, offset: int) -> None:
    with pytest.raises(UnclosedExpressionError) as raised:
        pieces(text)
    assert raised.value.offset == offset


@given(st.text(alphabet="${}'\"\\ab "))
def test_an_expression_stands_where_it_says(text: str) -> None:
    try:
        found = pieces(text)
    except UnclosedExpressionError:
        return
    for piece in found:
        if piece.is_expression:
            assert text[piece.offset : piece.offset + len(piece.text)] == piece.text
