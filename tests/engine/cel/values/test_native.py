"""What an expression gives can be encoded by those who know nothing of CEL."""

from typing import Any

import pytest

from engine.cel import compile
from engine.cel.errors import TooCostly
from engine.cel.values.native import native


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1u", 1),
        ("[1u, optional.of(2u), optional.none()]", [1, 2, None]),
        ("{'a': {1u: type(1)}}", {"a": {1: "int"}}),
        ("'a'", "a"),
        ("null", None),
    ],
)
def test_values_become_plain(text: str, plain: object) -> None:
    value = native(compile(text).evaluate({}))
    assert value == plain
    assert repr(value) == repr(plain)


def test_a_value_that_is_small_only_by_sharing_is_refused() -> None:
    nested: list[Any] = [0] * 10
    for _ in range(10):
        nested = [nested] * 10
    with pytest.raises(TooCostly):
        native(nested)
