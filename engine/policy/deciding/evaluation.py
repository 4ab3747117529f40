"""
One rule evaluated on what it can read.

It ends in an item, in nothing, or in an EvaluationError: an error is never "no match".
"""

from typing import Any

from engine.cel import EvaluationError
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Item, Rule


def match(rule: Rule, scope: Any) -> Item | None:
    """The first item that applies, or the one its nested rule comes to; it has a response."""
    for item in rule.items:
        condition = item.condition
        if condition is not None:
            try:
                applies = condition.expression.evaluate(scope)
            except EvaluationError as error:
                raise condition.placed(error) from None
            if applies is False:
                continue
            if applies is not True:
                raise _not_a_condition(condition, applies)
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


def _not_a_condition(condition: Cel, value: object) -> EvaluationError:
    message = f"the condition is {_described(value)}, not true or false"
    return condition.placed(EvaluationError(message))


def _described(value: object) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "text"
        case int() | float():
            return f"the number {value}"
        case _:
            return f"a {type(value).__name__}"
