"""What a policy has done besides its answer: a command to the charge point, or an event."""

import base64
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.cel import EvaluationError, plain_value, text_of
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.response import Response, Template
from engine.policy.facts import Fact
from protocol import payloads

THROTTLE_SECONDS = 60
"""An effect that says nothing of it is carried out once in this time for one charge point."""
MESSAGE_LIMIT = 1_000
"""Characters of an event's message."""
DATA_LIMIT = 10_000
"""Characters of an event's data as JSON."""


class EffectCommand(Fact, frozen=True, kw_only=True):
    """A command to the charge point that sent the request."""

    action: str
    payload: dict[str, Any]


class EffectEvent(Fact, frozen=True, kw_only=True):
    """Something that an operator or another system is told."""

    name: str
    message: str | None = None
    data: dict[str, Any] = {}


class Effect(Fact, frozen=True, kw_only=True):
    """One thing to be done: a command or an event."""

    policy: str
    id: str
    command: EffectCommand | None = None
    event: EffectEvent | None = None
    throttle_seconds: float = THROTTLE_SECONDS
    """It is carried out at most once in this time for one charge point; 0 is each time."""


@dataclass(frozen=True, slots=True)
class Command:
    """How the payload of a command is made."""

    action: str
    payload: Response

    def effect(self, scope: Any) -> dict[str, Any]:
        request = self.payload.make(scope, {})
        return {"command": EffectCommand(action=self.action, payload=payloads.to_builtins(request))}

    def expressions(self) -> Iterator[Cel]:
        yield from self.payload.expressions()


@dataclass(frozen=True, slots=True)
class Event:
    """How an event is made."""

    name: str
    message: Template | None
    data: Template | None

    def effect(self, scope: Any) -> dict[str, Any]:
        message = None if self.message is None else _text(self.message.render(scope))
        data = {} if self.data is None else _data(self.data.render(scope))
        return {"event": EffectEvent(name=self.name, message=message, data=data)}

    def expressions(self) -> Iterator[Cel]:
        for template in (self.message, self.data):
            if template is not None:
                yield from template.expressions()


@dataclass(frozen=True, slots=True)
class EffectItem:
    """One line of `effects`: when something is to be done, and what."""

    id: str
    when: Cel | None
    """None is always."""
    outcome: Command | Event
    throttle_seconds: float
    place: str = ""
    """Its `file:line:column`."""

    def effect(self, policy: str, scope: Any) -> Effect | None:
        """
        What is to be done, if anything is.

        Raises EvaluationError, or PayloadError where it would not be valid OCPP.
        """
        if self.when is not None and not self.when.holds(scope):
            return None
        return Effect(
            policy=policy,
            id=self.id,
            throttle_seconds=self.throttle_seconds,
            **self.outcome.effect(scope),
        )

    def expressions(self) -> Iterator[Cel]:
        if self.when is not None:
            yield self.when
        yield from self.outcome.expressions()


def _text(value: object) -> str:
    text = text_of(value)
    if len(text) > MESSAGE_LIMIT:
        raise EvaluationError(f"the message has more than {MESSAGE_LIMIT} characters")
    return text


def _data(value: object) -> dict[str, Any]:
    plain = json_ready(plain_value(value))
    if not isinstance(plain, dict):
        raise EvaluationError("the event's data must be a map")
    if len(msgspec.json.encode(plain)) > DATA_LIMIT:
        raise EvaluationError(f"the event's data has more than {DATA_LIMIT} characters as JSON")
    return plain


def json_ready(value: object) -> Any:
    """A value of an expression as JSON can have it; times and durations as their text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            if not math.isfinite(value):
                raise EvaluationError(f"`{value}` can't be written as JSON")
            return value
        case datetime() | timedelta():
            return text_of(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {_key(key): json_ready(item) for key, item in value.items()}
        case list() | tuple():
            return [json_ready(item) for item in value]
        case _:
            return msgspec.to_builtins(value, enc_hook=text_of)


def _key(key: object) -> str:
    return key if isinstance(key, str) else text_of(key)
