"""Plays a scenario on a charge point."""

from collections.abc import Sequence
from typing import Any, assert_never

from engine.errors import EngineError
from engine.simulator.certificates import CSR
from engine.simulator.charge_point import ChargePoint, now
from engine.simulator.charging import authorize, charge
from engine.simulator.scenario import Boot, Call, Charge, Repeat, ScenarioError, Step, Wait
from protocol import payloads
from protocol.actions import actions
from protocol.messages import ReadingContext
from protocol.payloads import PayloadError


class Unexpected(EngineError):
    """An answer is not what the scenario expects."""


async def play(charge_point: ChargePoint, steps: Sequence[Step], id_tag: str) -> None:
    """
    Go through the steps.

    Raises:
        Unanswered: a Call was not answered.
        Unexpected: an answer was not as expected.
        ScenarioError: a payload of the scenario is no valid OCPP.
    """
    for step in steps:
        match step:
            case Boot():
                await charge_point.boot()
            case Charge():
                await _charge(charge_point, step, id_tag)
            case Wait(seconds):
                await charge_point.wait(seconds)
            case Call():
                await _call(charge_point, step, id_tag)
            case Repeat(times, inner):
                for _ in range(times):
                    await play(charge_point, inner, id_tag)
            case _:
                assert_never(step)


async def _charge(charge_point: ChargePoint, step: Charge, id_tag: str) -> None:
    connector = charge_point.connectors.get(step.connector_id)
    if connector is None:
        raise ScenarioError(
            f"there is no connector {step.connector_id} to charge at",
            hint=f"this charge point has {len(charge_point.connectors)}; see --connectors",
        )
    tag = step.id_tag or id_tag
    if await authorize(charge_point, tag) and connector.is_free_for(tag):
        await charge(
            charge_point,
            connector,
            tag,
            samples=step.meter_values,
            every_seconds=step.every_seconds,
        )


async def _call(charge_point: ChargePoint, step: Call, id_tag: str) -> None:
    payload = _filled_in(charge_point, step.action, id_tag) | step.payload
    try:
        request = payloads.convert(actions[step.action].request, payload, unknown_fields=False)
    except PayloadError as error:
        raise ScenarioError(f"{step.place}: {step.action}: {error}") from error
    if step.action == "BootNotification":
        charge_point.accepted.clear()
    confirmation = payloads.to_builtins(await charge_point.call(request))
    _take_over(charge_point, step.action, payload, confirmation)
    if step.expect is not None:
        for path, wanted, got in _differences(step.expect, confirmation, ""):
            raise Unexpected(f"{step.place}: {step.action}: `{path}` is {got!r}, not {wanted!r}")


def _filled_in(charge_point: ChargePoint, action: str, id_tag: str) -> dict[str, Any]:
    """The fields that the simulator knows better than the scenario has to."""
    connector = charge_point.connectors[1]
    values = payloads.to_builtins(connector.sample("", ReadingContext.SamplePeriodic, now()))
    meter = int(connector.meter_wh)
    filled: dict[str, dict[str, Any]] = {
        "Authorize": {"idTag": id_tag},
        "BootNotification": {"chargePointVendor": "Voltrule", "chargePointModel": "Simulator"},
        "DataTransfer": {"vendorId": "Voltrule"},
        "DiagnosticsStatusNotification": {"status": "Idle"},
        "FirmwareStatusNotification": {"status": "Idle"},
        "LogStatusNotification": {"status": "Idle"},
        "MeterValues": {"connectorId": 1, "meterValue": [values]},
        "SecurityEventNotification": {"type": "StartupOfTheDevice", "timestamp": str(now())},
        "SignCertificate": {"csr": CSR},
        "SignedFirmwareStatusNotification": {"status": "Idle"},
        "StartTransaction": {
            "connectorId": 1,
            "idTag": id_tag,
            "meterStart": meter,
            "timestamp": str(now()),
        },
        "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
        "StopTransaction": {"meterStop": meter, "timestamp": str(now())},
    }
    known = filled.get(action, {})
    if (
        action in ("MeterValues", "StopTransaction")
        and charge_point.last_transaction_id is not None
    ):
        known["transactionId"] = charge_point.last_transaction_id
    return known


def _take_over(
    charge_point: ChargePoint, action: str, request: dict[str, Any], confirmation: dict[str, Any]
) -> None:
    if action == "StartTransaction":
        charge_point.last_transaction_id = confirmation["transactionId"]
    elif action == "BootNotification" and confirmation["status"] == "Accepted":
        charge_point.accept(confirmation["interval"])


def _differences(wanted: Any, got: Any, path: str) -> list[tuple[str, Any, Any]]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [
            difference
            for key, value in wanted.items()
            for difference in _differences(value, got.get(key), f"{path}.{key}".lstrip("."))
        ]
    return [] if wanted == got else [(path, wanted, got)]
