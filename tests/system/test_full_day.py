"""One charge point through a full day: every one of the 39 actions, over one real server."""

from typing import Any

import pytest

from protocol.actions import Role, actions, received_by
from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, now
from tests.system.commands import carried_out
from tests.system.sessions import a_stopped_transaction, plugged_in, recorded, started_remotely

ACCEPTED = {"status": "Accepted"}
LATER = "2030-01-01T00:00:00.000Z"
SCHEDULE = {
    "chargingRateUnit": "W",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000}],
}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "ChargePointMaxProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": SCHEDULE,
}
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa" * 32,
    "issuerKeyHash": "bb" * 32,
    "serialNumber": "01",
}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
FIRMWARE = {
    "location": "https://files.example/firmware.bin",
    "retrieveDateTime": LATER,
    "signingCertificate": PEM,
    "signature": "c2lnbmF0dXJl",
}
LOG = {"remoteLocation": "https://files.example/logs", "latestTimestamp": LATER}

COMMANDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("GetConfiguration", {"key": ["HeartbeatInterval"]}, {"unknownKey": ["HeartbeatInterval"]}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}, ACCEPTED),
    ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, {"status": "Scheduled"}),
    ("ClearCache", {}, ACCEPTED),
    ("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
    ("Reset", {"type": "Soft"}, ACCEPTED),
    ("RemoteStartTransaction", {"idTag": "DAY", "connectorId": 1}, ACCEPTED),
    ("RemoteStopTransaction", {"transactionId": 1}, {"status": "Rejected"}),
    (
        "DataTransfer",
        {"vendorId": "com.example", "data": "{}"},
        {"status": "Accepted", "data": "ok"},
    ),
    ("GetLocalListVersion", {}, {"listVersion": 0}),
    ("SendLocalList", {"listVersion": 1, "updateType": "Full"}, ACCEPTED),
    (
        "ReserveNow",
        {"connectorId": 1, "expiryDate": LATER, "idTag": "DAY", "reservationId": 1},
        ACCEPTED,
    ),
    ("CancelReservation", {"reservationId": 1}, ACCEPTED),
    ("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": PROFILE}, ACCEPTED),
    (
        "GetCompositeSchedule",
        {"connectorId": 0, "duration": 60},
        {"status": "Accepted", "connectorId": 0, "chargingSchedule": SCHEDULE},
    ),
    ("ClearChargingProfile", {"id": 1}, ACCEPTED),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, ACCEPTED),
    ("GetDiagnostics", {"location": "ftp://files.example/"}, {"fileName": "diagnostics.zip"}),
    ("UpdateFirmware", {"location": "ftp://files.example/f", "retrieveDate": LATER}, {}),
    ("CertificateSigned", {"certificateChain": PEM}, ACCEPTED),
    ("DeleteCertificate", {"certificateHashData": HASH}, {"status": "NotFound"}),
    ("ExtendedTriggerMessage", {"requestedMessage": "LogStatusNotification"}, ACCEPTED),
    (
        "GetInstalledCertificateIds",
        {"certificateType": "CentralSystemRootCertificate"},
        {"status": "Accepted", "certificateHashData": [HASH]},
    ),
    ("GetLog", {"logType": "SecurityLog", "requestId": 5, "log": LOG}, ACCEPTED),
    (
        "InstallCertificate",
        {"certificateType": "ManufacturerRootCertificate", "certificate": PEM},
        ACCEPTED,
    ),
    ("SignedUpdateFirmware", {"requestId": 6, "firmware": FIRMWARE}, ACCEPTED),
]

REPORTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("DataTransfer", {"vendorId": "com.example"}, {"status": "UnknownVendorId"}),
    ("FirmwareStatusNotification", {"status": "Installed"}, {}),
    ("DiagnosticsStatusNotification", {"status": "Uploaded"}, {}),
    ("LogStatusNotification", {"status": "Uploaded", "requestId": 5}, {}),
    ("SignedFirmwareStatusNotification", {"status": "Installed", "requestId": 6}, {}),
    (
        "SecurityEventNotification",
        {"type": "SettingSystemTime", "timestamp": now(), "techInfo": "by NTP"},
        {},
    ),
    ("SignCertificate", {"csr": PEM}, {"status": "Rejected"}),
]


def test_the_day_has_every_command() -> None:
    assert {action for action, _, _ in COMMANDS} == received_by(Role.ChargePoint)


def test_the_day_has_every_callback() -> None:
    session = {"Authorize", "BootNotification", "Heartbeat", "MeterValues", "StartTransaction"}
    session |= {"StatusNotification", "StopTransaction"}
    assert {action for action, _, _ in REPORTS} | session == received_by(Role.CentralSystem)
    assert len(actions) == 39


@pytest.mark.parametrize(("action", "payload", "answer"), COMMANDS, ids=[c[0] for c in COMMANDS])
async def test_every_command_goes_to_the_charge_point_and_its_answer_comes_back(
    admin: Admin,
    charge_point: ChargePoint,
    action: str,
    payload: dict[str, Any],
    answer: dict[str, Any],
) -> None:
    await carried_out(admin, charge_point, action, payload, answer)


@pytest.mark.parametrize(("action", "payload", "answer"), REPORTS, ids=[r[0] for r in REPORTS])
async def test_every_report_is_answered_and_its_decision_shown(
    admin: Admin,
    charge_point: ChargePoint,
    action: str,
    payload: dict[str, Any],
    answer: dict[str, Any],
) -> None:
    assert await charge_point.request(action, payload) == answer
    decision = await admin.last_decision(charge_point.id, action)
    assert (decision["response"], decision["errors"]) == (answer, [])


async def test_a_full_day_of_one_charge_point(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    # Morning: a driver with a card, and a network that goes away.
    first = await plugged_in(charge_point, tag)
    await charge_point.meter(first, "1100", "1.2", "230.1")
    await charge_point.lose_power()
    await charge_point.connect()
    await charge_point.meter(first, "1900")
    await charge_point.stop_transaction(first, idTag=tag)
    await charge_point.status(1, "Available")
    # Noon: maintenance.
    for action, payload, answer in COMMANDS:
        await carried_out(admin, charge_point, action, payload, answer)
    for action, payload, answer in REPORTS:
        assert await charge_point.request(action, payload) == answer
    # Evening: a driver with an app.
    await started_remotely(admin, charge_point, "APP-DRIVER")
    second = await plugged_in(charge_point, "APP-DRIVER")
    stop = {"transactionId": second}
    await carried_out(admin, charge_point, "RemoteStopTransaction", stop, ACCEPTED)
    await charge_point.stop_transaction(second, reason="Remote")
    await charge_point.status(1, "Available")
    # Night: the books.
    assert await recorded(admin, first) == a_stopped_transaction(tag)
    assert await recorded(admin, second) == a_stopped_transaction("APP-DRIVER", reason="Remote")
    values = {each["value"] for each in await admin.meter_values(first)}
    assert values == {"1100", "1.2", "230.1", "1900"}
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Available"}
