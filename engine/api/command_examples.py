"""One payload for each of the 26 commands, as the documentation shows them; a test decodes each."""

from collections.abc import Mapping

_SCHEDULE = {
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 16.0},
        {"startPeriod": 3600, "limit": 8.5},
    ],
}

_CERTIFICATE_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "9f2b51c7d1a04a1e8d4b6c3a5e7f90123456789abcdef0123456789abcdef012",
    "issuerKeyHash": "1c6d0a4f3be2957a8b0c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f708",
    "serialNumber": "0a41",
}

_PEM = "-----BEGIN CERTIFICATE-----\n(base64)\n-----END CERTIFICATE-----\n"

command_examples: Mapping[str, Mapping[str, object]] = {
    "CancelReservation": {"reservationId": 42},
    "CertificateSigned": {"certificateChain": _PEM},
    "ChangeAvailability": {"connectorId": 1, "type": "Inoperative"},
    "ChangeConfiguration": {"key": "MeterValueSampleInterval", "value": "60"},
    "ClearCache": {},
    "ClearChargingProfile": {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile"},
    "DataTransfer": {"vendorId": "com.example", "messageId": "SetDisplay", "data": "Hello"},
    "DeleteCertificate": {"certificateHashData": _CERTIFICATE_HASH},
    "ExtendedTriggerMessage": {"requestedMessage": "StatusNotification", "connectorId": 1},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 3600, "chargingRateUnit": "A"},
    "GetConfiguration": {"key": ["HeartbeatInterval", "MeterValueSampleInterval"]},
    "GetDiagnostics": {"location": "ftp://files.example.com/diagnostics", "retries": 2},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLocalListVersion": {},
    "GetLog": {
        "logType": "SecurityLog",
        "requestId": 7,
        "log": {"remoteLocation": "https://files.example.com/logs"},
    },
    "InstallCertificate": {
        "certificateType": "CentralSystemRootCertificate",
        "certificate": _PEM,
    },
    "RemoteStartTransaction": {"connectorId": 1, "idTag": "RandomToken"},
    "RemoteStopTransaction": {"transactionId": 7},
    "ReserveNow": {
        "connectorId": 1,
        "expiryDate": "2026-01-31T12:00:00.000Z",
        "idTag": "RandomToken",
        "reservationId": 42,
    },
    "Reset": {"type": "Soft"},
    "SendLocalList": {
        "listVersion": 3,
        "updateType": "Differential",
        "localAuthorizationList": [
            {"idTag": "RandomToken", "idTagInfo": {"status": "Accepted"}},
            {"idTag": "LostCard"},
        ],
    },
    "SetChargingProfile": {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": _SCHEDULE,
        },
    },
    "SignedUpdateFirmware": {
        "requestId": 8,
        "firmware": {
            "location": "https://files.example.com/firmware-2.1.bin",
            "retrieveDateTime": "2026-01-31T12:00:00.000Z",
            "signingCertificate": _PEM,
            "signature": "(base64)",
        },
    },
    "TriggerMessage": {"requestedMessage": "MeterValues", "connectorId": 1},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {
        "location": "https://files.example.com/firmware-2.1.bin",
        "retrieveDate": "2026-01-31T12:00:00.000Z",
    },
}
