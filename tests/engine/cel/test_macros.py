"""Macros run their bodies no more often than they must."""

from engine import cel


def test_the_first_element_that_decides_ends_the_run() -> None:
    scope = {"numbers": list(range(100_000))}
    assert cel.compile("numbers.exists(n, n == 5)").evaluate(scope) is True
    assert cel.compile("numbers.all(n, n < 5)").evaluate(scope) is False


def test_a_map_is_run_over_by_its_keys() -> None:
    assert cel.compile("{'a': 1, 'b': 2}.filter(k, k != 'a')").evaluate({}) == ["b"]
    assert cel.compile("{'a': 1}.exists_one(k, k == 'a')").evaluate({}) is True


def test_nothing_is_true_of_no_elements_but_everything() -> None:
    assert cel.compile("[].all(n, 1 / 0 == 1)").evaluate({}) is True
    assert cel.compile("[].exists(n, 1 / 0 == 1)").evaluate({}) is False
