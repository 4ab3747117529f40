"""One decision looked at closely: what was considered on the way, and the value of every part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.cel import Trace
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import ActionPolicy, Item, Rule, Variable, variables_of
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.deciding.response import Response
from engine.policy.deciding.scope import was_read
from engine.policy.facts import Facts


@dataclass(frozen=True, slots=True)
class ConsideredItem:
    """An item that was come to."""

    item: Item
    trace: Trace | None
    """Of its condition; None where it has none."""

    @property
    def fired(self) -> bool | None:
        """Whether its condition held; None where that has no answer."""
        if self.trace is None:
            return True
        value = self.trace.value
        return value if self.trace.error is None and isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class ConsideredPolicy:
    """A policy that was asked, with its items up to the one that counted."""

    policy: ActionPolicy
    items: tuple[ConsideredItem, ...]
    variables: tuple[tuple[Variable, Trace], ...]
    """Those that were read."""

    def traces(self) -> Iterator[tuple[Cel, Trace]]:
        """Of the variables that were read and of the conditions, in this order."""
        yield from ((variable.cel, trace) for variable, trace in self.variables)
        for considered in self.items:
            if considered.item.condition is not None and considered.trace is not None:
                yield considered.item.condition, considered.trace


def considered(
    policies: PolicySet, action: str, facts: Facts, owned: Mapping[str, object]
) -> Iterator[ConsideredPolicy]:
    """The policies that `decide` asks about the same, in their order; never raises."""
    for policy in policies.selections[action].of(facts).deciding:
        scope: Any = facts if policy.scope is None else policy.scope(facts)
        items = tuple(_items(policy.rule, scope))
        last = items[-1]
        failed = last.fired is None or (last.fired and not _answers(last.item, scope, owned))
        variables = tuple(
            (variable, variable.cel.expression.trace(scope, limit=None))
            for variable in variables_of(policy.rule)
            if was_read(scope, variable.attribute)
        )
        yield ConsideredPolicy(policy, items, variables)
        if failed and policy.on_error == "next":
            continue
        if failed or last.fired:
            return


def _items(rule: Rule, scope: Any) -> Iterator[ConsideredItem]:
    for item in rule.items:
        condition = item.condition
        trace = None if condition is None else condition.expression.trace(scope, limit=None)
        found = ConsideredItem(item, trace)
        yield found
        if found.fired and isinstance(item.outcome, Rule):
            yield from _items(item.outcome, scope)
        if found.fired is not False:
            return


def _answers(item: Item, scope: Any, owned: Mapping[str, object]) -> bool:
    """Whether the item's response can be made; that also reads the variables it needs."""
    if not isinstance(item.outcome, Response):
        return True
    try:
        item.outcome.make(scope, owned)
    except Exception:  # As `decide` has it: whatever it was, the policy failed.
        return False
    return True
