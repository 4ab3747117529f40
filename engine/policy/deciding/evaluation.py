"""
One rule evaluated on what it can read.

It ends in an item, in nothing, or in an EvaluationError: an error is never "no match".
"""

from typing import Any

from engine.cel import EvaluationError
from engine.policy.deciding.placed import PlacedError
from engine.policy.deciding.policy import Item, Rule


def match(rule: Rule, scope: Any) -> Item | None:
    """The first item that applies, or the one its nested rule comes to; it has a response."""
    for item in rule.items:
        try:
            if item.condition is not None and not item.condition.holds(scope):
                continue
        except PlacedError as error:
            error.item = item.name
            raise
        if isinstance(item.outcome, Rule):
            # The nested rule decides alone: nothing matched there means no opinion.
            return match(item.outcome, scope)
        return item
    return None


def explain(item: Item, scope: Any) -> str | None:
    """Why it applies."""
    explanation = item.explanation
    if explanation is None:
        return None
    try:
        value = explanation.expression.evaluate(scope)
    except EvaluationError as error:
        raise explanation.placed(error) from None
    if not isinstance(value, str):
        raise explanation.placed(EvaluationError("the explanation is not text"))
    return value
