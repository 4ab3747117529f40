"""Values of any types are compared as the specification says, not as Python would."""

import math
from typing import Any

import pytest

from engine.cel.errors import Failure, TooCostly
from engine.cel.values.equality import contains, equal, lookup, make_map, order
from engine.cel.values.kinds import NOTHING, Optional
from engine.cel.values.numbers import Uint


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (1, Uint(1), True),
        (True, 1, False),
        (False, 0.0, False),
        (2**53 + 1, float(2**53), True),
        (2**63 - 1, Uint(2**63), False),
        (math.nan, math.nan, False),
        ("1", 1, False),
        (None, None, True),
        (None, False, False),
        ([1, 2.0], (1.0, 2), True),
        ([True], [1], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({1: "a"}, {1.0: "a"}, True),
        ({True: "a"}, {1: "a"}, False),
        (b"a", "a", False),
        (NOTHING, Optional(None), False),
        (Optional(1), Optional(1.0), True),
    ],
)
def test_equality(left: Any, right: Any, same: bool) -> None:
    assert equal(left, right) is same
    assert equal(right, left) is same


def test_a_map_may_have_true_beside_one() -> None:
    made = make_map([True, 1, 2.0 and 2], ["yes", "one", "two"])
    assert (lookup(made, True, None), lookup(made, 1, None), lookup(made, 1.0, None)) == (
        "yes",
        "one",
        "one",
    )
    assert list(made) == [True, 1, 2]


def test_true_is_not_found_in_a_map_of_numbers() -> None:
    assert lookup({1: "one"}, True, None) is None
    assert lookup({True: "yes"}, 1, None) is None


@pytest.mark.parametrize("keys", [[1, 1], [1, Uint(1)], ["a", "a"], [1.5], [None], [[]]])
def test_keys_that_can_t_be_are_refused(keys: list[Any]) -> None:
    with pytest.raises(Failure):
        make_map(keys, [0] * len(keys))


def test_true_is_not_in_a_list_of_numbers() -> None:
    assert not contains(True, [1, 2])
    assert contains(1.0, [1, 2])


def test_an_order_is_only_between_what_has_one() -> None:
    assert order(Uint(2**64 - 1), -1) == 1
    assert order(1, math.nan) is None
    with pytest.raises(Failure, match="string and int have no order"):
        order("a", 1)
    with pytest.raises(Failure, match="list and list have no order"):
        order([1], [2])


def test_comparing_what_is_shared_many_times_over_ends() -> None:
    nested: list[Any] = list(range(100))
    for _ in range(10):
        nested = [nested] * 10
    with pytest.raises(TooCostly):
        equal(nested, nested)
