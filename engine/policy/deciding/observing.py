"""
What follows a decision: the effects of policies, and what those in shadow mode would have said.

Nothing that goes wrong here changes the answer, or another effect.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from engine.cel import EvaluationError
from engine.policy.deciding.answering import Errors, answer, internal, with_errors
from engine.policy.deciding.decision import Decision, Failed, ShadowDecision
from engine.policy.deciding.effects import Effect
from engine.policy.deciding.policy import ActionPolicy
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.facts import Facts
from protocol.payloads import PayloadError


class Observer:
    """Looks at one decision; never raises."""

    def __init__(
        self,
        policies: PolicySet,
        said: Decision,
        decision: Decision,
        facts: Facts,
        owned: Mapping[str, object],
    ) -> None:
        self.policies = policies
        self.said = said
        """What the policies decided."""
        self.decision = decision
        """The same with what the guard made of it."""
        self.facts = facts
        self.owned = owned

    def look(self, observing: Iterable[ActionPolicy]) -> Decision:
        """The decision with what these policies make of it."""
        effects: tuple[Effect, ...] = ()
        errors: Errors = ()
        shadow: list[ShadowDecision] = []
        failed: tuple[Failed, ...] = ()
        for policy in observing:
            if policy.shadow:
                own, decides = self._alone(policy)
                failed += own.failed
                if own.source != "default" or own.errors or own.effects:
                    shadow.append(_shadow(policy, own, decides))
            else:
                made, wrong = effects_of(policy, self.decision, self.facts)
                effects += made
                errors += wrong
        decision = with_errors(self.decision, errors) if errors else self.decision
        if not (effects or shadow):
            return decision
        failed = decision.failed + failed
        return replace(decision, effects=effects, shadow=tuple(shadow), failed=failed)

    def _alone(self, policy: ActionPolicy) -> tuple[Decision, bool]:
        """
        What a policy in shadow mode says, and whether that would be the answer.

        Its effects see the decision as it would then be.
        """
        own = answer(self.policies, (policy,), self.said.action, self.facts, self.owned)
        decides = own.source != "default" and self._is_asked(policy)
        if policy.effects:
            effects, errors = effects_of(policy, own if decides else self.decision, self.facts)
            own = replace(with_errors(own, errors), effects=effects)
        return own, decides

    def _is_asked(self, policy: ActionPolicy) -> bool:
        """Whether no policy before it has decided."""
        if self.said.policy is None:
            return self.said.source == "default"
        places = self.policies.places
        return places[policy.name] < places[self.said.policy]


def _shadow(policy: ActionPolicy, own: Decision, decides: bool) -> ShadowDecision:
    return ShadowDecision(
        policy=policy.name,
        rule=own.rule,
        response=None if own.source == "default" else own.response,
        explanation=own.explanation,
        errors=own.errors,
        would_decide=decides,
        effects=own.effects,
    )


def effects_of(
    policy: ActionPolicy, decision: Decision, facts: Facts
) -> tuple[tuple[Effect, ...], Errors]:
    """What a policy wants done after a decision, and what went wrong in finding it."""
    effects: list[Effect] = []
    errors: Errors = ()
    scope = policy.observe(facts, decision)
    for item in policy.effects:
        try:
            effect = item.effect(policy.name, scope)
        except Exception as error:  # Whatever it is, the answer stands.
            text = f"{policy.name}: effect `{item.id}`: {_said(error)}"
            errors += ((Failed(policy.name, ""), text),)
        else:
            effects += [] if effect is None else [effect]
    return tuple(effects), errors


def _said(error: Exception) -> str:
    match error:
        case EvaluationError():
            return error.message
        case PayloadError():
            return f"payload: {error}"
        case _:
            return internal(error)
