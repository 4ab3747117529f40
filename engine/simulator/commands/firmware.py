"""Answers to firmware updates and diagnostics uploads. OCPP 1.6 §5.9, §5.19, Security §5.20."""

from engine.simulator.charge_point import ChargePoint, now
from engine.simulator.link import Reply
from protocol.messages import (
    DiagnosticsStatus,
    DiagnosticsStatusNotificationReq,
    FirmwareStatus,
    FirmwareStatusEnumType,
    FirmwareStatusNotificationReq,
    GetDiagnosticsConf,
    GetDiagnosticsReq,
    Reason,
    SignedFirmwareStatusNotificationReq,
    SignedUpdateFirmwareConf,
    SignedUpdateFirmwareReq,
    UpdateFirmwareConf,
    UpdateFirmwareReq,
    UpdateFirmwareStatusEnumType,
)
from protocol.types import Timestamp

STEP_SECONDS = 0.5
"""How long each step of an update or upload takes."""


def get_diagnostics(charge_point: ChargePoint, request: GetDiagnosticsReq) -> Reply:
    """OCPP 1.6 §5.9; nothing is really uploaded."""

    async def upload() -> None:
        for status in (DiagnosticsStatus.Uploading, DiagnosticsStatus.Uploaded):
            charge_point.diagnostics_status = status
            await charge_point.call(DiagnosticsStatusNotificationReq(status=status))
            await charge_point.wait(STEP_SECONDS)
        charge_point.diagnostics_status = DiagnosticsStatus.Idle

    return Reply(GetDiagnosticsConf(file_name=f"diagnostics-{charge_point.identity}.log"), upload)


def update_firmware(charge_point: ChargePoint, request: UpdateFirmwareReq) -> Reply:
    """OCPP 1.6 §5.19; nothing is really downloaded."""

    async def update() -> None:
        await charge_point.wait(_seconds_until(request.retrieve_date))
        for status in (
            FirmwareStatus.Downloading,
            FirmwareStatus.Downloaded,
            FirmwareStatus.Installing,
            FirmwareStatus.Installed,
        ):
            charge_point.firmware_status = status
            await charge_point.call(FirmwareStatusNotificationReq(status=status))
            await charge_point.wait(STEP_SECONDS)
        charge_point.firmware_status = FirmwareStatus.Idle
        await _run_new_firmware(charge_point)

    return Reply(UpdateFirmwareConf(), update)


def signed_update_firmware(charge_point: ChargePoint, request: SignedUpdateFirmwareReq) -> Reply:
    """Security L01; the certificate's form is looked at, the signature can't be."""
    statuses = UpdateFirmwareStatusEnumType
    if "BEGIN CERTIFICATE" not in request.firmware.signing_certificate:
        return Reply(SignedUpdateFirmwareConf(status=statuses.InvalidCertificate))
    running = "SignedUpdateFirmware" in charge_point.request_ids
    charge_point.request_ids["SignedUpdateFirmware"] = request.request_id

    async def update() -> None:
        await charge_point.wait(_seconds_until(request.firmware.retrieve_date_time))
        for status in (
            FirmwareStatusEnumType.Downloading,
            FirmwareStatusEnumType.Downloaded,
            FirmwareStatusEnumType.SignatureVerified,
            FirmwareStatusEnumType.Installing,
            FirmwareStatusEnumType.Installed,
        ):
            if charge_point.request_ids.get("SignedUpdateFirmware") != request.request_id:
                return
            charge_point.signed_firmware_status = status
            await charge_point.call(
                SignedFirmwareStatusNotificationReq(status=status, request_id=request.request_id)
            )
            await charge_point.wait(STEP_SECONDS)
        charge_point.signed_firmware_status = FirmwareStatusEnumType.Idle
        del charge_point.request_ids["SignedUpdateFirmware"]
        await _run_new_firmware(charge_point)

    # L01.FR.24: a new request ends the running one.
    status = statuses.AcceptedCanceled if running else statuses.Accepted
    return Reply(SignedUpdateFirmwareConf(status=status), update)


async def _run_new_firmware(charge_point: ChargePoint) -> None:
    major, minor, patch = charge_point.firmware_version.split(".")
    charge_point.firmware_version = f"{major}.{minor}.{int(patch) + 1}"
    await charge_point.reboot(Reason.Reboot)


def _seconds_until(moment: Timestamp) -> float:
    return max((moment - now()).total_seconds(), 0)
