"""Remote Trigger profile: asking for a message now."""

from enum import StrEnum

from protocol.types import Integer, Message


class MessageTrigger(StrEnum):
    """The messages that can be asked for. OCPP 1.6 §7.32."""

    BootNotification = "BootNotification"
    DiagnosticsStatusNotification = "DiagnosticsStatusNotification"
    FirmwareStatusNotification = "FirmwareStatusNotification"
    Heartbeat = "Heartbeat"
    MeterValues = "MeterValues"
    StatusNotification = "StatusNotification"


class TriggerMessageStatus(StrEnum):
    """The answer to TriggerMessage. OCPP 1.6 §7.44."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotImplemented = "NotImplemented"


class TriggerMessageReq(Message):
    """
    Send a message now, for one connector or for all.

    OCPP 1.6 §5.17, §6.51. Central system → charge point.
    """

    requested_message: MessageTrigger
    connector_id: Integer | None = None


class TriggerMessageConf(Message):
    """Whether the message will come; it comes after this answer. OCPP 1.6 §6.52."""

    status: TriggerMessageStatus
