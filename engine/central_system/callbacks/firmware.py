"""The records of the firmware and diagnostics callbacks, signed ones too. OCPP 1.6 §4.4, §4.5."""

from msgspec.structs import replace

from engine.central_system.callbacks.outcome import Outcome
from engine.central_system.live_charge_point import LiveChargePoint
from engine.storage import Store, Write


def firmware_status(store: Store, outcome: Outcome) -> list[Write]:
    """How far the firmware update is, signed or not."""
    status = outcome.request.status.value
    return [store.charge_points.firmware_status(outcome.charge_point.id, status, outcome.now)]


def firmware_status_changed(live: LiveChargePoint, outcome: Outcome) -> None:
    """The firmware update is as far as reported."""
    status = outcome.request.status.value
    live.charge_point = replace(live.charge_point, firmware_status=status)


def diagnostics_status(store: Store, outcome: Outcome) -> list[Write]:
    """How far the upload of diagnostics, or of a log, is."""
    status = outcome.request.status.value
    return [store.charge_points.diagnostics_status(outcome.charge_point.id, status, outcome.now)]


def diagnostics_status_changed(live: LiveChargePoint, outcome: Outcome) -> None:
    """The upload is as far as reported."""
    status = outcome.request.status.value
    live.charge_point = replace(live.charge_point, diagnostics_status=status)
