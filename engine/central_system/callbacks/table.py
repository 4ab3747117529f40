"""The one table of callbacks: what of each of the 14 actions is recorded, and how surely."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from engine.central_system.callbacks import core, firmware, stops
from engine.central_system.callbacks.outcome import Outcome
from engine.central_system.live_charge_point import LiveChargePoint
from engine.storage import Store, Write

Records: TypeAlias = Callable[[Store, Outcome], list[Write]]
Remember: TypeAlias = Callable[[LiveChargePoint, Outcome], None]


class Callback(msgspec.Struct, frozen=True):
    """How one action of a charge point is kept."""

    records: Records | None = None
    """What is written beside the decision and the messages, where that does not say it all."""
    remember: Remember | None = None
    """What the memory of the charge point takes over once that is on disk."""
    durable: bool = True
    """The answer waits until the records are on disk: the charge point may forget after it."""
    transactional: bool = False
    """
    Never answered with a CallError. ocpp16.md §2: "Repeated CallErrors on transaction messages
    make charge points drop them: that is lost billing data."
    """
    tells_time: bool = False
    """The engine fills `currentTime` in the answer."""
    reads: frozenset[str] = frozenset()
    """The facts that the records need, whatever the policies read."""


CALLBACKS: Mapping[str, Callback] = {
    # Core
    "Authorize": Callback(durable=False),
    "BootNotification": Callback(core.boot_notification, core.booted, tells_time=True),
    "DataTransfer": Callback(),
    "Heartbeat": Callback(durable=False, tells_time=True),
    "MeterValues": Callback(core.meter_values, transactional=True),
    "StartTransaction": Callback(
        core.start_transaction,
        core.started,
        transactional=True,
        reads=frozenset({"reservation"}),
    ),
    "StatusNotification": Callback(
        core.status_notification, core.status_changed, reads=frozenset({"reservation"})
    ),
    "StopTransaction": Callback(
        stops.stop_transaction,
        stops.stopped,
        transactional=True,
        reads=frozenset({"transaction"}),
    ),
    # Firmware
    "DiagnosticsStatusNotification": Callback(
        firmware.diagnostics_status, firmware.diagnostics_status_changed
    ),
    "FirmwareStatusNotification": Callback(
        firmware.firmware_status, firmware.firmware_status_changed
    ),
    # Security extension
    "LogStatusNotification": Callback(
        firmware.diagnostics_status, firmware.diagnostics_status_changed
    ),
    "SecurityEventNotification": Callback(),
    "SignCertificate": Callback(),
    "SignedFirmwareStatusNotification": Callback(
        firmware.firmware_status, firmware.firmware_status_changed
    ),
}
