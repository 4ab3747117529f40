"""What the firmware and diagnostics callbacks leave behind."""

from pathlib import Path

from tests.engine.central_system.running import running


async def test_the_statuses_of_firmware_and_diagnostics_are_kept(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        signed = {"status": "InvalidSignature", "requestId": 1}
        await charge_point.call("FirmwareStatusNotification", {"status": "Downloading"})
        await charge_point.call("SignedFirmwareStatusNotification", signed)
        await charge_point.call("DiagnosticsStatusNotification", {"status": "Uploading"})
        stored = await system.store.charge_points.get("CP1")
        live = system.central_system.connections.known("CP1")
    assert stored is not None
    assert live is not None
    assert (stored.firmware_status, stored.diagnostics_status) == ("InvalidSignature", "Uploading")
    assert live.charge_point == stored
