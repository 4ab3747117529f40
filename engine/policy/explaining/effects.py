"""The effects of policies looked at closely: which were wanted, and the value of every part."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from engine.cel import Trace
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.effects import EffectItem
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import ActionPolicy, Variable
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.explaining.tracing import held, variables_read
from engine.policy.facts import Facts


@dataclass(frozen=True, slots=True)
class ConsideredEffect:
    """An effect, and whether it was wanted."""

    item: EffectItem
    trace: Trace | None
    """Of its condition; None where it has none."""

    @property
    def fired(self) -> bool | None:
        """Whether its condition held; None where that has no answer."""
        return held(self.trace)


@dataclass(frozen=True, slots=True)
class ConsideredEffects:
    """The effects of one policy."""

    policy: ActionPolicy
    items: tuple[ConsideredEffect, ...]
    variables: tuple[tuple[Variable, Trace], ...]
    """Those that the effects have read."""

    def traces(self) -> Iterator[tuple[Cel, Trace]]:
        """Of the variables that were read and of the conditions, in this order."""
        yield from ((variable.cel, trace) for variable, trace in self.variables)
        for considered in self.items:
            if considered.item.when is not None and considered.trace is not None:
                yield considered.item.when, considered.trace


def considered_effects(
    policies: PolicySet, decision: Decision, facts: Facts
) -> Iterator[ConsideredEffects]:
    """The effects that a decision was asked for, those of policies in shadow mode left out."""
    for policy in policies.selections[decision.action].of(facts).observing:
        if policy.shadow:
            continue
        scope = policy.observe(facts, decision)
        items = []
        for item in policy.effects:
            when = item.when
            trace = None if when is None else when.expression.trace(scope, limit=None)
            items.append(ConsideredEffect(item, trace))
            # It also reads the variables it needs; what goes wrong is in the decision.
            with contextlib.suppress(Exception):
                item.effect(policy.name, scope)
        yield ConsideredEffects(policy, tuple(items), variables_read(policy, scope))
