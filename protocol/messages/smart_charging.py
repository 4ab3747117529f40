"""Smart Charging profile: limits on what a charge point may draw, and when."""

from enum import StrEnum

from protocol.types import Integer, Message, OneDecimal, Timestamp


class ChargingProfileKindType(StrEnum):
    """What the periods of a schedule are relative to. OCPP 1.6 §7.9."""

    Absolute = "Absolute"
    Recurring = "Recurring"
    Relative = "Relative"


class ChargingProfilePurposeType(StrEnum):
    """
    What a charging profile limits. OCPP 1.6 §7.10.

    ChargePointMaxProfile only on connector 0, TxProfile only within a transaction.
    """

    ChargePointMaxProfile = "ChargePointMaxProfile"
    TxDefaultProfile = "TxDefaultProfile"
    TxProfile = "TxProfile"


class ChargingProfileStatus(StrEnum):
    """The answer to SetChargingProfile. OCPP 1.6 §7.11."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotSupported = "NotSupported"


class ChargingRateUnitType(StrEnum):
    """The unit of a schedule's limits: watts in total or amperes per phase. OCPP 1.6 §7.12."""

    W = "W"
    A = "A"


class ClearChargingProfileStatus(StrEnum):
    """The answer to ClearChargingProfile. OCPP 1.6 §7.21."""

    Accepted = "Accepted"
    Unknown = "Unknown"


class GetCompositeScheduleStatus(StrEnum):
    """The answer to GetCompositeSchedule. OCPP 1.6 §7.26."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class RecurrencyKindType(StrEnum):
    """When a recurring schedule starts again. OCPP 1.6 §7.37."""

    Daily = "Daily"
    Weekly = "Weekly"


class ChargingSchedulePeriod(Message):
    """A limit from `startPeriod` seconds after the schedule's start on. OCPP 1.6 §7.14."""

    start_period: Integer
    limit: OneDecimal
    number_phases: Integer | None = None


class ChargingSchedule(Message):
    """Limits over time. `duration` in seconds; without it the last period never ends. §7.13."""

    duration: Integer | None = None
    start_schedule: Timestamp | None = None
    charging_rate_unit: ChargingRateUnitType
    charging_schedule_period: tuple[ChargingSchedulePeriod, ...]
    min_charging_rate: OneDecimal | None = None


class ChargingProfile(Message):
    """
    A schedule with its purpose and its rank. OCPP 1.6 §7.8.

    The highest `stackLevel` of a purpose wins; the same purpose and level replaces.
    """

    charging_profile_id: Integer
    transaction_id: Integer | None = None
    stack_level: Integer
    charging_profile_purpose: ChargingProfilePurposeType
    charging_profile_kind: ChargingProfileKindType
    recurrency_kind: RecurrencyKindType | None = None
    valid_from: Timestamp | None = None
    valid_to: Timestamp | None = None
    charging_schedule: ChargingSchedule


class ClearChargingProfileReq(Message):
    """
    Remove the charging profiles that match all that is given.

    OCPP 1.6 §5.5, §6.13. Central system → charge point. Nothing given means all.
    """

    id: Integer | None = None
    connector_id: Integer | None = None
    charging_profile_purpose: ChargingProfilePurposeType | None = None
    stack_level: Integer | None = None


class ClearChargingProfileConf(Message):
    """Whether any charging profile matched. OCPP 1.6 §6.14."""

    status: ClearChargingProfileStatus


class GetCompositeScheduleReq(Message):
    """
    Report the limits that result from all profiles together.

    OCPP 1.6 §5.7, §6.21. Central system → charge point. `duration` in seconds.
    """

    connector_id: Integer
    duration: Integer
    charging_rate_unit: ChargingRateUnitType | None = None


class GetCompositeScheduleConf(Message):
    """The schedule as planned now; it may change at once. OCPP 1.6 §6.22."""

    status: GetCompositeScheduleStatus
    connector_id: Integer | None = None
    schedule_start: Timestamp | None = None
    charging_schedule: ChargingSchedule | None = None


class SetChargingProfileReq(Message):
    """
    Use this charging profile on a connector, or on all of them with connector 0.

    OCPP 1.6 §5.16, §6.43. Central system → charge point.
    """

    connector_id: Integer
    cs_charging_profiles: ChargingProfile


class SetChargingProfileConf(Message):
    """Whether the charging profile is in use. OCPP 1.6 §6.44."""

    status: ChargingProfileStatus
