"""One decision looked at closely: what was considered on the way, and the value of every part."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.cel import Trace
from engine.policy.deciding.evaluation import match
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import ActionPolicy, Item, Rule, Variable, variables_of
from engine.policy.deciding.policy_set import PolicySet
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
        return held(self.trace)


@dataclass(frozen=True, slots=True)
class ConsideredPolicy:
    """A policy that was asked, with the items that were come to."""

    policy: ActionPolicy
    items: tuple[ConsideredItem, ...]
    variables: tuple[tuple[Variable, Trace], ...]
    """Those that were read."""
    decided: bool | None
    """Whether it has an answer; None where it fails."""

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
        asked = consider(policy, facts, owned)
        yield asked
        if asked.decided or (asked.decided is None and policy.on_error != "next"):
            return


def consider(policy: ActionPolicy, facts: Facts, owned: Mapping[str, object]) -> ConsideredPolicy:
    """One policy, whoever decides."""
    scope: Any = facts if policy.scope is None else policy.scope(facts)
    items = tuple(_items(policy.rule, scope))
    decided = _decides(policy, scope, owned)
    return ConsideredPolicy(policy, items, variables_read(policy, scope), decided)


def held(condition: Trace | None) -> bool | None:
    """Whether a condition was true, as none at all is; None where it is neither true nor false."""
    if condition is None:
        return True
    value = condition.value
    return value if condition.error is None and isinstance(value, bool) else None


def variables_read(policy: ActionPolicy, scope: Any) -> tuple[tuple[Variable, Trace], ...]:
    """The variables of a policy that were read in a scope."""
    return tuple(
        (variable, variable.cel.expression.trace(scope, limit=None))
        for variable in variables_of(policy.rule)
        if was_read(scope, variable.attribute)
    )


def _items(rule: Rule, scope: Any) -> Generator[ConsideredItem, None, bool | None]:
    """The items that are come to; gives whether they decide, None where that has no answer."""
    decided: bool | None = False
    for item in rule.items:
        condition = item.condition
        trace = None if condition is None else condition.expression.trace(scope, limit=None)
        found = ConsideredItem(item, trace)
        yield found
        inside = found.fired
        if inside and isinstance(item.outcome, Rule):
            inside = yield from _items(item.outcome, scope)
        if inside is None:
            return None
        decided = decided or inside
        alone = found.fired and condition is not None
        if rule.together is None and (decided or alone):
            return decided
    return decided


def _decides(policy: ActionPolicy, scope: Any, owned: Mapping[str, object]) -> bool | None:
    """Whether the policy has an answer, None where it fails; reads the variables it needs."""
    try:
        answer = match(policy.rule, scope)
        if answer is not None:
            answer.response.make(scope, owned)
    except Exception:  # As `decide` has it: whatever it was, the policy failed.
        return None
    return answer is not None
