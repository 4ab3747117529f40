from typing import Any

import pytest

from engine.errors import EngineError
from engine.simulator.player import Unexpected, play
from engine.simulator.scenario import Boot, Call, Charge, Repeat, ScenarioError, Step, Wait
from tests.engine.simulator.central_system import CentralSystem, booted, central_system


def a_call(action: str, expect: dict[str, Any] | None = None, **payload: Any) -> Call:
    return Call(action, payload, expect, "scenario.yaml:3")


async def played(*steps: Step) -> CentralSystem:
    """The central system after the steps, with what it received."""
    async with central_system() as system, booted(system) as charge_point:
        await play(charge_point, steps, "TAG")
    return system


async def test_steps_are_played_in_order() -> None:
    charge = Charge(meter_values=1, every_seconds=0)
    system = await played(Repeat(2, (a_call("Heartbeat"), Wait(1))), charge, Boot())
    actions = [action for action, _ in system.received if action != "StatusNotification"]
    assert [action for action in actions if action != "Heartbeat"] == [
        "Authorize",
        "StartTransaction",
        "MeterValues",
        "StopTransaction",
        "BootNotification",
    ]
    assert actions.count("Heartbeat") >= 2


async def test_a_single_message_is_filled_in_and_changed() -> None:
    system = await played(
        a_call("StartTransaction", meterStart=100), a_call("StopTransaction", reason="Other")
    )
    received = dict(system.received)
    start, stop = received["StartTransaction"], received["StopTransaction"]
    assert (start["connectorId"], start["idTag"], start["meterStart"]) == (1, "TAG", 100)
    assert (stop["transactionId"], stop["reason"]) == (7, "Other")


@pytest.mark.parametrize(
    "action",
    [
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
    ],
)
async def test_every_message_can_be_sent_without_a_payload(action: str) -> None:
    system = await played(a_call(action))
    assert action in dict(system.received)


@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (
            a_call("Authorize", {"idTagInfo": {"status": "Invalid"}}),
            Unexpected,
            "scenario.yaml:3: Authorize: `idTagInfo.status` is 'Accepted', not 'Invalid'",
        ),
        (
            a_call("Heartbeat", seconds=3),
            ScenarioError,
            "scenario.yaml:3: Heartbeat: `seconds`",
        ),
        (
            Charge(connector_id=9),
            ScenarioError,
            "there is no connector 9 to charge at\nhint: this charge point has 2",
        ),
    ],
)
async def test_what_goes_wrong_names_the_step(
    step: Step, error: type[EngineError], message: str
) -> None:
    with pytest.raises(error) as caught:
        await played(step)
    assert str(caught.value).startswith(message)


async def test_an_expectation_says_the_least_that_must_be_there() -> None:
    await played(a_call("StartTransaction", {"idTagInfo": {"status": "Accepted"}}))
