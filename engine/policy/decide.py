"""The one decide function: a request's facts and a policy set in, the answer out. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import msgspec

from engine.cel import EvaluationError
from engine.policy.defaults import ANSWERS, Row
from engine.policy.evaluation import Evaluation, FactScope, Match
from engine.policy.facts import Facts
from engine.policy.policy import OnError, Policy
from engine.policy.policy_set import PolicySet
from engine.policy.response import Response, expect_map
from protocol import payloads
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
    """The id of the item that matched, else its place: `match[0]`."""
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
    deciding = _Deciding(policies, action, facts, owned)
    try:
        return deciding.decide()
    except Exception as error:  # A charge point gets an answer, whatever happens.
        deciding.errors.append(f"internal error: {type(error).__name__}: {error}")
        # Without the facts, in case it is one of them that can't be worked with.
        deciding.facts = Facts(request=facts.request, now=facts.now)
        return deciding.fallen(None)


class _Deciding:
    """One decision on its way."""

    def __init__(
        self, policies: PolicySet, action: str, facts: Facts, owned: Mapping[str, object]
    ) -> None:
        self.policies = policies
        self.action = action
        self.facts = facts
        self.owned = owned
        self.row: Row = ANSWERS[action]
        self.errors: list[str] = []

    def decide(self) -> Decision:
        scope = FactScope(self.facts, self.policies.data)
        for policy in self.policies.deciding(self.action):
            evaluation = Evaluation(policy, scope)
            try:
                match = evaluation.match()
                if match is not None:
                    return self._matched(evaluation, match)
            except (EvaluationError, payloads.PayloadError) as error:
                self._note(policy, error)
                if policy.on_error != "next":
                    return self._failed(evaluation, policy.on_error)
        return self._default()

    def _matched(self, evaluation: Evaluation, match: Match) -> Decision:
        return self._decision(
            self._respond(evaluation, match.response),
            "policy",
            policy=evaluation.policy.name,
            rule=match.rule,
            explanation=self._explain(evaluation, match),
        )

    def _respond(self, evaluation: Evaluation, response: Response) -> Message:
        fixed = response.fixed.get(self.action)
        if fixed is not None:
            return self._filled(fixed)
        rendered = expect_map(response.template.render(evaluation.evaluate))
        for name in self.row.owned:
            if name in rendered:
                raise EvaluationError(f"`{name}` is the engine's own field")
        rendered = {**rendered, **{name: self.owned[name] for name in self.row.owned}}
        return payloads.convert(self.row.confirmation, rendered, unknown_fields=False)

    def _explain(self, evaluation: Evaluation, match: Match) -> str | None:
        """An explanation that fails is noted, but changes no answer."""
        if match.explanation is None:
            return None
        try:
            value = evaluation.evaluate(match.explanation)
            if not isinstance(value, str):
                raise EvaluationError(f"{match.explanation.place}: the explanation is not text")
        except EvaluationError as error:
            self._note(evaluation.policy, error)
            return None
        return value

    def _failed(self, evaluation: Evaluation, on_error: OnError | None) -> Decision:
        if isinstance(on_error, Response):
            try:
                answer = self._respond(evaluation, on_error)
                return self._decision(answer, "failure", policy=evaluation.policy.name)
            except (EvaluationError, payloads.PayloadError) as error:
                self._note(evaluation.policy, error)
                on_error = None
        return self.fallen(evaluation.policy.name, on_error)

    def fallen(self, policy: str | None, on_error: OnError | None = None) -> Decision:
        """The answer of the table of defaults for a policy that failed."""
        answer = self.row.failure if on_error is None else None
        if on_error == "deny":
            answer = self.row.deny
        if answer is None:
            answer = self.row.default(self.facts)
        return self._decision(self._filled(answer), "failure", policy=policy)

    def _default(self) -> Decision:
        return self._decision(self._filled(self.row.default(self.facts)), "default")

    def _filled(self, answer: Message) -> Message:
        if not self.row.owned:
            return answer
        names = {_attribute(self.row.confirmation, name): name for name in self.row.owned}
        return msgspec.structs.replace(
            answer, **{attribute: self.owned[name] for attribute, name in names.items()}
        )

    def _note(self, policy: Policy, error: Exception) -> None:
        text = error.message if isinstance(error, EvaluationError) else f"response: {error}"
        self.errors.append(f"{policy.name}: {text}")

    def _decision(
        self, response: Message, source: Literal["policy", "default", "failure"], **said: Any
    ) -> Decision:
        return Decision(
            action=self.action,
            response=response,
            source=source,
            errors=tuple(self.errors),
            revision=self.policies.revision,
            **said,
        )


@cache
def _attribute(type_: type[Message], name: str) -> str:
    return next(f.name for f in msgspec.structs.fields(type_) if f.encode_name == name)
