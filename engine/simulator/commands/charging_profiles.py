"""Answers about smart charging. OCPP 1.6 §5.5, §5.7, §5.16."""

from datetime import datetime

from engine.simulator.charge_point import ChargePoint, now
from engine.simulator.link import Reply
from protocol.messages import (
    ChargingProfile,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ChargingRateUnitType,
    ClearChargingProfileConf,
    ClearChargingProfileReq,
    ClearChargingProfileStatus,
    GetCompositeScheduleConf,
    GetCompositeScheduleReq,
    GetCompositeScheduleStatus,
    SetChargingProfileConf,
    SetChargingProfileReq,
)


def set_charging_profile(charge_point: ChargePoint, request: SetChargingProfileReq) -> Reply:
    """OCPP 1.6 §5.16."""
    if not _fits(charge_point, request.connector_id, request.cs_charging_profiles):
        return Reply(SetChargingProfileConf(status=ChargingProfileStatus.Rejected))
    charge_point.profiles.install(request.connector_id, request.cs_charging_profiles)
    return Reply(SetChargingProfileConf(status=ChargingProfileStatus.Accepted))


def _fits(charge_point: ChargePoint, connector_id: int, profile: ChargingProfile) -> bool:
    configuration = charge_point.configuration
    periods = profile.charging_schedule.charging_schedule_period
    if (
        profile.stack_level > configuration.number("ChargeProfileMaxStackLevel")
        or not 0 < len(periods) <= configuration.number("ChargingScheduleMaxPeriods")
        or periods[0].start_period != 0
        or (connector_id != 0 and connector_id not in charge_point.connectors)
    ):
        return False
    match profile.charging_profile_purpose:
        case ChargingProfilePurposeType.ChargePointMaxProfile:
            # §3.13.1: "can only be set at Charge Point ConnectorId 0".
            return connector_id == 0
        case ChargingProfilePurposeType.TxProfile:
            return _fits_transaction(charge_point, connector_id, profile)
        case ChargingProfilePurposeType.TxDefaultProfile:
            return True


def _fits_transaction(
    charge_point: ChargePoint, connector_id: int, profile: ChargingProfile
) -> bool:
    """§5.16.2: a TxProfile needs an active transaction, and if it names one, that one."""
    connector = charge_point.connectors.get(connector_id)
    if connector is None or connector.charging is None:
        return False
    return profile.transaction_id in (None, connector.charging.transaction_id)


def clear_charging_profile(charge_point: ChargePoint, request: ClearChargingProfileReq) -> Reply:
    """OCPP 1.6 §5.5."""
    removed = charge_point.profiles.clear(request)
    statuses = ClearChargingProfileStatus
    return Reply(
        ClearChargingProfileConf(status=statuses.Accepted if removed else statuses.Unknown)
    )


def get_composite_schedule(charge_point: ChargePoint, request: GetCompositeScheduleReq) -> Reply:
    """OCPP 1.6 §5.7."""
    connector_id = request.connector_id
    connector = charge_point.connectors.get(connector_id)
    if connector is None and connector_id != 0:
        return Reply(GetCompositeScheduleConf(status=GetCompositeScheduleStatus.Rejected))
    started_at: datetime | None = None
    if connector is not None and connector.charging is not None:
        started_at = connector.charging.started_at
    start = now()
    schedule = charge_point.profiles.composite(
        connector_id,
        start,
        request.duration,
        request.charging_rate_unit or ChargingRateUnitType.W,
        started_at,
    )
    return Reply(
        GetCompositeScheduleConf(
            status=GetCompositeScheduleStatus.Accepted,
            connector_id=connector_id,
            schedule_start=start,
            charging_schedule=schedule,
        )
    )
