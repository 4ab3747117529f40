from datetime import timedelta
from typing import Any

from engine.simulator.charging_profiles import ChargingProfiles
from protocol import payloads
from protocol.messages import (
    ChargingProfile,
    ChargingRateUnitType,
    ClearChargingProfileReq,
)
from protocol.types import Timestamp

NOON = Timestamp.parse("2026-01-31T12:00:00Z")


def a_profile(*periods: tuple[int, float], unit: str = "W", **changes: Any) -> ChargingProfile:
    """A TxDefaultProfile that began at noon."""
    duration = changes.pop("duration", None)
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "startSchedule": str(NOON),
        "chargingSchedulePeriod": [{"startPeriod": s, "limit": limit} for s, limit in periods],
    }
    if duration is not None:
        schedule["duration"] = duration
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    return payloads.convert(ChargingProfile, profile | changes)


def watts(profiles: ChargingProfiles, seconds: float, connector_id: int = 1) -> float:
    return profiles.watts(connector_id, NOON + timedelta(seconds=seconds), NOON)


def test_without_a_profile_a_connector_offers_all_it_has() -> None:
    assert watts(ChargingProfiles(), 0) == 11_000


def test_the_period_that_has_begun_counts() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 8000), (60, 4000)))
    assert [watts(profiles, second) for second in (-1, 0, 59, 60)] == [11_000, 8000, 8000, 4000]
    assert watts(profiles, 0, connector_id=2) == 11_000


def test_after_its_duration_a_schedule_limits_nothing() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 8000), duration=60))
    assert [watts(profiles, second) for second in (59, 60)] == [8000, 11_000]


def test_amperes_are_those_of_three_phases() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 10), unit="A"))
    assert watts(profiles, 0) == 6900


def test_the_highest_stack_level_counts_and_the_whole_charge_point_limits_all() -> None:
    profiles = ChargingProfiles()
    profiles.install(0, a_profile((0, 9000), chargingProfileId=1))
    profiles.install(1, a_profile((0, 7000), chargingProfileId=2))
    profiles.install(1, a_profile((0, 8000), chargingProfileId=3, stackLevel=1))
    assert (watts(profiles, 0), watts(profiles, 0, 2)) == (8000, 9000)
    whole: dict[str, Any] = {
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileId": 4,
    }
    profiles.install(0, a_profile((0, 5000), **whole))
    assert (watts(profiles, 0), watts(profiles, 0, 2)) == (5000, 5000)


def test_the_same_purpose_and_stack_level_replaces() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 7000), chargingProfileId=1))
    profiles.install(1, a_profile((0, 6000), chargingProfileId=2))
    assert (len(profiles), watts(profiles, 0)) == (1, 6000)


def test_a_daily_profile_comes_again() -> None:
    profiles = ChargingProfiles()
    daily = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
    profiles.install(1, a_profile((0, 8000), duration=3600, **daily))
    day = 86_400
    assert [watts(profiles, s) for s in (day - 1, day, day + 3600)] == [11_000, 8000, 11_000]


def test_a_relative_profile_begins_with_the_transaction() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 8000), (60, 4000), chargingProfileKind="Relative"))
    started_at = NOON + timedelta(seconds=30)
    assert profiles.watts(1, started_at + timedelta(seconds=59), started_at) == 8000
    assert profiles.watts(1, started_at + timedelta(seconds=60), started_at) == 4000


def test_a_profile_counts_while_it_is_valid() -> None:
    profiles = ChargingProfiles()
    valid = {"validFrom": "2026-01-31T12:00:10Z", "validTo": "2026-01-31T12:00:20Z"}
    profiles.install(1, a_profile((0, 8000), **valid))
    assert [watts(profiles, s) for s in (9, 10, 19, 20)] == [11_000, 8000, 8000, 11_000]


def test_the_composite_schedule_has_a_period_for_each_change() -> None:
    profiles = ChargingProfiles()
    profiles.install(1, a_profile((0, 8000), (60, 4600), duration=120))
    schedule = profiles.composite(1, NOON, 300, ChargingRateUnitType.A, NOON)
    assert [(p.start_period, p.limit) for p in schedule.charging_schedule_period] == [
        (0, 11.6),
        (60, 6.7),
        (120, 15.9),
    ]


def test_profiles_are_cleared_by_id_or_by_all_that_is_said() -> None:
    profiles = ChargingProfiles()
    for number in (1, 2, 3):
        profiles.install(number, a_profile((0, 1), chargingProfileId=number, stackLevel=number))
    assert profiles.clear(ClearChargingProfileReq(id=1)) == 1
    assert profiles.clear(ClearChargingProfileReq(connector_id=2, stack_level=3)) == 0
    assert profiles.clear(ClearChargingProfileReq(connector_id=2, stack_level=2)) == 1
    assert profiles.clear(ClearChargingProfileReq()) == 1
