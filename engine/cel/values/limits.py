"""
How large what an expression makes may become, and how much it may do.

Together they keep an evaluation below ten milliseconds, whatever the expression.
"""

from engine.cel.errors import Failure, TooCostly

TEXT_LIMIT = 100_000
"""Characters of a text, or bytes, that an expression makes."""

LIST_LIMIT = 10_000
"""Elements of a list or map that an expression makes."""

COST_LIMIT = 50_000
"""
What one evaluation may spend: 1 is about a tenth of a microsecond.

A visited part of a comprehension costs 1, a pair of compared elements 6, a call whose cost
grows with its arguments 8 and more for large ones, comparing long texts 1 for each 512 characters.
"""

EXACT_COST = 4
"""How much dearer a visit is when an evaluation is repeated to find its error, or traced."""


LONG_TEXT = 512
"""From so many characters on it counts in a loop how long a text is that is compared."""


class Budget:
    """What is left to spend in one evaluation."""

    __slots__ = ("left",)

    def __init__(self, left: int = COST_LIMIT) -> None:
        self.left = left

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise TooCostly


def check_text(length: int) -> None:
    if length > TEXT_LIMIT:
        raise Failure(f"a text of more than {TEXT_LIMIT} characters would result")


def check_list(length: int) -> None:
    if length > LIST_LIMIT:
        raise Failure(f"a list of more than {LIST_LIMIT} elements would result")
