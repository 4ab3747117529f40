"""The table of functions, and the bounds that keep them safe."""

from time import perf_counter

import pytest

from engine.cel.errors import EvaluationError
from engine.cel.functions import COMPREHENSIONS, FUNCTIONS, MACROS
from engine.cel.values import prepare


def test_macros_and_functions_are_apart() -> None:
    assert not MACROS & FUNCTIONS.keys()
    assert COMPREHENSIONS < MACROS


@pytest.mark.parametrize("text", ["1" * 80, "1" * 5000 + "s", "1h" * 200, "-", "", "1", "1y", "h"])
def test_no_text_makes_a_duration_slow(text: str) -> None:
    began = perf_counter()
    with pytest.raises(EvaluationError):
        FUNCTIONS["duration"](prepare(text))
    assert perf_counter() - began < 0.05


@pytest.mark.parametrize(("text", "seconds"), [("1h30m", 5400), ("-1.5s", -1.5), ("250ms", 0.25)])
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert FUNCTIONS["duration"](prepare(text)).total_seconds() == seconds


def test_a_pattern_can_not_make_matching_slow() -> None:
    began = perf_counter()
    assert not FUNCTIONS["matches"](prepare("a" * 5000 + "b"), prepare("^(a+)+$"))
    assert perf_counter() - began < 0.5


@pytest.mark.parametrize("text", ["1_000", " 1", "1.5", "0x10", "\u0661"])
def test_only_decimal_digits_are_an_int(text: str) -> None:
    with pytest.raises(EvaluationError):
        FUNCTIONS["int"](prepare(text))
