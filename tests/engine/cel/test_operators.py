"""Equality and order across types, as the CEL specification has them."""

import pytest

from engine.cel.errors import EvaluationError
from engine.cel.operators import BINARY, equal, find, index
from engine.cel.values import prepare


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (2**53 + 1, float(2**53), False),
        (1, True, False),
        ("1", 1, False),
        (None, None, True),
        (None, 0, False),
        ([], {}, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1}, {"b": 1}, False),
        (float("nan"), float("nan"), False),
    ],
)
def test_equality_is_by_value_and_never_an_error(left: object, right: object, same: bool) -> None:
    assert equal(prepare(left), prepare(right)) is same
    assert equal(prepare(right), prepare(left)) is same


def test_a_map_is_read_by_keys_of_the_right_type() -> None:
    table = prepare({1: "one", "1": "text"})
    assert find(table, prepare("1")) == "text"
    assert find(table, prepare(1.0)) == "one"
    assert find(table, prepare(True)) not in {"one", "text"}


@pytest.mark.parametrize("key", ["0", 1.5, True])
def test_a_list_is_indexed_by_whole_numbers_only(key: object) -> None:
    with pytest.raises(EvaluationError):
        index(prepare([1, 2]), prepare(key))


def test_order_is_for_numbers_and_for_two_of_one_type() -> None:
    less = BINARY["relation_lt"]
    assert less(prepare(1), prepare(1.5))
    assert less(prepare("a"), prepare("b"))
    with pytest.raises(EvaluationError, match="no operator `<` for list and list"):
        less(prepare([1]), prepare([2]))
