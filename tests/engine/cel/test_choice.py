"""The first of several conditions that holds is found by one function."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cel import BOOL, DYN, Branch, Environment, Type, compile, compile_choice
from engine.cel.checking.types import INT, list_of

NAMES: dict[str, Type] = {"x": INT, "y": INT, "b": BOOL, "any": DYN, "items": list_of(INT)}
FACTS = {name: name for name in NAMES}
ENVIRONMENT = Environment(NAMES, scope="attributes")


def seen(**variables: str) -> Environment:
    """The environment with variables, by their attributes."""
    types = {f"variables.{name}": INT for name in variables}
    return ENVIRONMENT.extended(types, {f"variables.{n}": a for n, a in variables.items()})


def scope(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"x": 1, "y": 2, "b": False, "any": None, "items": [], **values})


def branch(condition: str | None, outcome: Any, environment: Environment = ENVIRONMENT) -> Branch:
    compiled = None if condition is None else compile(condition, environment)
    return Branch(compiled, outcome)


def test_the_first_that_holds_counts_and_nested_ones_decide_alone() -> None:
    nested = [branch("y == 1", 1), branch("y == 2", 2)]
    choose = compile_choice(
        [branch("x == 0", 0), branch("x < 3", nested), branch("b", 3)], {}, FACTS
    )
    assert [choose(scope(x=0)), choose(scope(y=1)), choose(scope(y=2))] == [0, 1, 2]
    assert choose(scope(y=3, b=True)) == -1
    assert choose(scope(x=3, b=True)) == 3
    assert choose(scope(x=3)) == -1


def test_what_always_holds_needs_no_condition_to_be_made() -> None:
    choose = compile_choice([branch(None, 4), branch("x == 1", 5)], {}, FACTS)
    assert choose(scope()) == 4


def test_what_has_no_value_or_is_no_bool_is_left_to_be_found_out() -> None:
    choose = compile_choice([branch("1 / x > 0", 0), branch("any", 1)], {}, FACTS)
    assert choose(scope(x=0)) is None
    assert choose(scope(x=-1)) is None
    assert choose(scope(x=-1, any=True)) == 1


def test_a_variable_is_worked_out_where_it_is_first_read_and_once() -> None:
    first = compile("10 / x", ENVIRONMENT)
    second = compile("variables.a + 1", seen(a="v1"))
    environment = seen(a="v1", c="v2")
    conditions = [
        branch("x == 0 || variables.a == 5", 0, environment),
        branch("variables.c == 11 && variables.a == 10", 1, environment),
    ]
    choose = compile_choice(conditions, {"v1": first, "v2": second}, FACTS)
    assert [choose(scope(x=number)) for number in (0, 2, 1, 3)] == [0, 0, 1, -1]


def test_a_name_that_hides_another_is_told_apart() -> None:
    outer, inner = compile("x + 1", ENVIRONMENT), compile("variables.a * 10", seen(a="v1"))
    nested = [branch("variables.a == 20", 0, seen(a="v2")), branch(None, 1)]
    choose = compile_choice(
        [branch("variables.a == 2", nested, seen(a="v1"))], {"v1": outer, "v2": inner}, FACTS
    )
    assert [choose(scope(x=1)), choose(scope(x=2))] == [0, -1]


def test_variables_that_double_again_and_again_are_left_to_be_found_out() -> None:
    variables = {"v0": compile("x + x", ENVIRONMENT)}
    for number in range(1, 40):
        last = seen(a=f"v{number - 1}")
        variables[f"v{number}"] = compile("variables.a + variables.a", last)
    choose = compile_choice([branch("variables.a > 0", 0, seen(a="v39"))], variables, FACTS)
    assert choose(scope()) is None


@pytest.mark.parametrize(
    "condition", ["items.exists(i, i == variables.a)", "[1].map(i, variables.a) == [1]"]
)
def test_a_variable_inside_a_macro_is_left_to_be_found_out(condition: str) -> None:
    variable = compile("x", ENVIRONMENT)
    choose = compile_choice([branch(condition, 0, seen(a="v1"))], {"v1": variable}, FACTS)
    assert choose(scope(items=[1])) is None


CONDITIONS = [
    "x < y",
    "b",
    "any",
    "1 / x > y",
    "b && any",
    "1 / y == x || b",
    "any == x",
    "items.exists(i, i > x)",
    "items[0] == y",
    "size(items) > 1 && items.all(i, i != y)",
]


@given(
    st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=5),
    st.builds(
        scope,
        x=st.integers(-1, 2),
        y=st.integers(-1, 2),
        b=st.booleans(),
        any=st.sampled_from([True, False, 1, None, "a"]),
        items=st.lists(st.integers(-1, 2), max_size=3),
    ),
)
def test_it_finds_what_one_by_one_would_be_found(texts: list[str], known: Any) -> None:
    branches = [branch(text, number) for number, text in enumerate(texts)]
    found = compile_choice(branches, {}, FACTS)(known)
    expected: int | None = -1
    for number, each in enumerate(branches):
        assert each.condition is not None
        try:
            value = each.condition.evaluate(known)
        except Exception:
            value = None
        if value is not False:
            expected = number if value is True else None
            break
    assert found == expected or found is None
