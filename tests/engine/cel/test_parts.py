"""Which parts of an expression can be true at one time and false at another."""

import pytest

from engine.cel import (
    BOOL,
    DYN,
    Environment,
    boolean_parts,
    compile,
    conjuncts,
    shown_parts,
    whole_part,
)
from engine.cel.checking.constants import Constants
from engine.cel.checking.types import INT, list_of

VISIBLE = Environment(
    {"a": BOOL, "b": BOOL, "c": BOOL, "n": INT, "d": DYN, "ns": list_of(INT)},
    constants=Constants({"limit": 3}),
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ["a"]),
        ("n + 1", []),
        ("d", []),
        ("d && a", ["d", "d && a", "a"]),
        ("!(a || b)", ["a", "a || b", "b"]),
        ("n > 1 ? a : !b", ["n > 1", "n > 1 ? a : !b", "a", "b"]),
        ("n > 1 ? 1 : 2", ["n > 1"]),
        ("ns.exists(x, x == n)", ["ns.exists(x, x == n)", "x == n"]),
        ("limit > 2 || true || a", ["limit > 2 || true || a", "a"]),
    ],
)
def test_boolean_parts_are_operands_and_comparisons_that_may_differ(
    text: str, parts: list[str]
) -> None:
    found = boolean_parts(compile(text, VISIBLE))
    assert [text[part.start : part.end] for part in found] == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ["a"]),
        ("a && (b && n > 1) && c", ["a", "b", "n > 1", "c"]),
        ("a && (b || c)", ["a", "b || c"]),
        ("!(a && b)", ["!(a && b)"]),
    ],
)
def test_the_conjuncts_of_a_whole_must_all_be_true_for_it_to_be(
    text: str, parts: list[str]
) -> None:
    found = conjuncts(compile(text, VISIBLE))
    assert [text[part.start : part.end] for part in found] == parts


def test_a_negated_whole_is_told_by_what_is_negated() -> None:
    assert whole_part(compile("!!a", VISIBLE)) == (2, 3)


def test_literals_need_not_be_shown() -> None:
    found = shown_parts(compile("n + 1 == 2", VISIBLE))
    assert ["n + 1 == 2"[part.start : part.end] for part in found] == ["n", "n + 1", "n + 1 == 2"]
