"""Core profile: authorizing id tags, and transactions from start to stop."""

from enum import StrEnum

from protocol.messages.metering import MeterValue, SampledValue
from protocol.messages.smart_charging import ChargingProfile
from protocol.types import IdToken, Integer, Message, Timestamp


class AuthorizationStatus(StrEnum):
    """What the central system says of an id tag. OCPP 1.6 §7.2."""

    Accepted = "Accepted"
    Blocked = "Blocked"
    Expired = "Expired"
    Invalid = "Invalid"
    ConcurrentTx = "ConcurrentTx"
    """Already in another transaction; only in answer to StartTransaction."""


class Reason(StrEnum):
    """Why a transaction stopped; Local when not given. OCPP 1.6 §7.36."""

    DeAuthorized = "DeAuthorized"
    EmergencyStop = "EmergencyStop"
    EVDisconnected = "EVDisconnected"
    HardReset = "HardReset"
    Local = "Local"
    Other = "Other"
    PowerLoss = "PowerLoss"
    Reboot = "Reboot"
    Remote = "Remote"
    SoftReset = "SoftReset"
    UnlockCommand = "UnlockCommand"


class RemoteStartStopStatus(StrEnum):
    """Whether the charge point will try to start or stop. OCPP 1.6 §7.39."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class IdTagInfo(Message):
    """What the central system says of an id tag, for the charge point to keep. OCPP 1.6 §7.27."""

    status: AuthorizationStatus
    expiry_date: Timestamp | None = None
    parent_id_tag: IdToken | None = None


class AuthorizeReq(Message):
    """
    May this id tag start or stop charging?

    OCPP 1.6 §4.1, §6.1. Charge point → central system.
    """

    id_tag: IdToken


class AuthorizeConf(Message):
    """Whether the id tag may. OCPP 1.6 §6.2."""

    id_tag_info: IdTagInfo


class StartTransactionReq(Message):
    """
    A transaction has started at a connector.

    OCPP 1.6 §4.8, §6.45. Charge point → central system. `meterStart` in Wh.
    Always answered with a transaction id, also when refused (§3.7.1).
    """

    connector_id: Integer
    id_tag: IdToken
    meter_start: Integer
    reservation_id: Integer | None = None
    timestamp: Timestamp


class StartTransactionConf(Message):
    """The transaction's id, and whether it may go on. OCPP 1.6 §6.46."""

    id_tag_info: IdTagInfo
    transaction_id: Integer


class TransactionMeterValue(MeterValue):
    """
    The values sampled at one moment of a transaction that has stopped.

    OCPP 1.6 §7.33 wants at least one value, the official schema of StopTransaction does not:
    to refuse a stop for that would lose the bill of a whole transaction.
    """

    sampled_value: tuple[SampledValue, ...]


class StopTransactionReq(Message):
    """
    A transaction has stopped.

    OCPP 1.6 §4.10, §6.49. Charge point → central system. `meterStop` in Wh.
    It can't be refused. `idTag` is who stopped it, when somebody did.
    """

    id_tag: IdToken | None = None
    meter_stop: Integer
    timestamp: Timestamp
    transaction_id: Integer
    reason: Reason | None = None
    transaction_data: tuple[TransactionMeterValue, ...] | None = None


class StopTransactionConf(Message):
    """The stop has arrived, with news of the id tag that stopped it. OCPP 1.6 §6.50."""

    id_tag_info: IdTagInfo | None = None


class RemoteStartTransactionReq(Message):
    """
    Start a transaction for this id tag.

    OCPP 1.6 §5.11, §6.33. Central system → charge point.
    A charging profile in it must be a TxProfile without a transaction id.
    """

    connector_id: Integer | None = None
    id_tag: IdToken
    charging_profile: ChargingProfile | None = None


class RemoteStartTransactionConf(Message):
    """Whether the charge point will try; a StartTransaction tells if it did. OCPP 1.6 §6.34."""

    status: RemoteStartStopStatus


class RemoteStopTransactionReq(Message):
    """
    Stop this transaction.

    OCPP 1.6 §5.12, §6.35. Central system → charge point.
    """

    transaction_id: Integer


class RemoteStopTransactionConf(Message):
    """Whether the charge point will try; a StopTransaction tells if it did. OCPP 1.6 §6.36."""

    status: RemoteStartStopStatus
