"""What sampled values say: the specification's defaults and spelling, and numbers in base units."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.storage import MeterValueRecord
from engine.storage.measured import values_of

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def the_value(**sampled: Any) -> MeterValueRecord:
    """What is read of one sampled value."""
    row = SimpleNamespace(
        charge_point_id="ESP32_Charger",
        connector_id=1,
        transaction_id=7,
        measured_at=NOON,
        sampled=json.dumps([{"value": "1"} | sampled]),
    )
    (value,) = values_of(row)
    return value


def test_what_was_left_out_gets_the_defaults_of_the_specification() -> None:
    assert the_value(value="4200.5") == MeterValueRecord(
        charge_point_id="ESP32_Charger",
        connector_id=1,
        transaction_id=7,
        measured_at=NOON,
        measurand="Energy.Active.Import.Register",
        phase=None,
        context="Sample.Periodic",
        location="Outlet",
        unit="Wh",
        format="Raw",
        value="4200.5",
        number=4200.5,
        base_number=4200.5,
        base_unit="Wh",
    )


UNITS = [
    # measurand, unit as sent, value; unit as read, number in the base unit, base unit
    (None, "kWh", "0.1", "kWh", 100, "Wh"),
    (None, "kWh", "1234567.891", "kWh", 1234567891, "Wh"),
    (None, "kWh", "0.3", "kWh", 300, "Wh"),
    (None, "kWh", "4.3505", "kWh", 4350.5, "Wh"),
    ("Energy.Reactive.Import.Register", "kvarh", "2", "kvarh", 2000, "varh"),
    ("Energy.Reactive.Import.Register", None, "2", "Wh", 2, "Wh"),
    ("Power.Active.Import", "kW", "7.36", "kW", 7360, "W"),
    ("Power.Active.Import", None, "7360", None, 7360, "W"),
    ("Power.Reactive.Import", "kvar", "1.5", "kvar", 1500, "var"),
    ("Power.Offered", "kVA", "22", "kVA", 22000, "VA"),
    ("Current.Import", "A", "16.0", "A", 16, "A"),
    ("Current.Offered", None, "16", None, 16, "A"),
    ("Voltage", "V", "230.4", "V", 230.4, "V"),
    ("Temperature", "Celcius", "21.5", "Celsius", 21.5, "Celsius"),
    ("Temperature", "K", "294.65", "K", 21.5, "Celsius"),
    ("Temperature", "Fahrenheit", "212", "Fahrenheit", 100, "Celsius"),
    ("Temperature", "Fahrenheit", "-40", "Fahrenheit", -40, "Celsius"),
    ("SoC", "Percent", "80", "Percent", 80, "Percent"),
    ("SoC", "%", "80", "Percent", 80, "Percent"),
    ("SoC", None, "80", None, 80, "Percent"),
    ("Frequency", None, "49.98", None, 49.98, "Hertz"),
    ("RPM", None, "1200", None, None, None),
    ("Power.Factor", None, "0.98", None, None, None),
    ("Power.Active.Import", "MW", "1", "MW", None, None),
    ("vendor.Leakage", "mA", "3", "mA", None, None),
]


@pytest.mark.parametrize(("measurand", "unit", "value", "read", "number", "base"), UNITS)
def test_units_have_one_spelling_and_numbers_a_base_unit(
    measurand: str | None, unit: str | None, value: str, read: str, number: float, base: str
) -> None:
    record = the_value(value=value, measurand=measurand, unit=unit)
    assert (record.unit, record.base_number, record.base_unit) == (read, number, base)
    assert (record.value, record.number) == (value, float(value))


def test_tenths_of_a_kilowatt_hour_do_not_drift() -> None:
    numbers = [the_value(value=f"{i / 10:.1f}", unit="kWh").base_number for i in range(100_000)]
    assert numbers == [i * 100 for i in range(100_000)]


CASES = [
    ("measurand", "energy.active.IMPORT.register", "Energy.Active.Import.Register"),
    ("measurand", "soc", "SoC"),
    ("measurand", "Energy.Vendor.Thing", "Energy.Vendor.Thing"),
    ("measurand", "", "Energy.Active.Import.Register"),
    ("phase", "l1-n", "L1-N"),
    ("phase", "L4", "L4"),
    ("phase", "", None),
    ("context", "sample.clock", "Sample.Clock"),
    ("context", "Sample.Odd", "Sample.Odd"),
    ("location", "ev", "EV"),
    ("location", "Roof", "Roof"),
    ("unit", "KWH", "kWh"),
    ("unit", "furlong", "furlong"),
    ("format", "signeddata", "SignedData"),
]


@pytest.mark.parametrize(("field", "sent", "read"), CASES)
def test_the_wrong_letter_case_is_put_right_and_the_unknown_stays(
    field: str, sent: str, read: str | None
) -> None:
    assert getattr(the_value(**{field: sent}), field) == read


@pytest.mark.parametrize(
    ("sent", "value", "number"),
    [
        (" 12.5 ", " 12.5 ", 12.5),
        ("-3", "-3", -3),
        ("+1.5e3", "+1.5e3", 1500),
        (".5", ".5", 0.5),
        (42, "42", 42),
        (0.1, "0.1", 0.1),
    ],
)
def test_a_number_is_read_as_it_was_meant(sent: Any, value: str, number: float) -> None:
    record = the_value(value=sent)
    assert (record.value, record.number) == (value, number)


@pytest.mark.parametrize(
    "value", ["", "nan", "Infinity", "1_000", "12,5", "0x10", "١٢", "1e999", "9" * 5000, "OCMF|{}"]
)
def test_what_is_no_decimal_number_is_kept_as_text_only(value: str) -> None:
    record = the_value(value=value)
    assert (record.value, record.number, record.base_number) == (value, None, None)


def test_signed_data_is_kept_whole_and_is_no_number_whatever_it_looks_like() -> None:
    record = the_value(value="1234", format="SignedData", unit="kWh")
    assert (record.value, record.number, record.base_number, record.base_unit) == (
        "1234",
        None,
        None,
        None,
    )
