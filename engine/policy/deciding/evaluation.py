"""
One rule evaluated on what it can read.

It ends in an item, in nothing, or in an EvaluationError: an error is never "no match".
"""

from typing import Any

from engine.cel import EvaluationError
from engine.policy.deciding.placed import Cel, PlacedError
from engine.policy.deciding.policy import Answer, Item, Rule


def match(rule: Rule, scope: Any) -> Answer | None:
    """What the rule comes to: the first item that applies or, in an aggregate, all of them."""
    return _first(rule, scope) if rule.together is None else _all(rule, scope)


def _first(rule: Rule, scope: Any) -> Answer | None:
    for item in rule.items:
        if not applies(item, scope):
            continue
        if not isinstance(item.outcome, Rule):
            return Answer.of(item)
        found = match(item.outcome, scope)
        # A nested rule decides alone, unless it has no condition and nothing applies in it.
        if found is not None or item.condition is not None:
            return found
    return None


def _all(rule: Rule, scope: Any) -> Answer | None:
    found = [
        match(item.outcome, scope) if isinstance(item.outcome, Rule) else Answer.of(item)
        for item in rule.items
        if applies(item, scope)
    ]
    answers = [answer for answer in found if answer is not None]
    assert rule.together is not None
    response = rule.together([answer.response for answer in answers])
    if response is None:
        return None
    explanations = tuple(each for answer in answers for each in answer.explanations)
    names = [answer.rule for answer in answers]
    return Answer("+".join(names), response, explanations, several=len(names) > 1)


def applies(item: Item, scope: Any) -> bool:
    """Whether the item's condition holds."""
    try:
        return item.condition is None or item.condition.holds(scope)
    except PlacedError as error:
        error.item = item.name
        raise


def explain(answer: Answer, scope: Any) -> str | None:
    """Why it is the answer; of several items what each says, joined by `; `."""
    if not answer.explanations:
        return None
    return "; ".join(_explanation(each, scope) for each in answer.explanations)


def _explanation(explanation: Cel, scope: Any) -> str:
    try:
        value = explanation.expression.evaluate(scope)
    except EvaluationError as error:
        raise explanation.placed(error) from None
    if not isinstance(value, str):
        raise explanation.placed(EvaluationError("the explanation is not text"))
    return value
