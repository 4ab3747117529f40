"""The interpreter's own bounds."""

from engine.cel.interpreter import Interpreter
from engine.cel.parsing import parse


def test_an_alternative_of_many_terms_needs_no_deep_stack() -> None:
    text = " || ".join(f"x == {number}" for number in range(180))
    assert Interpreter({"x": 179}).run(parse(text))


def test_a_tree_is_shared_by_evaluations_and_never_changed() -> None:
    tree = parse("[1, 2].map(n, n + x)")
    before = str(tree)
    assert Interpreter({"x": 1}).run(tree) == [2, 3]
    assert Interpreter({"x": 2}).run(tree) == [3, 4]
    assert str(tree) == before
