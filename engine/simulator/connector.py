"""A connector of a simulated charge point: what is plugged in, reserved, or out of order."""

import asyncio

import msgspec

from protocol.messages import (
    ChargePointStatus,
    Location,
    Measurand,
    MeterValue,
    ReadingContext,
    Reason,
    SampledValue,
    UnitOfMeasure,
)
from protocol.types import Timestamp

VOLTS = 230.0
PHASES = 3

_UNITS = {
    Measurand.EnergyActiveImportRegister: UnitOfMeasure.Wh,
    Measurand.PowerActiveImport: UnitOfMeasure.W,
    Measurand.PowerOffered: UnitOfMeasure.W,
    Measurand.CurrentImport: UnitOfMeasure.A,
    Measurand.CurrentOffered: UnitOfMeasure.A,
    Measurand.Voltage: UnitOfMeasure.V,
    Measurand.SoC: UnitOfMeasure.Percent,
}


class Charging(msgspec.Struct):
    """A transaction at a connector, from the plug to the last message about it."""

    id_tag: str
    started_at: Timestamp
    meter_start: int
    transaction_id: int | None = None
    """None until StartTransaction is answered."""
    stop_asked: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
    ended: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
    reason: Reason = Reason.Local

    def stop(self, reason: Reason) -> None:
        """End the transaction soon; the first reason counts."""
        if not self.stop_asked.is_set():
            self.reason = reason
            self.stop_asked.set()


class Reservation(msgspec.Struct, frozen=True):
    """Who may use a connector until when. OCPP 1.6 §5.13."""

    reservation_id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    expiry_date: Timestamp


class Connector:
    """One connector, with its meter."""

    def __init__(self, connector_id: int) -> None:
        self.connector_id = connector_id
        self.status = ChargePointStatus.Available
        self.operative = True
        self.meter_wh = 0.0
        self.watts = 0.0
        self.charging: Charging | None = None
        self.reservation: Reservation | None = None

    @property
    def idle_status(self) -> ChargePointStatus:
        """The status of this connector while nobody charges."""
        if not self.operative:
            return ChargePointStatus.Unavailable
        if self.reservation is not None and self.connector_id != 0:
            return ChargePointStatus.Reserved
        return ChargePointStatus.Available

    def is_free_for(self, id_tag: str) -> bool:
        """Whether this id tag could start charging here now."""
        if not self.operative or self.charging is not None:
            return False
        holder = self.reservation.id_tag if self.reservation else id_tag
        return holder.casefold() == id_tag.casefold()

    def deliver(self, watts: float, seconds: float) -> None:
        """Let energy flow."""
        self.watts = watts
        self.meter_wh += watts * seconds / 3600

    def sample(self, measurands: str, context: ReadingContext, at: Timestamp) -> MeterValue:
        """
        Read the meter.

        Args:
            measurands: the value of MeterValuesSampledData; what this meter can't measure is
                left out. Without any left, the energy register is read.
        """
        named = [name.strip() for name in measurands.split(",")]
        known = [measurand for measurand in _UNITS if measurand.value in named]
        register = Measurand.EnergyActiveImportRegister
        return MeterValue(
            timestamp=at,
            sampled_value=tuple(
                SampledValue(
                    value=f"{self._read(measurand):.0f}",
                    context=context,
                    measurand=measurand,
                    location=Location.EV if measurand is Measurand.SoC else Location.Outlet,
                    unit=_UNITS[measurand],
                )
                for measurand in known or [register]
            ),
        )

    def _read(self, measurand: Measurand) -> float:
        match measurand:
            case Measurand.PowerActiveImport | Measurand.PowerOffered:
                return self.watts
            case Measurand.CurrentImport | Measurand.CurrentOffered:
                return self.watts / VOLTS / PHASES
            case Measurand.Voltage:
                return VOLTS
            case Measurand.SoC:
                start = self.charging.meter_start if self.charging else self.meter_wh
                # A battery of 50 kWh that came with a fifth of its charge.
                return min(20 + (self.meter_wh - start) / 500, 100)
            case _:
                return self.meter_wh
