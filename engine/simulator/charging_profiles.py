"""The charging profiles of a simulated charge point. OCPP 1.6 §3.13, §5.5, §5.7, §5.16."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from protocol.messages import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    ChargingSchedule,
    ChargingSchedulePeriod,
    ClearChargingProfileReq,
    RecurrencyKindType,
)
from protocol.types import OneDecimal, Timestamp

VOLTS = 230
PHASES = 3
MAX_WATTS = 11_000.0
"""What a connector offers without any profile."""

_PERIOD = {
    RecurrencyKindType.Daily: timedelta(days=1),
    RecurrencyKindType.Weekly: timedelta(weeks=1),
}


class Installed(msgspec.Struct, frozen=True):
    """A profile and the connector it was set for; 0 is the charge point as a whole."""

    connector_id: int
    profile: ChargingProfile


class ChargingProfiles:
    """All installed profiles, and the limit that follows from them at a point in time."""

    def __init__(self) -> None:
        self._installed: list[Installed] = []

    def __len__(self) -> int:
        return len(self._installed)

    def install(self, connector_id: int, profile: ChargingProfile) -> None:
        """
        Add a profile.

        OCPP 1.6 §5.16: one "with the same chargingProfileId, or the same combination of
        stackLevel / ChargingProfilePurpose" is replaced.
        """
        self._installed = [
            other
            for other in self._installed
            if other.profile.charging_profile_id != profile.charging_profile_id
            and not (
                other.connector_id == connector_id
                and other.profile.stack_level == profile.stack_level
                and other.profile.charging_profile_purpose is profile.charging_profile_purpose
            )
        ]
        self._installed.append(Installed(connector_id, profile))

    def clear(self, request: ClearChargingProfileReq) -> int:
        """Remove what the request names, everything if it names nothing; returns how many."""
        kept = [other for other in self._installed if not _is_meant(request, other)]
        removed = len(self._installed) - len(kept)
        self._installed = kept
        return removed

    def end_transaction(self, connector_id: int) -> None:
        """Forget the TxProfiles of a connector: they end with their transaction (§3.13.1)."""
        self._installed = [
            other
            for other in self._installed
            if other.connector_id != connector_id
            or other.profile.charging_profile_purpose is not ChargingProfilePurposeType.TxProfile
        ]

    def watts(self, connector_id: int, at: datetime, started_at: datetime | None) -> float:
        """The power that a connector may offer at a point in time."""
        purposes = ChargingProfilePurposeType
        whole = self._limit(at, started_at, 0, purposes.ChargePointMaxProfile)
        own = self._limit(at, started_at, connector_id, purposes.TxProfile)
        if own is None:
            default = purposes.TxDefaultProfile
            own = self._limit(at, started_at, connector_id, default)
            if own is None:
                own = self._limit(at, started_at, 0, default)
        return min(limit for limit in (MAX_WATTS, whole, own) if limit is not None)

    def composite(
        self,
        connector_id: int,
        start: Timestamp,
        seconds: int,
        unit: ChargingRateUnitType,
        started_at: datetime | None,
    ) -> ChargingSchedule:
        """The limits of the next seconds, all profiles taken together. OCPP 1.6 §5.7."""
        end = start + timedelta(seconds=seconds)
        moments = {start}
        for installed in self._installed:
            moments.update(_changes(installed.profile, start, end, started_at))
        periods: list[ChargingSchedulePeriod] = []
        for moment in sorted(moments):
            limit = _in_unit(self.watts(connector_id, moment, started_at), unit)
            if not periods or periods[-1].limit != limit:
                offset = int((moment - start).total_seconds())
                periods.append(ChargingSchedulePeriod(start_period=offset, limit=limit))
        return ChargingSchedule(
            duration=seconds,
            start_schedule=start,
            charging_rate_unit=unit,
            charging_schedule_period=tuple(periods),
        )

    def _limit(
        self,
        at: datetime,
        started_at: datetime | None,
        connector_id: int,
        purpose: ChargingProfilePurposeType,
    ) -> float | None:
        """The limit in W by the active profile of a purpose with the highest stack level."""
        best: tuple[int, float] | None = None
        for installed in self._installed:
            profile = installed.profile
            wanted = (connector_id, purpose)
            if (installed.connector_id, profile.charging_profile_purpose) != wanted:
                continue
            limit = _limit_of(profile, at, started_at)
            if limit is not None and (best is None or profile.stack_level > best[0]):
                best = (profile.stack_level, limit)
        return None if best is None else best[1]


def _is_meant(request: ClearChargingProfileReq, installed: Installed) -> bool:
    """OCPP 1.6 §6.5: an id alone decides; else all given criteria have to fit."""
    profile = installed.profile
    if request.id is not None:
        return profile.charging_profile_id == request.id
    pairs = (
        (request.connector_id, installed.connector_id),
        (request.charging_profile_purpose, profile.charging_profile_purpose),
        (request.stack_level, profile.stack_level),
    )
    return all(wanted is None or wanted == actual for wanted, actual in pairs)


def _starts(profile: ChargingProfile, at: datetime, started_at: datetime | None) -> datetime | None:
    """When the run of the schedule that contains `at` began."""
    schedule = profile.charging_schedule
    if profile.charging_profile_kind is ChargingProfileKindType.Relative:
        return started_at or at
    start = schedule.start_schedule or profile.valid_from or started_at or at
    if profile.charging_profile_kind is ChargingProfileKindType.Recurring:
        every = _PERIOD[profile.recurrency_kind or RecurrencyKindType.Daily]
        start += ((at - start) // every) * every
    return start if start <= at else None


def _limit_of(profile: ChargingProfile, at: datetime, started_at: datetime | None) -> float | None:
    if profile.valid_from is not None and at < profile.valid_from:
        return None
    if profile.valid_to is not None and at >= profile.valid_to:
        return None
    start = _starts(profile, at, started_at)
    if start is None:
        return None
    schedule = profile.charging_schedule
    elapsed = (at - start).total_seconds()
    if schedule.duration is not None and elapsed >= schedule.duration:
        return None
    limit = None
    for period in schedule.charging_schedule_period:
        if period.start_period <= elapsed:
            limit = _in_watts(period, schedule.charging_rate_unit)
    return limit


def _changes(
    profile: ChargingProfile, start: Timestamp, end: datetime, started_at: datetime | None
) -> Iterator[Timestamp]:
    """The moments between start and end at which the limit of a profile may change."""
    schedule = profile.charging_schedule
    first = _starts(profile, start, started_at) or schedule.start_schedule or start
    every = _PERIOD.get(profile.recurrency_kind or RecurrencyKindType.Daily, timedelta(days=1))
    recurring = profile.charging_profile_kind is ChargingProfileKindType.Recurring
    moments = [moment for moment in (profile.valid_from, profile.valid_to) if moment is not None]
    while first < end:
        offsets = [period.start_period for period in schedule.charging_schedule_period]
        if schedule.duration is not None:
            offsets.append(schedule.duration)
        moments += [Timestamp.of(first + timedelta(seconds=offset)) for offset in offsets]
        if not recurring:
            break
        first += every
    yield from (moment for moment in moments if start < moment < end)


def _in_watts(period: ChargingSchedulePeriod, unit: ChargingRateUnitType) -> float:
    if unit is ChargingRateUnitType.W:
        return float(period.limit)
    return float(period.limit) * VOLTS * (period.number_phases or PHASES)


def _in_unit(watts: float, unit: ChargingRateUnitType) -> OneDecimal:
    return OneDecimal(watts if unit is ChargingRateUnitType.W else watts / (VOLTS * PHASES))
