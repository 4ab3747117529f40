"""The 26 commands, each sent over a real socket to a simulated charge point."""

from typing import Any

import pytest

from engine.simulator.commands import COMMANDS
from protocol.actions import Role, received_by
from tests.engine.simulator.central_system import CentralSystem, booted, central_system, soon
from tests.engine.simulator.test_certificates import ROOT

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


def test_every_command_is_answered() -> None:
    assert COMMANDS.keys() == received_by(Role.ChargePoint)


def a_profile(**changes: Any) -> dict[str, Any]:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}],
        },
    } | changes


async def answer(action: str, **payload: Any) -> dict[str, Any]:
    """What a charge point with two connectors answers, having booted."""
    async with central_system() as system, booted(system):
        return await system.command(action, **payload)


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("CancelReservation", {"reservationId": 9}, REJECTED),
        ("CertificateSigned", {"certificateChain": ROOT}, ACCEPTED),
        ("CertificateSigned", {"certificateChain": "no certificate"}, REJECTED),
        ("ChangeAvailability", {"connectorId": 3, "type": "Operative"}, REJECTED),
        ("ChangeConfiguration", {"key": "heartbeatinterval", "value": "60"}, ACCEPTED),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "often"}, REJECTED),
        ("ChangeConfiguration", {"key": "NumberOfConnectors", "value": "3"}, REJECTED),
        ("ChangeConfiguration", {"key": "X", "value": "1"}, {"status": "NotSupported"}),
        ("ClearCache", {}, ACCEPTED),
        ("ClearChargingProfile", {"id": 7}, {"status": "Unknown"}),
        (
            "DataTransfer",
            {"vendorId": "Voltrule", "messageId": "Echo", "data": "hi"},
            {"status": "Accepted", "data": "hi"},
        ),
        ("DataTransfer", {"vendorId": "Voltrule"}, {"status": "UnknownMessageId"}),
        ("DataTransfer", {"vendorId": "Other"}, {"status": "UnknownVendorId"}),
        ("GetCompositeSchedule", {"connectorId": 3, "duration": 60}, REJECTED),
        ("GetConfiguration", {"key": ["Nope"]}, {"unknownKey": ["Nope"]}),
        (
            "GetInstalledCertificateIds",
            {"certificateType": "CentralSystemRootCertificate"},
            {"status": "NotFound"},
        ),
        ("GetLocalListVersion", {}, {"listVersion": 0}),
        (
            "InstallCertificate",
            {"certificateType": "CentralSystemRootCertificate", "certificate": "x"},
            REJECTED,
        ),
        ("RemoteStartTransaction", {"idTag": "T", "connectorId": 3}, REJECTED),
        (
            "RemoteStartTransaction",
            {"idTag": "T", "chargingProfile": a_profile()},
            REJECTED,
        ),
        ("RemoteStopTransaction", {"transactionId": 5}, REJECTED),
        (
            "ReserveNow",
            {
                "connectorId": 1,
                "expiryDate": "2020-01-01T00:00:00Z",
                "idTag": "T",
                "reservationId": 1,
            },
            REJECTED,
        ),
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": a_profile()}, ACCEPTED),
        ("SetChargingProfile", {"connectorId": 3, "csChargingProfiles": a_profile()}, REJECTED),
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": a_profile(chargingProfilePurpose="ChargePointMaxProfile"),
            },
            REJECTED,
        ),
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": a_profile(chargingProfilePurpose="TxProfile"),
            },
            REJECTED,
        ),
        (
            "SignedUpdateFirmware",
            {
                "requestId": 1,
                "firmware": {
                    "location": "x",
                    "retrieveDateTime": "2020-01-01T00:00:00Z",
                    "signingCertificate": "x",
                    "signature": "x",
                },
            },
            {"status": "InvalidCertificate"},
        ),
        ("TriggerMessage", {"requestedMessage": "Heartbeat", "connectorId": 3}, REJECTED),
        (
            "ExtendedTriggerMessage",
            {"requestedMessage": "Heartbeat", "connectorId": 3},
            REJECTED,
        ),
        ("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
        ("UnlockConnector", {"connectorId": 3}, {"status": "NotSupported"}),
    ],
)
async def test_a_command_gets_its_answer(
    action: str, payload: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert await answer(action, **payload) == expected


async def test_a_remote_start_charges_until_a_remote_stop() -> None:
    async with central_system() as system, booted(system):
        start = {"idTag": "T", "connectorId": 2}
        assert await system.command("RemoteStartTransaction", **start) == ACCEPTED
        await system.seen("StatusNotification", connectorId=2, status="Charging")
        assert await system.command("RemoteStartTransaction", **start) == REJECTED
        assert await system.command("RemoteStopTransaction", transactionId=7) == ACCEPTED
        stop = await system.seen("StopTransaction")
        assert (stop["reason"], stop["idTag"]) == ("Remote", "T")
        await system.seen("StatusNotification", connectorId=2, status="Available")


async def test_a_remote_start_asks_first_where_it_is_told_to() -> None:
    async with central_system() as system, booted(system) as charge_point:
        charge_point.configuration.change("AuthorizeRemoteTxRequests", "true")
        await system.command("RemoteStartTransaction", idTag="T")
        await system.seen("Authorize", idTag="T")
        await system.seen("StartTransaction", connectorId=1)


async def test_a_remote_start_may_bring_a_profile_for_its_transaction() -> None:
    profile = a_profile(chargingProfilePurpose="TxProfile")
    async with central_system() as system, booted(system):
        await system.command("RemoteStartTransaction", idTag="T", chargingProfile=profile)
        await system.seen("StatusNotification", status="Charging")
        conf = await system.command("GetCompositeSchedule", connectorId=1, duration=60)
    periods = conf["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [{"startPeriod": 0, "limit": 5000.0}]


async def start_charging(system: CentralSystem) -> None:
    await system.command("RemoteStartTransaction", idTag="T", connectorId=1)
    await system.seen("StatusNotification", connectorId=1, status="Charging")


async def test_while_a_transaction_runs_a_change_of_availability_is_scheduled() -> None:
    async with central_system() as system, booted(system):
        await start_charging(system)
        change = {"connectorId": 1, "type": "Inoperative"}
        assert await system.command("ChangeAvailability", **change) == {"status": "Scheduled"}
        await system.command("RemoteStopTransaction", transactionId=7)
        await system.seen("StatusNotification", connectorId=1, status="Unavailable")


async def test_connector_0_makes_all_connectors_unavailable() -> None:
    async with central_system() as system, booted(system):
        change = {"connectorId": 0, "type": "Inoperative"}
        assert await system.command("ChangeAvailability", **change) == ACCEPTED
        for connector_id in (0, 1, 2):
            seen = {"connectorId": connector_id, "status": "Unavailable"}
            await system.seen("StatusNotification", **seen)


async def test_unlocking_ends_the_transaction_first() -> None:
    async with central_system() as system, booted(system):
        await start_charging(system)
        await system.command("UnlockConnector", connectorId=1)
        assert (await system.seen("StopTransaction"))["reason"] == "UnlockCommand"


async def test_a_reset_ends_the_transaction_and_boots_again() -> None:
    async with central_system() as system, booted(system):
        await start_charging(system)
        assert await system.command("Reset", type="Hard") == ACCEPTED
        assert (await system.seen("StopTransaction"))["reason"] == "HardReset"
        await system.seen("BootNotification")
        assert len(system.paths) == 2


async def test_a_reservation_holds_the_connector_for_its_id_tag() -> None:
    reservation = {"connectorId": 1, "expiryDate": soon(), "idTag": "MINE", "reservationId": 3}
    async with central_system() as system, booted(system, speed=1.0):
        assert await system.command("ReserveNow", **reservation) == ACCEPTED
        await system.seen("StatusNotification", connectorId=1, status="Reserved")
        other = {"idTag": "OTHER", "connectorId": 1}
        assert await system.command("RemoteStartTransaction", **other) == REJECTED
        again = reservation | {"reservationId": 4}
        assert await system.command("ReserveNow", **again) == {"status": "Occupied"}
        await system.command("RemoteStartTransaction", idTag="mine", connectorId=1)
        assert (await system.seen("StartTransaction"))["reservationId"] == 3


async def test_the_same_reservation_id_moves_the_reservation() -> None:
    reservation = {"connectorId": 1, "expiryDate": soon(), "idTag": "T", "reservationId": 3}
    async with central_system() as system, booted(system, speed=1.0):
        await system.command("ReserveNow", **reservation)
        assert await system.command("ReserveNow", **reservation | {"connectorId": 2}) == ACCEPTED
        await system.seen("StatusNotification", connectorId=1, status="Available")
        await system.seen("StatusNotification", connectorId=2, status="Reserved")
        assert await system.command("CancelReservation", reservationId=3) == ACCEPTED
        await system.seen("StatusNotification", connectorId=2, status="Available")


async def test_a_reservation_ends_when_it_expires() -> None:
    # Lives 1,000 times as fast: a minute passes in 60 ms.
    reservation = {"connectorId": 1, "expiryDate": soon(60), "idTag": "T", "reservationId": 3}
    async with central_system() as system, booted(system):
        await system.command("ReserveNow", **reservation)
        await system.seen("StatusNotification", connectorId=1, status="Reserved")
        await system.seen("StatusNotification", connectorId=1, status="Available")


async def test_the_local_list_is_updated_by_version() -> None:
    tags = [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}]
    full = {"listVersion": 2, "updateType": "Full", "localAuthorizationList": tags}
    async with central_system() as system, booted(system):
        assert await system.command("SendLocalList", **full) == ACCEPTED
        assert await system.command("GetLocalListVersion") == {"listVersion": 2}
        older = full | {"updateType": "Differential"}
        assert await system.command("SendLocalList", **older) == {"status": "VersionMismatch"}


async def test_a_new_authorization_key_is_used_at_once() -> None:
    change = {"key": "AuthorizationKey", "value": "00112233445566778899aabbccddeeff"}
    async with central_system() as system, booted(system) as charge_point:
        assert await system.command("ChangeConfiguration", **change) == ACCEPTED
        await system.seen("Heartbeat")
        assert charge_point.link.password == bytes.fromhex(change["value"])
        assert system.authorizations[-1] is not None
        conf = await system.command("GetConfiguration", key=["AuthorizationKey"])
        assert conf["configurationKey"] == [{"key": "AuthorizationKey", "readonly": False}]


@pytest.mark.parametrize(
    ("requested", "action"),
    [
        ("BootNotification", "BootNotification"),
        ("DiagnosticsStatusNotification", "DiagnosticsStatusNotification"),
        ("FirmwareStatusNotification", "FirmwareStatusNotification"),
        ("Heartbeat", "Heartbeat"),
        ("MeterValues", "MeterValues"),
        ("StatusNotification", "StatusNotification"),
    ],
)
async def test_a_trigger_brings_its_message(requested: str, action: str) -> None:
    async with central_system() as system, booted(system, speed=1.0):
        assert await system.command("TriggerMessage", requestedMessage=requested) == ACCEPTED
        await system.seen(action)


@pytest.mark.parametrize(
    ("requested", "action"),
    [
        ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
        ("LogStatusNotification", "LogStatusNotification"),
        ("SignChargePointCertificate", "SignCertificate"),
    ],
)
async def test_an_extended_trigger_brings_its_message(requested: str, action: str) -> None:
    async with central_system() as system, booted(system, speed=1.0):
        trigger = {"requestedMessage": requested}
        assert await system.command("ExtendedTriggerMessage", **trigger) == ACCEPTED
        await system.seen(action)


async def test_new_firmware_is_fetched_installed_and_booted() -> None:
    update = {"location": "https://h/f", "retrieveDate": "2020-01-01T00:00:00Z"}
    async with central_system() as system, booted(system):
        assert await system.command("UpdateFirmware", **update) == {}
        for status in ("Downloading", "Downloaded", "Installing", "Installed"):
            await system.seen("FirmwareStatusNotification", status=status)
        assert (await system.seen("BootNotification"))["firmwareVersion"] == "1.0.1"


async def test_signed_firmware_is_verified_and_tied_to_its_request() -> None:
    firmware = {
        "location": "https://h/f",
        "retrieveDateTime": "2020-01-01T00:00:00Z",
        "signingCertificate": ROOT,
        "signature": "x",
    }
    async with central_system() as system, booted(system):
        update = {"requestId": 5, "firmware": firmware}
        assert await system.command("SignedUpdateFirmware", **update) == ACCEPTED
        for status in ("Downloading", "Downloaded", "SignatureVerified", "Installing"):
            await system.seen("SignedFirmwareStatusNotification", status=status, requestId=5)
        await system.seen("BootNotification")


async def test_a_log_upload_is_tied_to_its_request_and_ended_by_the_next() -> None:
    log = {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": "ftp://h"}}
    async with central_system() as system, booted(system, speed=1.0):
        first = await system.command("GetLog", **log)
        assert first == {"status": "Accepted", "filename": "SecurityLog-CP1.log"}
        second = await system.command("GetLog", **log | {"requestId": 6})
        assert second["status"] == "AcceptedCanceled"
        await system.seen("LogStatusNotification", status="Uploaded", requestId=6)
        assert ("LogStatusNotification", {"status": "Uploaded", "requestId": 5}) not in (
            system.received
        )


async def test_diagnostics_are_uploaded_step_by_step() -> None:
    async with central_system() as system, booted(system):
        conf = await system.command("GetDiagnostics", location="ftp://h")
        assert conf == {"fileName": "diagnostics-CP1.log"}
        await system.seen("DiagnosticsStatusNotification", status="Uploading")
        await system.seen("DiagnosticsStatusNotification", status="Uploaded")


async def test_a_certificate_is_installed_listed_and_deleted() -> None:
    use = {"certificateType": "ManufacturerRootCertificate"}
    async with central_system() as system, booted(system):
        assert await system.command("InstallCertificate", **use, certificate=ROOT) == ACCEPTED
        (held,) = (await system.command("GetInstalledCertificateIds", **use))["certificateHashData"]
        delete = {"certificateHashData": held}
        assert await system.command("DeleteCertificate", **delete) == ACCEPTED
        assert await system.command("DeleteCertificate", **delete) == {"status": "NotFound"}
