"""Things to store, with the values that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.policy.facts import Connector, Tag, Transaction
from engine.storage import CommandRecord, DecisionRecord, UnmatchedStop, new_id
from protocol.messages import ChargePointErrorCode, ChargePointStatus, MeterValue, SampledValue
from protocol.types import Timestamp

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def a_transaction(transaction_id: int, **changes: Any) -> Transaction:
    values: dict[str, Any] = {
        "transaction_id": transaction_id,
        "charge_point_id": "ESP32_Charger",
        "connector_id": 1,
        "id_tag": "RandomToken",
        "started_at": NOON,
        "meter_start": 100,
        "id_tag_status": "Accepted",
    }
    return Transaction(**values | changes)


def a_decision(time: datetime = NOON, **changes: Any) -> DecisionRecord:
    values: dict[str, Any] = {
        "id": new_id(time),
        "time": time,
        "charge_point_id": "ESP32_Charger",
        "action": "Authorize",
        "message_id": "19223201",
        "revision": "sha256:0123456789abcdef",
        "source": "policy",
        "policy": "authorize-by-tag",
        "rule": "known",
        "mode": "enforce",
        "response": {"idTagInfo": {"status": "Accepted"}},
        "explanation": "the tag is known",
        "errors": ("first", "second"),
        "facts": {
            "request": {"idTag": "RandomToken"},
            "tag": None,
            "now": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
        "duration_microseconds": 12.5,
    }
    return DecisionRecord(**values | changes)


def a_command(time: datetime = NOON, **changes: Any) -> CommandRecord:
    values: dict[str, Any] = {
        "id": new_id(time),
        "charge_point_id": "ESP32_Charger",
        "action": "Reset",
        "payload": {"type": "Soft"},
        "status": "pending",
        "issued_at": time,
    }
    return CommandRecord(**values | changes)


def an_unmatched_stop(**changes: Any) -> UnmatchedStop:
    values: dict[str, Any] = {
        "id": new_id(NOON),
        "charge_point_id": "ESP32_Charger",
        "transaction_id": -1,
        "stopped_at": minutes(30),
        "meter_stop": 4200,
        "reason": "Local",
        "id_tag": "RandomToken",
        "received_at": minutes(31),
    }
    return UnmatchedStop(**values | changes)


def a_connector(**changes: Any) -> Connector:
    values: dict[str, Any] = {
        "connector_id": 1,
        "status": ChargePointStatus.Available,
        "error_code": ChargePointErrorCode.NoError,
        "updated_at": NOON,
    }
    return Connector(**values | changes)


def a_tag(**changes: Any) -> Tag:
    values: dict[str, Any] = {
        "id_tag": "RandomToken",
        "status": "Accepted",
        "expiry_date": minutes(600),
        "parent_id_tag": "Family",
        "labels": {"holder": "Ada"},
    }
    return Tag(**values | changes)


def a_meter_value(*sampled: SampledValue, time: datetime = NOON) -> MeterValue:
    return MeterValue(timestamp=Timestamp.of(time), sampled_value=sampled)
