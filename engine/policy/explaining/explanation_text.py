"""An explanation as text for people: the answer first, then how it came about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from engine.policy.explaining.explained_items import (
    ExplainedCondition,
    ExplainedEffect,
    ExplainedItem,
    ExplainedVariable,
)
from engine.policy.explaining.explanation import ExplainedPolicy, Explanation
from engine.policy.explaining.values import shown

NOT_REACHED_LIMIT = 3
"""So many items in a row that were not reached are named; of more it is told how many."""

RESULTS: Mapping[str, str] = {
    "disabled": "disabled",
    "outOfScope": "out of scope",
    "notValidNow": "not valid now",
    "notReached": "not reached: it was decided before",
    "noRule": "no rule, only effects",
    "noOpinion": "no opinion",
    "decided": "decides",
    "failed": "failed",
}
_ON_ERROR: Mapping[str | None, str] = {
    None: "the failure answer of the action",
    "deny": "`on_error: deny`",
    "default": "`on_error: default`",
    "response": "the response of `on_error`",
    "next": "`on_error: next`, the next policy is asked",
}
_OUTCOMES: Mapping[str, str] = {"notReached": "not reached", "matched": "matched"}


def text_of(explanation: Explanation) -> str:
    """The whole of it, without a line break at its end."""
    return "\n".join(_lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    decision = explanation.decision
    yield f"{explanation.action} is answered {shown(explanation.answered or decision.response)}"
    if explanation.answered is not None:
        yield f"  the engine had the last word; the policies said {shown(decision.response)}"
    yield f"  by {_who(explanation)}"
    if decision.explanation is not None:
        yield f"  because {decision.explanation}"
    yield from (f"  error: {error}" for error in decision.errors)
    yield f"without a policy: {shown(explanation.default)}"
    yield from ("", "facts that were read")
    width = max(len(name) for name in explanation.facts)
    for name, value in explanation.facts.items():
        yield f"  {name:{width}}  {shown(_brief(value))}"
    yield from ("", f"policies on {explanation.action}, in their order")
    if not explanation.policies:
        yield "  none"
    for policy in explanation.policies:
        yield from (f"  {line}" for line in _policy(policy, explanation))


def _who(explanation: Explanation) -> str:
    decision = explanation.decision
    match decision.source:
        case "policy":
            return f"`{decision.policy}`, rule `{decision.rule}`"
        case "failure" if decision.policy is not None:
            return f"the failure answer of `{decision.policy}`"
        case "failure":
            return "the failure answer of the action"
        case _:
            return "the built-in default: no policy decides"


def _brief(value: object) -> object:
    """A record without what it says nothing about."""
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if item not in (None, [], {})}


def _policy(policy: ExplainedPolicy, explanation: Explanation) -> Iterator[str]:
    shadow = " (shadow)" if policy.mode == "shadow" else ""
    yield f"{policy.place}: `{policy.name}`{shadow}: {_result(policy, explanation)}"
    yield from (f"  {line}" for line in _items(policy.items))
    for variable in policy.variables:
        yield from (f"  {line}" for line in _variable(variable))
    for effect in policy.effects:
        yield from (f"  {line}" for line in _effect(effect))


def _result(policy: ExplainedPolicy, explanation: Explanation) -> str:
    text = RESULTS[policy.result]
    if policy.mode == "shadow" and policy.result == "decided":
        text = f"{_would(policy, explanation)} {shown(policy.response)}"
    if policy.reason is not None:
        text += f": {policy.reason}"
    if policy.result == "failed":
        said = [error.removeprefix(f"{policy.name}: ") for error in policy.errors]
        text += f": {'; '.join(said)}: {_ON_ERROR[policy.on_error]}"
    return text


def _would(policy: ExplainedPolicy, explanation: Explanation) -> str:
    mine = [each for each in explanation.decision.shadow if each["policy"] == policy.name]
    decides = any(each["wouldDecide"] for each in mine)
    return "would decide" if decides else "another decides before; it would say"


def _items(items: Sequence[ExplainedItem]) -> Iterator[str]:
    reached = [item for item in items if item.result != "notReached"]
    for item in reached:
        yield from _item(item)
    rest = items[len(reached) :]
    if len(rest) > NOT_REACHED_LIMIT:
        yield f"{len(rest)} items after these: not reached"
    else:
        yield from (line for item in rest for line in _item(item))


def _item(item: ExplainedItem) -> Iterator[str]:
    yield f"{item.place}: item `{item.id}`: {_outcome(item.result, item.condition, item.error)}"
    yield from _values(item.condition)
    if item.result != "notReached":
        yield from (f"  {line}" for line in _items(item.items))


def _outcome(result: str, condition: ExplainedCondition | None, error: str | None) -> str:
    if error is not None:
        return f"error: {error}"
    if result == "matched" and condition is None:
        return "matched, it has no condition"
    if result == "false" and condition is not None:
        return f"false: `{condition.first_false or condition.text}`"
    return _OUTCOMES.get(result, result)


def _values(condition: ExplainedCondition | None) -> Iterator[str]:
    parts: Sequence[Any] = () if condition is None else condition.values
    yield from (f"  {part.text_with_values()}" for part in parts)


def _variable(variable: ExplainedVariable) -> Iterator[str]:
    value = f"error: {variable.error}" if variable.error else variable.value or "a record"
    yield f"{variable.place}: variable `{variable.name}`: {value}"
    yield from (f"  {part.text_with_values()}" for part in variable.values)


def _effect(effect: ExplainedEffect) -> Iterator[str]:
    text = _outcome(effect.result, effect.condition, effect.error)
    if effect.effect is not None:
        kind = "command" if effect.effect.command is not None else "event"
        text = f"wanted: {kind} {shown(_brief(msgspec.to_builtins(getattr(effect.effect, kind))))}"
    yield f"{effect.place}: effect `{effect.id}`: {text}"
    yield from _values(effect.condition)
