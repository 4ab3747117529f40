"""Conditions that are looked at in their order, compiled as one function."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.cel.expression import Expression
from engine.cel.generating.choosing import Branch, ChoiceEmitter, Unsuitable

Choice = Callable[[Any], int | None]
"""
Of a scope the number of the first branch whose condition holds; `NO_ITEM` where none does.

None where that must be found out one by one, because something went wrong or may do so.
"""


def compile_choice(
    branches: Sequence[Branch],
    variables: Mapping[str, Expression],
    attributes: Mapping[str, str],
) -> Choice:
    """
    A function that evaluates all these conditions at once.

    Args:
        variables: by attribute the expressions that stand behind names of the conditions.
        attributes: by name what is read of the scope: facts.
    """
    if branches and branches[0].condition is None and isinstance(branches[0].outcome, int):
        number = branches[0].outcome
        return lambda scope: number
    try:
        emitter = ChoiceEmitter(branches, variables, attributes)
        return emitter.function(_undecided)
    except Unsuitable:
        return lambda scope: None


def _undecided(_scope: object, _problem: Exception) -> None:
    return None
