"""
The facts of a decision as they are kept with it, and back: enough to decide again exactly.

Kept are the facts that were fetched because the policies of the action or its default read them,
a fact that was null as null. The request stands in the message, `now` is the time of the record;
tables and constants are part of the revision. A password is no fact, and so is never kept.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import Raw

from engine.policy.defaults import ANSWERS
from engine.policy.facts import FACTS, ChargePoint, Facts
from protocol import payloads, repairs
from protocol.types import Message, Timestamp

ELSEWHERE = frozenset({"request", "now"})
"""What the record of a message has anyway."""


def exactly(time: datetime) -> str:
    """A time as the API writes it, but with microseconds where it has them."""
    digits = "microseconds" if time.microsecond % 1000 else "milliseconds"
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=digits)}Z"


def _plain(value: object) -> str:
    """A `Timestamp` is a datetime, but none that msgspec knows."""
    assert isinstance(value, datetime)
    return exactly(value)


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


@cache
def _kept(names: frozenset[str]) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Whether the charge point is among the facts of `names`, and the others that are kept."""
    others = names - ELSEWHERE - {"chargePoint"}
    return "chargePoint" in names, tuple(each for each in FACTS.items() if each[0] in others)


def charge_point_json(charge_point: ChargePoint | None) -> str:
    """The charge point alone as the record keeps it, without what is null or empty."""
    fields = None if charge_point is None else msgspec.json.decode(_encode(charge_point))
    if fields is not None:
        fields = {name: value for name, value in fields.items() if value not in (None, [], {})}
    return _encode({"chargePoint": fields}).decode()


def as_json(
    facts: Facts,
    names: frozenset[str],
    encode: Callable[[ChargePoint | None], str] = charge_point_json,
) -> str | None:
    """
    The facts of `names` as the record keeps them; None where there are none.

    Args:
        encode: `charge_point_json`, or what remembers what it gave: a charge point is the largest
            of the facts, and the same for many decisions.
    """
    charge_point, others = _kept(names)
    if not others:
        return encode(facts.charge_point) if charge_point else None
    values = {name: getattr(facts, attribute) for name, attribute in others}
    text = _encode(values).decode()
    return f"{encode(facts.charge_point)[:-1]},{text[1:]}" if charge_point else text


def as_values(facts: Facts) -> dict[str, Any]:
    """All facts as JSON values."""
    values = {name: getattr(facts, attribute) for name, attribute in FACTS.items()}
    request = values["request"]
    if isinstance(request, Message):
        values["request"] = payloads.to_builtins(request)
    plain = msgspec.to_builtins(values, builtin_types=(datetime,), enc_hook=_plain)
    found: dict[str, Any] = json.loads(json.dumps(plain, default=exactly))
    return found


def with_request(facts: Facts, names: frozenset[str]) -> dict[str, Raw]:
    """The same with the request, where no message has it: for the handshake."""
    kept = as_json(facts, names)
    request = Raw(_encode(facts.request))
    return {"request": request, **msgspec.json.decode(kept or "{}", type=dict[str, Raw])}


def read(action: str, kept: Mapping[str, Any], time: datetime) -> Facts:
    """
    The facts of a decision made at `time`, of what is kept and the request.

    Raises ValueError where they are not those of this version.
    """
    request_type = ANSWERS[action].request
    request: object
    if issubclass(request_type, Message):
        try:
            request, _ = repairs.read(request_type, _encode(kept["request"]))
        except payloads.PayloadError as error:
            raise ValueError(f"request: {error}") from None
    else:
        request = msgspec.convert(kept["request"], request_type)
    facts = msgspec.convert({**kept, "request": request, "now": exactly(time)}, Facts)
    # The central system's clock knows milliseconds; a time of another kind is kept as it is.
    now = Timestamp.of(time)
    return facts if now != time else msgspec.structs.replace(facts, now=now)


def owned(response: Mapping[str, Any], time: datetime) -> Mapping[str, object]:
    """What the engine filled in at a decision made at `time`, of the answer that was given."""
    transaction_id = response.get("transactionId", 0)
    return {"currentTime": Timestamp.of(time), "transactionId": transaction_id}
