"""What the meter values of a transaction say together: its energy, its power, its battery."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from engine.policy.facts import Transaction
from engine.storage.measured import as_number, values_of
from engine.storage.meter_value_rows import Wanted
from engine.storage.records import Metered, MeterValueRecord

_REGISTER, _POWER, _SOC = "Energy.Active.Import.Register", "Power.Active.Import", "SoC"

_ENOUGH = 200
"""So many rows are all that most transactions have. Of the others the newest of them say it."""

_PHASES = (("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N"))

Read = Callable[[Wanted], Awaitable[Sequence[Any]]]


def delivered(transaction: Transaction, register: Decimal | None = None) -> float | None:
    """The energy in Wh until the stop, or until `register` where there is none."""
    end = register if transaction.meter_stop is None else transaction.meter_stop
    return None if end is None else as_number(Decimal(end) - transaction.meter_start)


async def metered_of(transaction: Transaction, read: Read) -> Metered:
    """Reads the newest rows, and beyond them only what they do not tell."""
    rows = await read(Wanted(limit=_ENOUGH, newest_first=True))
    newest = list(_values(rows))
    complete = len(rows) < _ENOUGH

    async def rest(measurand: str, *, newest_first: bool) -> Iterable[MeterValueRecord]:
        text = f'"measurand":"{measurand}"'
        wanted = Wanted(limit=_ENOUGH, newest_first=newest_first, mentions=(text,))
        return _values(await read(wanted))

    async def last(measurand: str, unit: str) -> Decimal | None:
        number = _number(newest, measurand, unit)
        if number is None and not complete:
            number = _number(await rest(measurand, newest_first=True), measurand, unit)
        return number

    async def first(measurand: str, unit: str) -> Decimal | None:
        if complete:
            return _number(reversed(newest), measurand, unit)
        return _number(await rest(measurand, newest_first=False), measurand, unit)

    register = await last(_REGISTER, "Wh") if transaction.meter_stop is None else None
    return Metered(
        energy=delivered(transaction, register),
        power=_json(await last(_POWER, "W")),
        soc_first=_json(await first(_SOC, "Percent")),
        soc_last=_json(await last(_SOC, "Percent")),
        last_measured_at=rows[0].measured_at if rows else None,
    )


def _json(number: Decimal | None) -> float | None:
    return None if number is None else as_number(number)


def _values(rows: Iterable[Any]) -> Iterable[MeterValueRecord]:
    return (value for row in rows for value in values_of(row))


def _number(values: Iterable[MeterValueRecord], measurand: str, unit: str) -> Decimal | None:
    """The first number of a measurand in that unit, the phases of one moment added up."""
    fitting = (v for v in values if v.measurand == measurand and v.base_unit == unit)
    for _, moment in groupby(fitting, lambda value: value.measured_at):
        places: dict[str, dict[str | None, Decimal]] = {}
        for value in moment:
            number = Decimal(str(value.base_number))
            places.setdefault(value.location, {}).setdefault(value.phase, number)
        # What flows to the vehicle is measured at the outlet, where there is a choice.
        total = _total(places.get("Outlet") or next(iter(places.values())))
        if total is not None:
            return total
    return None


def _total(by_phase: dict[str | None, Decimal]) -> Decimal | None:
    # OCPP 1.6 §7.43: "When phase is absent, the measured value is interpreted as an overall value."
    if None in by_phase:
        return by_phase[None]
    for phases in _PHASES:
        found = [by_phase[phase] for phase in phases if phase in by_phase]
        if found:
            return sum(found, Decimal(0))
    return None
