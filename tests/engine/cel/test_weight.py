"""The cost of an expression is told before it is evaluated, and is what evaluating finds."""

import pytest

from engine.cel import COST_LIMIT, CostExceeded, Environment, Expression, compile, weight
from engine.cel.checking.types import INT, list_of


def expression(text: str, size: int) -> Expression:
    constants = {"l": list(range(size)), "m": {str(n): n for n in range(size)}}
    return compile(text, Environment({"a": INT, "v": list_of(INT)}, constants))


def fails(of: Expression) -> bool:
    try:
        of.evaluate({"a": 1, "v": []})
    except CostExceeded:
        return True
    return False


SIZES = range(20, 200, 3)
NESTED = [
    "l.map(x, l.map(y, x + y + a)).size() > a",
    "m.map(x, m.map(y, x > y).size() + a).size() > a",
    "l.filter(x, l.filter(y, y > x).size() > a).size() > 1",
    "l.transformList(i, x, l.map(y, x + y + i)).size() > a",
]


@pytest.mark.parametrize("text", NESTED)
def test_what_surely_costs_too_much_does(text: str) -> None:
    large = [size for size in SIZES if weight(expression(text, size)).least > COST_LIMIT]
    assert large
    assert all(fails(expression(text, size)) for size in large[:5])


@pytest.mark.parametrize("text", [*NESTED, "l.all(x, l.exists(y, x == y))", "v.all(x, x > a)"])
def test_macros_that_can_not_cost_too_much_do_not(text: str) -> None:
    small = [size for size in SIZES if weight(expression(text, size)).most <= COST_LIMIT]
    assert small
    assert not any(fails(expression(text, size)) for size in small[-5:])


def test_what_may_be_left_out_costs_nothing_at_least() -> None:
    loop = "l.map(x, l.map(y, x + y)).size() > 0"
    assert weight(expression(f"a > 1 && {loop}", 200)).least == 0
    assert weight(expression(f"a > 1 ? {loop} : false", 200)).least == 0
    assert weight(expression(f"{loop} || a > 1", 200)).least > COST_LIMIT
