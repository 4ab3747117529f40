"""What is written of every exchange: the decision and the raw messages, secrets hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Raw, json

from engine.policy.deciding.decision import Decision
from engine.storage import DecisionRecord, Store, Write, new_id
from engine.storage.exchanges import NOTHING, Followed
from engine.telemetry.secrets import hide_in_frame
from protocol.timestamps import Timestamp


def decision_made(
    store: Store,
    charge_point_id: str,
    decision: Decision,
    response: bytes,
    facts: Mapping[str, Any],
    *,
    message_id: str | None,
    now: Timestamp,
    seconds: float,
) -> Write:
    """The decision, its response as the JSON that goes over the wire, with the facts it read."""
    effects, shadow = followed(decision)
    return store.decisions.made(
        DecisionRecord(
            id=new_id(now),
            time=now,
            charge_point_id=charge_point_id,
            action=decision.action,
            message_id=message_id,
            revision=decision.revision,
            source=decision.source,
            policy=decision.policy,
            rule=decision.rule,
            response=Raw(response),
            explanation=decision.explanation,
            errors=decision.errors,
            facts=dict(facts),
            effects=_decoded(effects),
            shadow=_decoded(shadow),
            duration_microseconds=round(seconds * 1e6, 1),
        )
    )


def followed(decision: Decision) -> Followed:
    """What is written of its effects and of policies in shadow mode, without secrets."""
    if not (decision.effects or decision.shadow):
        return NOTHING
    return _hidden(decision.effects), _hidden([each.plain() for each in decision.shadow])


def _hidden(values: Sequence[object]) -> str | None:
    """A command may set an AuthorizationKey or name a URL with a password."""
    return hide_in_frame(json.encode(values).decode()) if values else None


def _decoded(text: str | None) -> tuple[Any, ...]:
    return () if text is None else tuple(json.decode(text))


def received(
    store: Store,
    charge_point_id: str,
    now: Timestamp,
    text: str,
    message_id: str | None = None,
    action: str | None = None,
) -> Write:
    """A message of the charge point that is no Call: it may tell what a command asked for."""
    return store.messages.logged(
        charge_point_id, "received", now, hide_in_frame(text), message_id, action
    )


def sent(
    store: Store, charge_point_id: str, now: Timestamp, text: str, message_id: str, action: str
) -> Write:
    """A command of ours: it may set an AuthorizationKey or name a URL with a password."""
    return store.messages.logged(
        charge_point_id, "sent", now, hide_in_frame(text), message_id, action
    )
