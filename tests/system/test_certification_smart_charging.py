"""The certification cases of the Smart Charging profile."""

from typing import Any

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.commands import carried_out
from tests.system.sessions import begun, plugged_in

ACCEPTED = {"status": "Accepted"}
SCHEDULE = {
    "duration": 86400,
    "chargingRateUnit": "A",
    "minChargingRate": 6.1,
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 16.4},
        {"startPeriod": 3600, "limit": 10, "numberPhases": 1},
    ],
}


def a_profile(purpose: str, **changes: Any) -> dict[str, Any]:
    profile = {
        "chargingProfileId": 100,
        "stackLevel": 1,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": SCHEDULE,
    }
    return profile | changes


async def test_tc_056_tx_default_profile(admin: Admin, charge_point: ChargePoint) -> None:
    daily = {
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "validFrom": "2026-01-01T00:00:00.000Z",
        "validTo": "2027-01-01T00:00:00.000Z",
        "chargingSchedule": SCHEDULE | {"startSchedule": "2026-01-01T00:00:00.000Z"},
    }
    profile = a_profile("TxDefaultProfile", **daily)
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    await carried_out(admin, charge_point, "SetChargingProfile", payload, ACCEPTED)


async def test_tc_057_tx_profile(admin: Admin, charge_point: ChargePoint, tag: str) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    profile = a_profile("TxProfile", transactionId=transaction_id)
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    await carried_out(admin, charge_point, "SetChargingProfile", payload, ACCEPTED)


async def test_tc_059_remote_start_with_charging_profile(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    start = {"connectorId": 1, "idTag": tag, "chargingProfile": a_profile("TxProfile")}
    await carried_out(admin, charge_point, "RemoteStartTransaction", start, ACCEPTED)
    assert await charge_point.authorize(tag) == ACCEPTED
    await charge_point.status(1, "Preparing")
    assert await begun(charge_point, tag) > 0


async def test_tc_066_get_composite_schedule(admin: Admin, charge_point: ChargePoint) -> None:
    profile = {"connectorId": 1, "csChargingProfiles": a_profile("TxDefaultProfile")}
    await carried_out(admin, charge_point, "SetChargingProfile", profile, ACCEPTED)
    asked = {"connectorId": 1, "duration": 400, "chargingRateUnit": "A"}
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-01-31T12:00:00.000Z",
        "chargingSchedule": SCHEDULE,
    }
    await carried_out(admin, charge_point, "GetCompositeSchedule", asked, answer)


@pytest.mark.parametrize(
    ("criteria", "status"),
    [
        ({"id": 100}, "Accepted"),
        ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile"}, "Accepted"),
        ({"stackLevel": 1}, "Accepted"),
        ({}, "Accepted"),
        ({"id": 101}, "Unknown"),
    ],
)
async def test_tc_067_clear_charging_profile(
    admin: Admin, charge_point: ChargePoint, criteria: dict[str, Any], status: str
) -> None:
    profile = {"connectorId": 1, "csChargingProfiles": a_profile("TxDefaultProfile")}
    await carried_out(admin, charge_point, "SetChargingProfile", profile, ACCEPTED)
    await carried_out(admin, charge_point, "ClearChargingProfile", criteria, {"status": status})
