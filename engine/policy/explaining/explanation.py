"""
Why a request is answered as it is: every policy that could have a say, and what came of it.

The decision is the one that `decide` makes, on the same compiled policies; the rest only looks at
what that came past.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from engine.policy.deciding.answering import answer
from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.effects import Effect
from engine.policy.deciding.policy import ActionPolicy, Policy
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.deciding.response import Response
from engine.policy.deciding.selector import Who
from engine.policy.defaults import ANSWERS
from engine.policy.explaining.effects import considered_effects
from engine.policy.explaining.explained_items import (
    ExplainedEffect,
    ExplainedItem,
    ExplainedVariable,
    effects_of,
    items_of,
    variables_of,
)
from engine.policy.explaining.recorded_facts import as_values
from engine.policy.explaining.tracing import consider
from engine.policy.facts import Fact, Facts
from protocol import payloads

Result = Literal[
    "disabled",
    "outOfScope",
    "notValidNow",
    "notReached",
    "noRule",
    "noOpinion",
    "failed",
    "decided",
]


class ExplainedPolicy(Fact, frozen=True, kw_only=True):
    """A policy about the action, and what it made of the request."""

    name: str
    place: str
    """Its `file:line`."""
    priority: int
    mode: Literal["enforce", "shadow"]
    """One in shadow mode is evaluated but answers nothing: `result` is what it would have done."""
    result: Result
    """
    `notReached`: another one decided before; `noRule`: it has effects alone; `noOpinion`: nothing
    matched; `failed`: see `errors` and `onError`; `decided`: it has an answer.
    """
    reason: str | None = None
    """Why it was not asked: of `disabled`, `outOfScope` and `notValidNow`."""
    items: tuple[ExplainedItem, ...] = ()
    variables: tuple[ExplainedVariable, ...] = ()
    """Those that were read."""
    rule: str | None = None
    """The item that decided; several of an aggregate joined by `+`."""
    response: dict[str, Any] | None = None
    """What it answers, also on its failure."""
    explanation: str | None = None
    errors: tuple[str, ...] = ()
    on_error: Literal["deny", "default", "next", "response"] | None = None
    """What it says to do on its failure; null: what its action does anyway."""
    effects: tuple[ExplainedEffect, ...] = ()
    """Of one in shadow mode they stand in the decision's `shadow`."""


class ExplainedDecision(Fact, frozen=True, kw_only=True):
    """What is answered, by whom, and what follows."""

    response: dict[str, Any]
    source: Literal["policy", "default", "failure"]
    policy: str | None
    rule: str | None
    explanation: str | None
    errors: tuple[str, ...]
    effects: tuple[Effect, ...]
    shadow: tuple[dict[str, Any], ...]
    """What policies in shadow mode would have answered."""


class Explanation(Fact, frozen=True, kw_only=True):
    """Why a request is answered as it is."""

    action: str
    revision: str
    facts: dict[str, Any]
    """The request, the facts that the policies of the action read, and `now`."""
    policies: tuple[ExplainedPolicy, ...]
    """All that are about the action, in the order in which they are asked."""
    decision: ExplainedDecision
    default: dict[str, Any]
    """What would be answered if no policy decided."""
    answered: dict[str, Any] | None = None
    """
    What was answered instead, where the engine had the last word: the interval after a storm of
    boots, a StartTransaction that was sent again, a password that was not proved. Else null.
    """


def explain(
    policies: PolicySet,
    action: str,
    facts: Facts,
    owned: Mapping[str, object],
    answered: Mapping[str, Any] | None = None,
) -> Explanation:
    """
    Why these policies answer a request as they do; never raises.

    Args:
        owned: the fields only the engine fills, as for `decide`.
        answered: what was answered when it was decided; None where nothing was yet.
    """
    guard = _Answered(action, answered)
    decision = decide(policies, action, facts, owned, guard)
    said = guard.said or decision
    row = ANSWERS[action]
    names = policies.facts_read(action) | {"request", "now"}
    return Explanation(
        action=action,
        revision=policies.revision,
        facts={name: value for name, value in as_values(facts).items() if name in names},
        policies=tuple(_Policies(policies, said, decision, facts, owned).explained()),
        decision=_explained(decision, said),
        default=payloads.to_builtins(row.filled(row.default(facts), owned)),
        answered=None if decision.response == said.response else dict(answered or {}),
    )


class _Answered:
    """Takes the place of what has the last word on an answer: it says what that said."""

    def __init__(self, action: str, answered: Mapping[str, Any] | None) -> None:
        self.answered = answered
        self.confirmation = ANSWERS[action].confirmation
        self.said: Decision | None = None
        """What the policies had said."""

    def __call__(self, said: Decision) -> Decision:
        self.said = said
        if self.answered is None or payloads.to_builtins(said.response) == self.answered:
            return said
        return replace(said, response=payloads.convert(self.confirmation, dict(self.answered)))


def _explained(decision: Decision, said: Decision) -> ExplainedDecision:
    return ExplainedDecision(
        response=payloads.to_builtins(said.response),
        source=said.source,
        policy=said.policy,
        rule=said.rule,
        explanation=said.explanation,
        errors=decision.errors,
        effects=decision.effects,
        shadow=tuple(each.plain() for each in decision.shadow),
    )


class _Policies:
    """The policies about one action, in the order in which they are asked."""

    def __init__(
        self,
        policies: PolicySet,
        said: Decision,
        decision: Decision,
        facts: Facts,
        owned: Mapping[str, object],
    ) -> None:
        self.policies = policies
        self.action = said.action
        self.facts = facts
        self.owned = owned
        self.decided = False
        """Whether no further policy is asked."""
        self.effects = {
            each.policy.name: effects_of(each, decision)
            for each in considered_effects(policies, decision, facts)
        }

    def explained(self) -> Iterator[ExplainedPolicy]:
        for policy in self.policies.policies:
            if self.action in policy.by_action:
                yield self._explained(policy, policy.by_action[self.action])

    def _explained(self, policy: Policy, own: ActionPolicy) -> ExplainedPolicy:
        found = ExplainedPolicy(
            name=policy.name,
            place=f"{policy.file}:{policy.line}",
            priority=policy.priority,
            mode=policy.mode,
            result="notReached",
            effects=self.effects.get(policy.name, ()),
        )
        not_asked = _not_asked(policy, self.action, self.facts)
        if not_asked is not None:
            return replace(found, result=not_asked[0], reason=not_asked[1])
        if not own.rule.items:
            return replace(found, result="noRule")
        if self.decided and not own.shadow:
            return found
        return self._asked(found, own)

    def _asked(self, found: ExplainedPolicy, own: ActionPolicy) -> ExplainedPolicy:
        asked = consider(own, self.facts, self.owned)
        said = answer(self.policies, (own,), self.action, self.facts, self.owned)
        failed = said.source == "failure" or (said.source == "default" and bool(said.errors))
        result: Result = "noOpinion"
        if failed or said.source == "policy":
            result = "failed" if failed else "decided"
        self.decided |= said.source != "default" and not own.shadow
        answers = said.source != "default"
        return replace(
            found,
            result=result,
            items=items_of(asked),
            variables=variables_of(asked),
            rule=said.rule,
            response=payloads.to_builtins(said.response) if answers else None,
            explanation=said.explanation,
            errors=said.errors,
            on_error=_on_error(own) if failed else None,
        )


def _not_asked(policy: Policy, action: str, facts: Facts) -> tuple[Result, str] | None:
    """Why a policy is not asked about a request, if it is not."""
    if not policy.enabled:
        return "disabled", "`enabled` is false"
    if policy.scope is not None and not policy.scope.includes(Who.of(action, facts)):
        about = [f"{key} {' or '.join(names)}" for key, names in policy.scope.written().items()]
        return "outOfScope", f"it is about {' and '.join(about)}"
    if policy.is_valid_at(facts.now):
        return None
    if policy.valid_from is not None and facts.now < policy.valid_from:
        return "notValidNow", f"it is valid from {policy.valid_from:%Y-%m-%dT%H:%M:%SZ}"
    assert policy.valid_until is not None
    return "notValidNow", f"it was valid until {policy.valid_until:%Y-%m-%dT%H:%M:%SZ}"


def _on_error(own: ActionPolicy) -> Literal["deny", "default", "next", "response"] | None:
    return "response" if isinstance(own.on_error, Response) else own.on_error
