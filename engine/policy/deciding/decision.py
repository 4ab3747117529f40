"""What was decided, as it is answered and recorded."""

from typing import Any, Literal, NamedTuple

import msgspec

from engine.policy.deciding.effects import Effect
from protocol import payloads
from protocol.types import Message


class Failed(NamedTuple):
    """Where an error was: a label of metrics, so both are names of the set."""

    policy: str
    """Empty where it was no policy's."""
    rule: str
    """The item; empty where it was none's."""


class ShadowDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy in shadow mode says; it answers nothing."""

    policy: str
    rule: str | None = None
    response: Message | None = None
    """What it would answer; None where it has no opinion."""
    explanation: str | None = None
    errors: tuple[str, ...] = ()
    would_decide: bool = False
    """Whether this would be the answer, were the policy not in shadow mode."""
    effects: tuple[Effect, ...] = ()
    """What it would have had done."""

    def plain(self) -> dict[str, Any]:
        """As it is recorded, in JSON's values and the specification's camelCase."""
        return {
            "policy": self.policy,
            "rule": self.rule,
            "response": None if self.response is None else payloads.to_builtins(self.response),
            "explanation": self.explanation,
            "errors": list(self.errors),
            "wouldDecide": self.would_decide,
            "effects": [msgspec.to_builtins(effect) for effect in self.effects],
        }


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer, and why."""

    action: str
    response: Message
    """The finished confirmation; for the handshake a ConnectConf."""
    source: Literal["policy", "default", "failure"]
    """Who answered: a rule, the built-in default, or what is set for a policy that failed."""
    policy: str | None = None
    rule: str | None = None
    """The item that matched, or failed: its id, else its place, `match[0]`."""
    explanation: str | None = None
    errors: tuple[str, ...] = ()
    """What went wrong on the way, each with `file:line:column`."""
    effects: tuple[Effect, ...] = ()
    """What is to be done now that it is decided."""
    shadow: tuple[ShadowDecision, ...] = ()
    """What the policies in shadow mode say, where they say anything."""
    failed: tuple[Failed, ...] = ()
    """Where the errors were, those of policies in shadow mode too."""
    revision: str

    @property
    def shadow_differs(self) -> bool:
        """Whether a policy in shadow mode would have answered otherwise."""
        return any(each.would_decide and each.response != self.response for each in self.shadow)
