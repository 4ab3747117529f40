"""Core profile: boot, status, configuration and control of a charge point."""

from enum import StrEnum

from protocol.types import (
    CiString20,
    CiString25,
    CiString50,
    CiString255,
    Integer,
    Message,
    Timestamp,
)


class AvailabilityStatus(StrEnum):
    """The answer to ChangeAvailability; Scheduled when a transaction runs. OCPP 1.6 §7.3."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    Scheduled = "Scheduled"


class AvailabilityType(StrEnum):
    """Whether a connector may be used. OCPP 1.6 §7.4."""

    Inoperative = "Inoperative"
    Operative = "Operative"


class ChargePointErrorCode(StrEnum):
    """What is wrong with a connector. OCPP 1.6 §7.6."""

    ConnectorLockFailure = "ConnectorLockFailure"
    EVCommunicationError = "EVCommunicationError"
    GroundFailure = "GroundFailure"
    HighTemperature = "HighTemperature"
    InternalError = "InternalError"
    LocalListConflict = "LocalListConflict"
    NoError = "NoError"
    OtherError = "OtherError"
    OverCurrentFailure = "OverCurrentFailure"
    OverVoltage = "OverVoltage"
    PowerMeterFailure = "PowerMeterFailure"
    PowerSwitchFailure = "PowerSwitchFailure"
    ReaderFailure = "ReaderFailure"
    ResetFailure = "ResetFailure"
    UnderVoltage = "UnderVoltage"
    WeakSignal = "WeakSignal"


class ChargePointStatus(StrEnum):
    """
    The state of a connector. OCPP 1.6 §4.9, §7.7.

    Connector 0, the charge point itself, is only Available, Unavailable or Faulted.
    """

    Available = "Available"
    Preparing = "Preparing"
    Charging = "Charging"
    SuspendedEVSE = "SuspendedEVSE"
    SuspendedEV = "SuspendedEV"
    Finishing = "Finishing"
    Reserved = "Reserved"
    Unavailable = "Unavailable"
    Faulted = "Faulted"


class ClearCacheStatus(StrEnum):
    """The answer to ClearCache. OCPP 1.6 §7.20."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class DataTransferStatus(StrEnum):
    """The answer to DataTransfer. OCPP 1.6 §7.23."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    UnknownMessageId = "UnknownMessageId"
    UnknownVendorId = "UnknownVendorId"


class RegistrationStatus(StrEnum):
    """Whether the central system accepts a charge point. OCPP 1.6 §4.2, §7.38."""

    Accepted = "Accepted"
    Pending = "Pending"
    Rejected = "Rejected"


class ResetStatus(StrEnum):
    """The answer to Reset. OCPP 1.6 §7.41."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class ResetType(StrEnum):
    """How to restart; Soft ends transactions gracefully. OCPP 1.6 §7.42."""

    Hard = "Hard"
    Soft = "Soft"


class UnlockStatus(StrEnum):
    """The answer to UnlockConnector. OCPP 1.6 §7.46."""

    Unlocked = "Unlocked"
    UnlockFailed = "UnlockFailed"
    NotSupported = "NotSupported"


class BootNotificationReq(Message):
    """
    A charge point has (re)booted and says what it is.

    OCPP 1.6 §4.2, §6.3. Charge point → central system.
    """

    charge_point_vendor: CiString20
    charge_point_model: CiString20
    charge_point_serial_number: CiString25 | None = None
    charge_box_serial_number: CiString25 | None = None
    firmware_version: CiString50 | None = None
    iccid: CiString20 | None = None
    imsi: CiString20 | None = None
    meter_type: CiString25 | None = None
    meter_serial_number: CiString25 | None = None


class BootNotificationConf(Message):
    """
    Whether the charge point is accepted, and the time. OCPP 1.6 §6.4.

    `interval` in seconds: between heartbeats when Accepted, else the least wait before the
    next BootNotification; 0 lets the charge point choose.
    """

    status: RegistrationStatus
    current_time: Timestamp
    interval: Integer


class ChangeAvailabilityReq(Message):
    """
    Make a connector, or with 0 the whole charge point, usable or not.

    OCPP 1.6 §5.2, §6.7. Central system → charge point.
    """

    connector_id: Integer
    type: AvailabilityType


class ChangeAvailabilityConf(Message):
    """Whether the change is made, or will be after the transaction. OCPP 1.6 §6.8."""

    status: AvailabilityStatus


class ClearCacheReq(Message):
    """
    Forget all cached authorizations.

    OCPP 1.6 §5.4, §6.11. Central system → charge point.
    """


class ClearCacheConf(Message):
    """Whether the cache was cleared. OCPP 1.6 §6.12."""

    status: ClearCacheStatus


class DataTransferReq(Message):
    """
    Something the specification does not cover, as agreed with the vendor.

    OCPP 1.6 §4.3, §5.6, §6.15. Both ways. `data` has no limit of length.
    """

    vendor_id: CiString255
    message_id: CiString50 | None = None
    data: str | None = None


class DataTransferConf(Message):
    """Whether the data was understood, and data in return. OCPP 1.6 §6.16."""

    status: DataTransferStatus
    data: str | None = None


class HeartbeatReq(Message):
    """
    The charge point is still there.

    OCPP 1.6 §4.6, §6.29. Charge point → central system.
    """


class HeartbeatConf(Message):
    """The time, for the charge point to set its clock. OCPP 1.6 §6.30."""

    current_time: Timestamp


class ResetReq(Message):
    """
    Restart.

    OCPP 1.6 §5.14, §6.39. Central system → charge point.
    """

    type: ResetType


class ResetConf(Message):
    """Whether the charge point will restart. OCPP 1.6 §6.40."""

    status: ResetStatus


class StatusNotificationReq(Message):
    """
    The state or an error of a connector has changed.

    OCPP 1.6 §4.9, §6.47. Charge point → central system. Without a timestamp: now.
    """

    connector_id: Integer
    error_code: ChargePointErrorCode
    info: CiString50 | None = None
    status: ChargePointStatus
    timestamp: Timestamp | None = None
    vendor_id: CiString255 | None = None
    vendor_error_code: CiString50 | None = None


class StatusNotificationConf(Message):
    """The status has arrived. OCPP 1.6 §6.48."""


class UnlockConnectorReq(Message):
    """
    Release the cable of a connector. Not a way to stop a transaction.

    OCPP 1.6 §5.18, §6.53. Central system → charge point.
    """

    connector_id: Integer


class UnlockConnectorConf(Message):
    """Whether the cable is released. OCPP 1.6 §6.54."""

    status: UnlockStatus
