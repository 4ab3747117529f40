"""What OCPP forbids in a command although its type allows it."""

from typing import Any

import pytest

from engine.api.resources.command_rules import broken_rules
from protocol import payloads
from protocol.actions import actions


def a_profile(**changes: Any) -> dict[str, Any]:
    period = {"startPeriod": changes.pop("startPeriod", 0), "limit": 16.0}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    } | changes


def tx_profile(**changes: Any) -> dict[str, Any]:
    return a_profile(chargingProfilePurpose="TxProfile") | changes


def a_set(connector_id: int, **changes: Any) -> dict[str, Any]:
    return {"connectorId": connector_id, "csChargingProfiles": a_profile(**changes)}


def a_list(version: int, update_type: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {
        "listVersion": version,
        "updateType": update_type,
        "localAuthorizationList": list(entries),
    }


def a_start(**changes: Any) -> dict[str, Any]:
    return {"idTag": "T"} | changes


BROKEN = [
    ("RemoteStartTransaction", a_start(connectorId=0), ["connectorId"]),
    (
        "RemoteStartTransaction",
        a_start(chargingProfile=a_profile()),
        ["chargingProfile.chargingProfilePurpose"],
    ),
    (
        "RemoteStartTransaction",
        a_start(chargingProfile=tx_profile(transactionId=7)),
        ["chargingProfile.transactionId"],
    ),
    (
        "RemoteStartTransaction",
        a_start(chargingProfile=a_profile(startPeriod=1) | {"chargingProfilePurpose": "TxProfile"}),
        ["chargingProfile.chargingSchedule.chargingSchedulePeriod[0].startPeriod"],
    ),
    (
        "SetChargingProfile",
        a_set(1, chargingProfilePurpose="ChargePointMaxProfile"),
        ["connectorId"],
    ),
    ("SetChargingProfile", a_set(0, chargingProfilePurpose="TxProfile"), ["connectorId"]),
    ("SetChargingProfile", a_set(1, transactionId=7), ["csChargingProfiles.transactionId"]),
    (
        "SetChargingProfile",
        a_set(1, recurrencyKind="Daily"),
        ["csChargingProfiles.recurrencyKind"],
    ),
    (
        "SetChargingProfile",
        a_set(1, startPeriod=60),
        ["csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].startPeriod"],
    ),
    ("SendLocalList", a_list(0, "Differential"), ["listVersion"]),
    ("SendLocalList", a_list(-1, "Full"), ["listVersion"]),
    ("SendLocalList", a_list(1, "Full", {"idTag": "T"}), ["localAuthorizationList[0].idTagInfo"]),
]

KEPT = [
    ("RemoteStartTransaction", a_start(connectorId=1, chargingProfile=tx_profile())),
    ("SetChargingProfile", a_set(0, chargingProfilePurpose="ChargePointMaxProfile")),
    ("SetChargingProfile", a_set(1, chargingProfilePurpose="TxProfile", transactionId=7)),
    ("SetChargingProfile", a_set(0)),
    (
        "SetChargingProfile",
        a_set(1, chargingProfileKind="Recurring", recurrencyKind="Daily"),
    ),
    ("SendLocalList", a_list(1, "Differential", {"idTag": "T"})),
    ("SendLocalList", a_list(1, "Full", {"idTag": "T", "idTagInfo": {"status": "Accepted"}})),
    ("SendLocalList", {"listVersion": 1, "updateType": "Full"}),
    ("ClearCache", {}),
]


@pytest.mark.parametrize(("action", "payload", "paths"), BROKEN)
def test_a_broken_rule_is_named_with_its_field(
    action: str, payload: dict[str, Any], paths: list[str]
) -> None:
    request = payloads.convert(actions[action].request, payload)
    assert [error.path for error in broken_rules(request)] == paths


@pytest.mark.parametrize(("action", "payload"), KEPT)
def test_what_keeps_the_rules_is_sent(action: str, payload: dict[str, Any]) -> None:
    assert broken_rules(payloads.convert(actions[action].request, payload)) == []
