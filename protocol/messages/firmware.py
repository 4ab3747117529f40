"""Firmware Management profile: firmware updates and diagnostics files."""

from enum import StrEnum

from protocol.types import CiString255, Integer, Message, Timestamp


class DiagnosticsStatus(StrEnum):
    """How far the upload of diagnostics is. OCPP 1.6 §7.24."""

    Idle = "Idle"
    Uploaded = "Uploaded"
    UploadFailed = "UploadFailed"
    Uploading = "Uploading"


class FirmwareStatus(StrEnum):
    """How far a firmware update is. OCPP 1.6 §7.25."""

    Downloaded = "Downloaded"
    DownloadFailed = "DownloadFailed"
    Downloading = "Downloading"
    Idle = "Idle"
    InstallationFailed = "InstallationFailed"
    Installing = "Installing"
    Installed = "Installed"


class DiagnosticsStatusNotificationReq(Message):
    """
    The upload of diagnostics has come further.

    OCPP 1.6 §4.4, §6.17. Charge point → central system. Idle only when triggered.
    """

    status: DiagnosticsStatus


class DiagnosticsStatusNotificationConf(Message):
    """The status has arrived. OCPP 1.6 §6.18."""


class FirmwareStatusNotificationReq(Message):
    """
    A firmware update has come further.

    OCPP 1.6 §4.5, §6.19. Charge point → central system. Idle only when triggered.
    """

    status: FirmwareStatus


class FirmwareStatusNotificationConf(Message):
    """The status has arrived. OCPP 1.6 §6.20."""


class GetDiagnosticsReq(Message):
    """
    Upload diagnostics to the directory at `location`.

    OCPP 1.6 §5.9, §6.25. Central system → charge point. `retryInterval` in seconds.
    """

    location: str
    retries: Integer | None = None
    retry_interval: Integer | None = None
    start_time: Timestamp | None = None
    stop_time: Timestamp | None = None


class GetDiagnosticsConf(Message):
    """The name of the file that will be uploaded; none when there is nothing. OCPP 1.6 §6.26."""

    file_name: CiString255 | None = None


class UpdateFirmwareReq(Message):
    """
    Download firmware from `location` at `retrieveDate` or later, and install it.

    OCPP 1.6 §5.19, §6.55. Central system → charge point. `retryInterval` in seconds.
    """

    location: str
    retries: Integer | None = None
    retrieve_date: Timestamp
    retry_interval: Integer | None = None


class UpdateFirmwareConf(Message):
    """The request has arrived. OCPP 1.6 §6.56."""
