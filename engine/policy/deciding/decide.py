"""The one decide function: a request's facts and a policy set in, the answer out. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from engine.cel import NO_ITEM, EvaluationError
from engine.policy.deciding.evaluation import explain, match
from engine.policy.deciding.policy import ActionPolicy, Answer, OnError
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.deciding.response import Response
from engine.policy.defaults import ANSWERS
from engine.policy.facts import Facts
from protocol.payloads import PayloadError
from protocol.types import Message


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer, and why."""

    action: str
    response: Message
    """The finished confirmation; for the handshake a ConnectConf."""
    source: Literal["policy", "default", "failure"]
    """Who answered: a rule, the built-in default, or what is set for a policy that failed."""
    policy: str | None = None
    rule: str | None = None
    """The id of the item that matched, else its place: `match[0]`; of several joined by `+`."""
    explanation: str | None = None
    errors: tuple[str, ...] = ()
    """What went wrong on the way, each with `file:line:column`."""
    revision: str


def decide(policies: PolicySet, action: str, facts: Facts, owned: Mapping[str, object]) -> Decision:
    """
    Decides one request; never raises.

    Args:
        policies: the set that decides; read once by the caller, so a reload changes nothing here.
        action: one of the 14 actions a charge point sends, or `Connect`.
        facts: at least those that `policies.facts_read(action)` names.
        owned: the fields only the engine fills, by their names on the wire: `currentTime`,
            `transactionId`.
    """
    errors: list[str] = []
    try:
        for policy in policies.deciding(action):
            number = policy.choose(facts)
            if number == NO_ITEM:
                continue
            scope: Any = facts if policy.scope is None else policy.scope(facts)
            try:
                answer = match(policy.rule, scope) if number is None else policy.answers[number]
                if answer is None:
                    continue
                response = answer.response.make(scope, owned)
            except (EvaluationError, PayloadError) as error:
                errors.append(_said(policy, error))
                if policy.on_error == "next":
                    continue
                return _Failed(policies, action, owned, errors).by(policy, scope, facts)
            explanation = _explained(answer, scope, policy, errors) if answer.explanations else None
            return Decision(
                action=action,
                response=response,
                source="policy",
                policy=policy.name,
                rule=answer.rule,
                explanation=explanation,
                errors=tuple(errors),
                revision=policies.revision,
            )
        row = ANSWERS[action]
        return Decision(
            action=action,
            response=row.filled(row.default(facts), owned),
            source="default",
            errors=tuple(errors),
            revision=policies.revision,
        )
    except Exception as error:  # A charge point gets an answer, whatever happens.
        errors.append(f"internal error: {type(error).__name__}: {error}")
        # Without the facts, in case it is one of them that can't be worked with.
        unknown = Facts(request=facts.request, now=facts.now)
        return _Failed(policies, action, owned, errors).answer(None, None, unknown)


def _said(policy: ActionPolicy, error: Exception) -> str:
    text = error.message if isinstance(error, EvaluationError) else f"response: {error}"
    return f"{policy.name}: {text}"


def _explained(answer: Answer, scope: Any, policy: ActionPolicy, errors: list[str]) -> str | None:
    """An explanation that fails is noted, but changes no answer."""
    try:
        return explain(answer, scope)
    except EvaluationError as error:
        errors.append(_said(policy, error))
        return None


class _Failed:
    """The answer to a request on which a policy failed."""

    def __init__(
        self, policies: PolicySet, action: str, owned: Mapping[str, object], errors: list[str]
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
            self.errors.append(_said(policy, error))
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
        return Decision(
            action=self.action,
            response=response,
            source="failure",
            policy=policy,
            errors=tuple(self.errors),
            revision=self.policies.revision,
        )
