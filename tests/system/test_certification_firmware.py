"""The certification cases of the Firmware Management profile."""

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.commands import carried_out

UPDATE = {
    "location": "ftp://files.example/firmware.bin",
    "retrieveDate": "2026-01-31T12:00:00.000Z",
    "retries": 1,
    "retryInterval": 10,
}
DIAGNOSTICS = {
    "location": "ftp://files.example/uploads",
    "startTime": "2026-01-30T00:00:00.000Z",
    "stopTime": "2026-01-31T00:00:00.000Z",
    "retries": 1,
    "retryInterval": 10,
}


async def firmware_statuses(admin: Admin, charge_point: ChargePoint, *statuses: str) -> None:
    """Each status is taken, and shown as the charge point's own until the next one."""
    for status in statuses:
        assert await charge_point.request("FirmwareStatusNotification", {"status": status}) == {}
        shown = await admin.get(f"/v1/charge-points/{charge_point.id}")
        assert shown["firmwareStatus"] == status


async def test_tc_044_1_firmware_download_and_install(
    admin: Admin, charge_point: ChargePoint
) -> None:
    await carried_out(admin, charge_point, "UpdateFirmware", UPDATE, {})
    await firmware_statuses(admin, charge_point, "Downloading", "Downloaded")
    await charge_point.status(1, "Unavailable")
    await firmware_statuses(admin, charge_point, "Installing")
    await charge_point.disconnect()
    await charge_point.connect()
    assert (await charge_point.boot(firmwareVersion="2.0.0"))["status"] == "Accepted"
    await charge_point.status(1, "Available")
    await firmware_statuses(admin, charge_point, "Installed")
    shown = await admin.get(f"/v1/charge-points/{charge_point.id}")
    assert shown["firmwareVersion"] == "2.0.0"


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param(("Downloading", "DownloadFailed"), id="tc_044_2_download_failed"),
        pytest.param(
            ("Downloading", "Downloaded", "Installing", "InstallationFailed"),
            id="tc_044_3_installation_failed",
        ),
    ],
)
async def test_firmware_update_that_fails(
    admin: Admin, charge_point: ChargePoint, statuses: tuple[str, ...]
) -> None:
    await carried_out(admin, charge_point, "UpdateFirmware", UPDATE, {})
    await firmware_statuses(admin, charge_point, *statuses)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param("Uploaded", id="tc_045_1_get_diagnostics"),
        pytest.param("UploadFailed", id="tc_045_2_upload_failed"),
    ],
)
async def test_get_diagnostics(admin: Admin, charge_point: ChargePoint, outcome: str) -> None:
    answer = {"fileName": "diagnostics.tar.gz"}
    await carried_out(admin, charge_point, "GetDiagnostics", DIAGNOSTICS, answer)
    for status in ("Uploading", outcome):
        request = {"status": status}
        assert await charge_point.request("DiagnosticsStatusNotification", request) == {}
        shown = await admin.get(f"/v1/charge-points/{charge_point.id}")
        assert shown["diagnosticsStatus"] == status
