"""The certification cases of the Remote Trigger profile."""

from typing import Any

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, now
from tests.system.commands import carried_out

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
METER = {
    "connectorId": 1,
    "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "5", "unit": "kWh"}]}],
}


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("MeterValues", METER),
        ("Heartbeat", {}),
        ("StatusNotification", STATUS),
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
    ],
)
async def test_tc_054_trigger_message(
    admin: Admin, charge_point: ChargePoint, message: str, payload: dict[str, Any]
) -> None:
    trigger: dict[str, Any] = {"requestedMessage": message}
    if message in ("MeterValues", "StatusNotification"):
        trigger["connectorId"] = 1
    await carried_out(admin, charge_point, "TriggerMessage", trigger, {"status": "Accepted"})
    answer = await charge_point.request(message, payload)
    assert list(answer) == (["currentTime"] if message == "Heartbeat" else [])


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
async def test_tc_055_trigger_message_rejected(
    admin: Admin, charge_point: ChargePoint, status: str
) -> None:
    trigger = {"requestedMessage": "MeterValues", "connectorId": 7}
    await carried_out(admin, charge_point, "TriggerMessage", trigger, {"status": status})
