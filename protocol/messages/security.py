"""
Security extension: logs, signed firmware and security events.

"Improved security for OCPP 1.6-J" (the security whitepaper), messages §5, types §6.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from protocol.types import CiString50, CiString255, Integer, Message, Timestamp

Text512 = Annotated[str, Meta(max_length=512)]
Text800 = Annotated[str, Meta(max_length=800)]
Text5500 = Annotated[str, Meta(max_length=5500)]


class FirmwareStatusEnumType(StrEnum):
    """How far a signed firmware update is. Security §6."""

    Downloaded = "Downloaded"
    DownloadFailed = "DownloadFailed"
    Downloading = "Downloading"
    DownloadScheduled = "DownloadScheduled"
    DownloadPaused = "DownloadPaused"
    Idle = "Idle"
    InstallationFailed = "InstallationFailed"
    Installing = "Installing"
    Installed = "Installed"
    InstallRebooting = "InstallRebooting"
    InstallScheduled = "InstallScheduled"
    InstallVerificationFailed = "InstallVerificationFailed"
    InvalidSignature = "InvalidSignature"
    SignatureVerified = "SignatureVerified"


class LogEnumType(StrEnum):
    """Which log is asked for. Security §6."""

    DiagnosticsLog = "DiagnosticsLog"
    SecurityLog = "SecurityLog"


class LogStatusEnumType(StrEnum):
    """The answer to GetLog; AcceptedCanceled when it ended another upload. Security §6."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    AcceptedCanceled = "AcceptedCanceled"


class MessageTriggerEnumType(StrEnum):
    """The messages that ExtendedTriggerMessage can ask for. Security §6."""

    BootNotification = "BootNotification"
    LogStatusNotification = "LogStatusNotification"
    FirmwareStatusNotification = "FirmwareStatusNotification"
    Heartbeat = "Heartbeat"
    MeterValues = "MeterValues"
    SignChargePointCertificate = "SignChargePointCertificate"
    StatusNotification = "StatusNotification"


class TriggerMessageStatusEnumType(StrEnum):
    """The answer to ExtendedTriggerMessage. Security §6."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotImplemented = "NotImplemented"


class UpdateFirmwareStatusEnumType(StrEnum):
    """The answer to SignedUpdateFirmware. Security §6."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    AcceptedCanceled = "AcceptedCanceled"
    InvalidCertificate = "InvalidCertificate"
    RevokedCertificate = "RevokedCertificate"


class UploadLogStatusEnumType(StrEnum):
    """How far the upload of a log is. Security §6."""

    BadMessage = "BadMessage"
    Idle = "Idle"
    NotSupportedOperation = "NotSupportedOperation"
    PermissionDenied = "PermissionDenied"
    Uploaded = "Uploaded"
    UploadFailure = "UploadFailure"
    Uploading = "Uploading"


class FirmwareType(Message):
    """Where firmware is, and its signature (base64). Security §6."""

    location: Text512
    retrieve_date_time: Timestamp
    install_date_time: Timestamp | None = None
    signing_certificate: Text5500
    signature: Text800


class LogParametersType(Message):
    """Where a log goes, and from when to when it is. Security §6."""

    remote_location: Text512
    oldest_timestamp: Timestamp | None = None
    latest_timestamp: Timestamp | None = None


class ExtendedTriggerMessageReq(Message):
    """
    Send a message now; like TriggerMessage, with the messages of the extension.

    Security §5.5. Central system → charge point.
    """

    requested_message: MessageTriggerEnumType
    connector_id: Integer | None = None


class ExtendedTriggerMessageConf(Message):
    """Whether the message will come; it comes after this answer. Security §5.6."""

    status: TriggerMessageStatusEnumType


class GetLogReq(Message):
    """
    Upload a log. `requestId` comes back in LogStatusNotification.

    Security §5.9, N01. Central system → charge point. `retryInterval` in seconds.
    """

    log_type: LogEnumType
    request_id: Integer
    retries: Integer | None = None
    retry_interval: Integer | None = None
    log: LogParametersType


class GetLogConf(Message):
    """Whether the log will come, and the name of its file. Security §5.10."""

    status: LogStatusEnumType
    filename: CiString255 | None = None


class LogStatusNotificationReq(Message):
    """
    The upload of a log has come further.

    Security §5.13, N01. Charge point → central system. No `requestId` only when triggered.
    """

    status: UploadLogStatusEnumType
    request_id: Integer | None = None


class LogStatusNotificationConf(Message):
    """The status has arrived. Security §5.14."""


class SecurityEventNotificationReq(Message):
    """
    Something that bears on security has happened at the charge point.

    Security §5.15, A04. Charge point → central system.
    """

    type: CiString50
    timestamp: Timestamp
    tech_info: CiString255 | None = None


class SecurityEventNotificationConf(Message):
    """The event has arrived. Security §5.16."""


class SignedFirmwareStatusNotificationReq(Message):
    """
    A signed firmware update has come further.

    Security §5.19, L01. Charge point → central system. No `requestId` only when triggered.
    """

    status: FirmwareStatusEnumType
    request_id: Integer | None = None


class SignedFirmwareStatusNotificationConf(Message):
    """The status has arrived. Security §5.20."""


class SignedUpdateFirmwareReq(Message):
    """
    Install firmware if its signature is good.

    Security §5.21, L01. Central system → charge point. `retryInterval` in seconds.
    `requestId` comes back in SignedFirmwareStatusNotification.
    """

    retries: Integer | None = None
    retry_interval: Integer | None = None
    request_id: Integer
    firmware: FirmwareType


class SignedUpdateFirmwareConf(Message):
    """Whether the update will be made. Security §5.22."""

    status: UpdateFirmwareStatusEnumType
