"""What conditions say about each other is said only where it is sure."""

from itertools import product

import pytest

from engine.cel import BOOL, STRING, Condition, Environment, always_fails, compile
from engine.cel.checking.types import DOUBLE, INT

ENVIRONMENT = Environment({"a": BOOL, "b": BOOL, "x": STRING, "n": INT, "d": DOUBLE}, {"on": True})

TRUTHS = [
    ("1 == 2", False),
    ("1 < 2 || a", True),
    ("a && false", False),
    ("!(true || a)", False),
    ("a && !a", False),
    ("a || !a", True),
    ("x == 'A' && x == 'B'", False),
    ("x == 'A' && b && x in ['B', 'C']", False),
    ("x in ['A', 'B'] && x != 'A' && 'B' != x", None),
    ("x == 'A' && x != 'A'", False),
    ("x != 'A' || x != 'B'", True),
    ("!(x == 'A' && x == 'B')", True),
    ("x != 'A' || x == 'B'", None),
    ("n == 1 && n == 1.0", None),
    ("n == 1 && n == 2u", False),
    ("n >= 22 && n < 6", False),
    ("n < 22 || n >= 6", True),
    ("n >= 22 || n < 6", None),
    ("n > 5 && n < 6", False),
    ("n > 4 && n < 6", None),
    ("n > 5 && n in [4, 5]", False),
    ("n > 5 && n in [5, 6]", None),
    ("3 >= n && n == 4", False),
    ("n < 6 && x < 'a'", None),
    ("d < 5.0 || d >= 5.0", None),
    ("on", None),
    ("on || a", None),
    ("a", None),
    ("[a].all(y, y)", None),
]


@pytest.mark.parametrize(("text", "truth"), TRUTHS)
def test_what_never_changes_is_known(text: str, truth: bool | None) -> None:
    assert Condition.of(compile(text, ENVIRONMENT)).truth is truth


IMPLIED = [
    ("a", "a"),
    ("a&&b", "a"),
    ("b && a", "a && b"),
    ("a", "a || b"),
    ("a && n > 1", "n > 1 || x == 'A'"),
    ("x == 'A'", "x in ['A', 'B']"),
    ("x in ['A']", "'A' == x || a"),
    ("x == 'A'", "x != 'B'"),
    ("!(x in ['A', 'B'])", "x != 'A'"),
    ("!(a || b)", "!a"),
    ("n != 1", "!(1 == n)"),
    ("n < 1", "n < 2"),
    ("n > 1 && a", "!(n <= 1)"),
    ("n >= 2", "1 < n"),
    ("n == 1", "n < 2"),
    ("n in [0, 1]", "!(n > 1)"),
    ("n > 1", "n != 1"),
]
NOT_IMPLIED = [
    ("a", "b"),
    ("a", "a && b"),
    ("a || b", "a"),
    ("x in ['A', 'B']", "x == 'A'"),
    ("x != 'A'", "x == 'B'"),
    ("x != 'A'", "!(x in ['A', 'B'])"),
    ("n == 1", "x == 'A'"),
    ("n < 2", "n < 1"),
    ("n >= 1", "n > 1"),
    ("n < 2", "n == 1"),
    ("n != 1", "n < 2"),
    ("n < 2", "n >= 1"),
    ("n > 0", "n != 1"),
    ("a == true", "a == b"),
]


@pytest.mark.parametrize(
    ("one", "other", "implied"),
    [(*pair, True) for pair in IMPLIED] + [(*pair, False) for pair in NOT_IMPLIED],
)
def test_one_condition_implies_another(one: str, other: str, implied: bool) -> None:
    first, second = (Condition.of(compile(text, ENVIRONMENT)) for text in (one, other))
    assert first.implies(second) is implied


def test_what_is_implied_holds_for_all_values() -> None:
    scopes = [
        {"a": a, "b": b, "x": x, "n": n}
        for a, b, x, n in product((False, True), (False, True), "ABC", (0, 1, 2))
    ]
    for one, other in IMPLIED:
        first, second = (compile(text, ENVIRONMENT).evaluate for text in (one, other))
        assert all(second(scope) for scope in scopes if first(scope)), (one, other)
    for text, truth in TRUTHS:
        evaluate = compile(text, ENVIRONMENT).evaluate
        assert truth is None or all(evaluate(scope) is truth for scope in scopes), text


def test_conditions_of_many_cases_are_left_alone() -> None:
    text = " && ".join(f"(x == '{n}' || n == {n})" for n in range(10))
    condition = Condition.of(compile(text, ENVIRONMENT))
    assert (condition.cases, condition.truth, condition.implies(condition)) == (None, None, False)


def test_what_reads_nothing_and_fails_always_fails() -> None:
    error = always_fails(compile("1 / 0 == 1", ENVIRONMENT))
    assert error is not None
    assert (error.message, error.start) == ("division by zero", 0)
    assert always_fails(compile("n / 0 == 1", ENVIRONMENT)) is None
