"""
What a sampled value says, with the specification's defaults and spelling. OCPP 1.6 §7.43.

Values are kept as they were sent and put right when they are read: the way in has no time for it,
and a value that nobody understands today is still whole tomorrow. What the specification does not
know stays as it was sent.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from engine.storage.records import MeterValueRecord
from protocol.messages import (
    Location,
    Measurand,
    Phase,
    ReadingContext,
    UnitOfMeasure,
    ValueFormat,
)


class _Sampled(msgspec.Struct, frozen=True, gc=False):
    """A sampled value as it was sent: any text where the specification has a list of words."""

    value: str | int | float
    context: str | None = None
    format: str | None = None
    measurand: str | None = None
    phase: str | None = None
    location: str | None = None
    unit: str | None = None


class _Kind(NamedTuple):
    """What was measured, where and how, the defaults filled in."""

    measurand: str
    phase: str | None
    context: str
    location: str
    unit: str | None
    format: str


def _words(vocabulary: type[StrEnum]) -> dict[str, str]:
    return {word.value.casefold(): word.value for word in vocabulary}


_MEASURANDS = _words(Measurand)
_PHASES = _words(Phase)
_CONTEXTS = _words(ReadingContext)
_LOCATIONS = _words(Location)
_FORMATS = _words(ValueFormat)
_UNITS = _words(UnitOfMeasure) | {
    # The first edition's spelling, and symbols that can mean nothing else.
    "celcius": "Celsius",
    "c": "Celsius",
    "°c": "Celsius",
    "f": "Fahrenheit",
    "°f": "Fahrenheit",
    "%": "Percent",
    "hz": "Hertz",
}

_THOUSANDS = {"kWh": "Wh", "kvarh": "varh", "kW": "W", "kVA": "VA", "kvar": "var"}
_BASES = frozenset({*_THOUSANDS.values(), "A", "V", "Celsius", "Percent", "Hertz"})
# Without a unit only energy has one by the specification. These it defines by the measurand, or
# leaves no other choice that anybody uses.
_UNIT_OF = {
    "Current": "A",
    "Frequency": "Hertz",
    "Power.Active": "W",
    "Power.Offered": "W",
    "Power.Reactive": "var",
    "SoC": "Percent",
    "Temperature": "Celsius",
    "Voltage": "V",
}

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_LONGEST = 40

_DEFAULTS = frozenset({"energy.active.import.register", "sample.periodic"})
_PLAIN = re.compile(r"[\w.+-]+", re.ASCII)
_decode = msgspec.json.Decoder(tuple[_Sampled, ...]).decode


def measurand_of(text: str) -> str:
    """A measurand as the specification spells it."""
    return _MEASURANDS.get(text.casefold(), text)


def phase_of(text: str) -> str:
    """A phase as the specification spells it."""
    return _PHASES.get(text.casefold(), text)


def context_of(text: str) -> str:
    """A context as the specification spells it."""
    return _CONTEXTS.get(text.casefold(), text)


def mention(field: str, word: str) -> str | None:
    """
    What stands in the text of a row that has that word for a field, in any letter case.

    Null where nothing surely does: for a default, and for what JSON may write in several ways.
    """
    if word.casefold() in _DEFAULTS or not _PLAIN.fullmatch(word):
        return None
    return f'"{field}":"{word}"'


def values_of(row: Any) -> Iterator[MeterValueRecord]:
    """The values of a row in the order in which they were sent; `sampled` is the text of JSON."""
    for sampled in _decode(row.sampled):
        kind = _kind(
            sampled.measurand,
            sampled.phase,
            sampled.context,
            sampled.location,
            sampled.unit,
            sampled.format,
        )
        yield _record(row, row.measured_at, str(sampled.value), kind)


def _record(row: Any, measured_at: datetime, value: str, kind: _Kind) -> MeterValueRecord:
    number = decimal_of(value) if kind.format == "Raw" else None
    base, base_unit = (None, None) if number is None else _in_base_unit(number, kind)
    return MeterValueRecord(
        charge_point_id=row.charge_point_id,
        connector_id=row.connector_id,
        transaction_id=row.transaction_id or None,
        measured_at=measured_at,
        measurand=kind.measurand,
        phase=kind.phase,
        context=kind.context,
        location=kind.location,
        unit=kind.unit,
        format=kind.format,
        value=value,
        number=None if number is None else as_number(number),
        base_number=None if base is None else as_number(base),
        base_unit=base_unit,
    )


@lru_cache(maxsize=4096)
def _kind(
    measurand: str | None,
    phase: str | None,
    context: str | None,
    location: str | None,
    unit: str | None,
    format_: str | None,
) -> _Kind:
    # OCPP 1.6 §7.43 has these defaults.
    measurand = measurand_of(measurand or "Energy.Active.Import.Register")
    if not unit:
        # "Default = “Wh” if the (default) measurand is an “Energy” type."
        unit = "Wh" if measurand.startswith("Energy") else None
    else:
        unit = _UNITS.get(unit.strip().casefold(), unit)
    return _Kind(
        measurand,
        phase_of(phase) if phase else None,
        context_of(context or "Sample.Periodic"),
        _LOCATIONS.get((location or "Outlet").casefold(), location or "Outlet"),
        unit,
        _FORMATS.get((format_ or "Raw").casefold(), format_ or "Raw"),
    )


def decimal_of(text: str) -> Decimal | None:
    """The decimal number that a text is; null when it is none that anything measures."""
    text = text.strip()
    return Decimal(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def as_number(number: Decimal) -> float:
    """A number for JSON: whole where it is whole, and no digit more than there were."""
    whole = number.to_integral_value()
    return int(whole) if whole == number else float(number)


def _in_base_unit(number: Decimal, kind: _Kind) -> tuple[Decimal | None, str | None]:
    """The number in Wh, varh, W, VA, var, A, V, Celsius, Percent or Hertz; exact."""
    unit = kind.unit or _usual_unit(kind.measurand)
    if unit in _BASES:
        return number, unit
    if unit in _THOUSANDS:
        return number * 1000, _THOUSANDS[unit]
    if unit == "K":
        return number - Decimal("273.15"), "Celsius"
    if unit == "Fahrenheit":
        return (number - 32) * 5 / 9, "Celsius"
    return None, None


@lru_cache(maxsize=256)
def _usual_unit(measurand: str) -> str | None:
    units = (unit for begin, unit in _UNIT_OF.items() if measurand.startswith(begin))
    return next(units, None)
