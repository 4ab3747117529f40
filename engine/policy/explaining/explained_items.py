"""The items, variables and effects of a policy, each with what it came to and why."""

from collections.abc import Mapping
from typing import Literal

from engine.cel import Trace
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.effects import Effect
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Item, Rule
from engine.policy.explaining.effects import ConsideredEffect, ConsideredEffects
from engine.policy.explaining.tracing import ConsideredItem, ConsideredPolicy
from engine.policy.explaining.values import PartValue, first_false, parts_of, text_in, value_text
from engine.policy.facts import Fact

Outcome = Literal["matched", "false", "error", "notReached"]


class ExplainedCondition(Fact, frozen=True, kw_only=True):
    """A condition, and what it came to."""

    text: str
    first_false: str | None = None
    """Of parts joined by `&&` the first that is false; null unless the condition is false."""
    values: tuple[PartValue, ...] = ()
    """Of that part, else of the whole condition, the parts with their values."""


class ExplainedItem(Fact, frozen=True, kw_only=True):
    """An item, and whether it matched."""

    id: str
    place: str
    """Its `file:line:column`."""
    result: Outcome
    condition: ExplainedCondition | None = None
    """Null where there is none: such an item always matches."""
    error: str | None = None
    """What went wrong, with its place."""
    items: tuple["ExplainedItem", ...] = ()
    """Those of the rule nested in it."""


class ExplainedVariable(Fact, frozen=True, kw_only=True):
    """A variable that was read."""

    name: str
    place: str
    value: str | None = None
    """As JSON writes it, cut if it is long; null for a record or an error."""
    error: str | None = None
    values: tuple[PartValue, ...] = ()


class ExplainedEffect(Fact, frozen=True, kw_only=True):
    """An effect, and whether it was wanted."""

    id: str
    place: str
    result: Literal["wanted", "false", "error"]
    condition: ExplainedCondition | None = None
    error: str | None = None
    effect: Effect | None = None
    """What is to be done."""


def items_of(asked: ConsideredPolicy) -> tuple[ExplainedItem, ...]:
    """All items of a policy, those that were not come to as well."""
    come_to = {id(each.item): each for each in asked.items}
    return _items(asked.policy.rule, come_to)


def _items(rule: Rule, come_to: Mapping[int, ConsideredItem]) -> tuple[ExplainedItem, ...]:
    return tuple(_item(item, come_to.get(id(item)), come_to) for item in rule.items)


def _item(
    item: Item, considered: ConsideredItem | None, come_to: Mapping[int, ConsideredItem]
) -> ExplainedItem:
    nested = _items(item.outcome, come_to) if isinstance(item.outcome, Rule) else ()
    outcome: Outcome = "notReached" if considered is None else _outcome(considered.fired)
    trace = None if considered is None else considered.trace
    return ExplainedItem(
        id=item.name,
        place=item.place,
        result=outcome,
        condition=None if item.condition is None else _condition(item.condition, trace),
        error=_error(item.condition, trace),
        items=nested,
    )


def _outcome(fired: bool | None) -> Outcome:
    if fired is None:
        return "error"
    return "matched" if fired else "false"


def _condition(cel: Cel, trace: Trace | None) -> ExplainedCondition:
    text = text_in(cel, 0, len(cel.expression.text))
    if trace is None:
        return ExplainedCondition(text=text)
    part = first_false(cel, trace) if trace.error is None and trace.value is False else None
    return ExplainedCondition(
        text=text,
        first_false=None if part is None else text_in(cel, *part),
        values=tuple(parts_of(cel, trace, part)),
    )


def _error(cel: Cel | None, trace: Trace | None) -> str | None:
    if cel is None or trace is None:
        return None
    if trace.error is not None:
        return cel.placed(trace.error).message
    return None if isinstance(trace.value, bool) else cel.not_a_condition(trace.value).message


def variables_of(asked: ConsideredPolicy) -> tuple[ExplainedVariable, ...]:
    """The variables that were read."""
    return tuple(
        ExplainedVariable(
            name=variable.name,
            place=variable.cel.locate(0),
            value=None if trace.error is not None else value_text(trace.value),
            error=None if trace.error is None else variable.cel.placed(trace.error).message,
            values=tuple(parts_of(variable.cel, trace)),
        )
        for variable, trace in asked.variables
    )


def effects_of(asked: ConsideredEffects, decision: Decision) -> tuple[ExplainedEffect, ...]:
    """The effects of a policy."""
    return tuple(_effect(asked.policy.name, each, decision) for each in asked.items)


def _effect(policy: str, considered: ConsideredEffect, decision: Decision) -> ExplainedEffect:
    item = considered.item
    made = [each for each in decision.effects if (each.policy, each.id) == (policy, item.id)]
    head = f"{policy}: effect `{item.id}`: "
    wrong = [each.removeprefix(head) for each in decision.errors if each.startswith(head)]
    result: Literal["wanted", "false", "error"] = "wanted" if made else "false"
    return ExplainedEffect(
        id=item.id,
        place=item.place,
        result="error" if wrong else result,
        condition=None if item.when is None else _condition(item.when, considered.trace),
        error=wrong[0] if wrong else None,
        effect=made[0] if made else None,
    )
