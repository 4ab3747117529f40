"""The answer that some policies come to, or the one of the table of defaults. Pure."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from engine.cel import NO_ITEM, EvaluationError
from engine.policy.deciding.decision import Decision, Failed
from engine.policy.deciding.evaluation import explain, match
from engine.policy.deciding.placed import PlacedError
from engine.policy.deciding.policy import ActionPolicy, Answer, OnError
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.deciding.response import Response
from engine.policy.defaults import ANSWERS
from engine.policy.facts import Facts
from protocol.payloads import PayloadError
from protocol.types import Message

Errors = tuple[tuple[Failed, str], ...]
"""What went wrong: where, and as it is said."""


def answer(
    policies: PolicySet,
    asked: tuple[ActionPolicy, ...],
    action: str,
    facts: Facts,
    owned: Mapping[str, object],
) -> Decision:
    """What the first of these policies that has an opinion says; never raises."""
    errors: Errors = ()
    try:
        for policy in asked:
            number = policy.choose(facts)
            if number == NO_ITEM:
                continue
            scope: Any = facts if policy.scope is None else policy.scope(facts)
            found: Answer | None = None
            try:
                found = match(policy.rule, scope) if number is None else policy.answers[number]
                if found is None:
                    continue
                response = found.response.make(scope, owned)
            except (EvaluationError, PayloadError) as error:
                errors += (said(policy, error, None if found is None else found.item),)
                if policy.on_error == "next":
                    continue
                return _Failed(policies, action, owned, errors).by(policy, scope, facts)
            explanation = None
            if found.explanations:
                try:
                    explanation = explain(found, scope)
                except EvaluationError as error:
                    # It is noted, but changes no answer.
                    errors += (said(policy, error, found.item),)
            decision = Decision(
                action=action,
                response=response,
                source="policy",
                policy=policy.name,
                rule=found.rule,
                explanation=explanation,
                revision=policies.revision,
            )
            return with_errors(decision, errors) if errors else decision
        row = ANSWERS[action]
        decision = Decision(
            action=action,
            response=row.filled(row.default(facts), owned),
            source="default",
            revision=policies.revision,
        )
        return with_errors(decision, errors) if errors else decision
    except Exception as error:  # A charge point gets an answer, whatever happens.
        return broken(policies, action, facts, owned, error, errors)


def broken(
    policies: PolicySet,
    action: str,
    facts: Facts,
    owned: Mapping[str, object],
    error: Exception,
    errors: Errors = (),
) -> Decision:
    """The answer where something of our own went wrong."""
    errors += ((Failed("", ""), internal(error)),)
    # Without the facts, in case it is one of them that can't be worked with.
    unknown = Facts(request=facts.request, now=facts.now)
    return _Failed(policies, action, owned, errors).answer(None, None, unknown)


def internal(error: Exception) -> str:
    """How a bug of ours is told."""
    return f"internal error: {type(error).__name__}: {error}"


def said(policy: ActionPolicy, error: Exception, item: str | None) -> tuple[Failed, str]:
    """An error of a policy, with the item that it happened in."""
    name = error.item if isinstance(error, PlacedError) else None
    text = error.message if isinstance(error, EvaluationError) else f"response: {error}"
    where = Failed(policy.name, item or name or "")
    return where, f"{policy.name}: {text}"


def with_errors(decision: Decision, errors: Errors) -> Decision:
    """The decision with more errors."""
    return replace(
        decision,
        errors=decision.errors + tuple(text for _, text in errors),
        failed=decision.failed + tuple(where for where, _ in errors),
    )


class _Failed:
    """The answer to a request on which a policy failed."""

    def __init__(
        self, policies: PolicySet, action: str, owned: Mapping[str, object], errors: Errors
    ) -> None:
        self.policies = policies
        self.action = action
        self.owned = owned
        self.errors = errors

    def by(self, policy: ActionPolicy, scope: Any, facts: Facts) -> Decision:
        """What the policy says about its failure; it may fail in that, too."""
        if not isinstance(policy.on_error, Response):
            return self.answer(policy.name, policy.on_error, facts)
        try:
            return self._decision(policy.on_error.make(scope, self.owned), policy.name)
        except (EvaluationError, PayloadError) as error:
            self.errors += (said(policy, error, None),)
            return self.answer(policy.name, None, facts)

    def answer(self, policy: str | None, on_error: OnError | None, facts: Facts) -> Decision:
        """The answer of the table of defaults."""
        row = ANSWERS[self.action]
        answer = row.failure if on_error is None else None
        if on_error == "deny":
            answer = row.deny
        if answer is None:
            answer = row.default(facts)
        return self._decision(row.filled(answer, self.owned), policy)

    def _decision(self, response: Message, policy: str | None) -> Decision:
        rules = (where.rule for where, _ in self.errors if where.policy == policy and where.rule)
        decision = Decision(
            action=self.action,
            response=response,
            source="failure",
            policy=policy,
            rule=next(rules, None),
            revision=self.policies.revision,
        )
        return with_errors(decision, self.errors)
