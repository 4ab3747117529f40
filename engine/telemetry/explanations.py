"""Explanations as they may be shown: without the secrets in what effects send."""

from typing import TypeVar

import msgspec
from msgspec.structs import replace

from engine.policy.explaining.explained_items import ExplainedEffect
from engine.policy.explaining.explanation import Explanation
from engine.telemetry.secrets import hide_in_frame

T = TypeVar("T")


def without_secrets(explanation: Explanation) -> Explanation:
    """The same, as a decision's record has it: no AuthorizationKey and no password of a URL."""
    decision = explanation.decision
    return replace(
        explanation,
        decision=replace(
            decision,
            effects=tuple(map(_hidden, decision.effects)),
            shadow=tuple(map(_hidden, decision.shadow)),
        ),
        policies=tuple(
            replace(policy, effects=tuple(map(_effect, policy.effects)))
            for policy in explanation.policies
        ),
    )


def _effect(effect: ExplainedEffect) -> ExplainedEffect:
    return effect if effect.effect is None else replace(effect, effect=_hidden(effect.effect))


def _hidden(value: T) -> T:
    """The value by way of its JSON, in which secrets are found."""
    text = hide_in_frame(msgspec.json.encode(value).decode())
    return msgspec.json.decode(text, type=type(value))
