"""Core profile: meter values and what they are made of."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from protocol.types import Integer, Message, Timestamp


class Location(StrEnum):
    """Where a value was measured; Outlet when not given. OCPP 1.6 §7.30."""

    Body = "Body"
    Cable = "Cable"
    EV = "EV"
    Inlet = "Inlet"
    Outlet = "Outlet"


class Measurand(StrEnum):
    """What was measured; Energy.Active.Import.Register when not given. OCPP 1.6 §7.31."""

    CurrentExport = "Current.Export"
    CurrentImport = "Current.Import"
    CurrentOffered = "Current.Offered"
    EnergyActiveExportRegister = "Energy.Active.Export.Register"
    EnergyActiveImportRegister = "Energy.Active.Import.Register"
    EnergyReactiveExportRegister = "Energy.Reactive.Export.Register"
    EnergyReactiveImportRegister = "Energy.Reactive.Import.Register"
    EnergyActiveExportInterval = "Energy.Active.Export.Interval"
    EnergyActiveImportInterval = "Energy.Active.Import.Interval"
    EnergyReactiveExportInterval = "Energy.Reactive.Export.Interval"
    EnergyReactiveImportInterval = "Energy.Reactive.Import.Interval"
    Frequency = "Frequency"
    PowerActiveExport = "Power.Active.Export"
    PowerActiveImport = "Power.Active.Import"
    PowerFactor = "Power.Factor"
    PowerOffered = "Power.Offered"
    PowerReactiveExport = "Power.Reactive.Export"
    PowerReactiveImport = "Power.Reactive.Import"
    RPM = "RPM"
    SoC = "SoC"
    Temperature = "Temperature"
    Voltage = "Voltage"


class Phase(StrEnum):
    """Between which conductors a value was measured; all when not given. OCPP 1.6 §7.34."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    N = "N"
    L1_N = "L1-N"
    L2_N = "L2-N"
    L3_N = "L3-N"
    L1_L2 = "L1-L2"
    L2_L3 = "L2-L3"
    L3_L1 = "L3-L1"


class ReadingContext(StrEnum):
    """Why a value was sampled; Sample.Periodic when not given. OCPP 1.6 §7.35."""

    InterruptionBegin = "Interruption.Begin"
    InterruptionEnd = "Interruption.End"
    Other = "Other"
    SampleClock = "Sample.Clock"
    SamplePeriodic = "Sample.Periodic"
    TransactionBegin = "Transaction.Begin"
    TransactionEnd = "Transaction.End"
    Trigger = "Trigger"


class UnitOfMeasure(StrEnum):
    """
    The unit of a value; Wh for energy when not given. OCPP 1.6 §7.45.

    `Celcius` is the first edition's spelling, which charge points still send.
    """

    Wh = "Wh"
    kWh = "kWh"  # noqa: N815 - the symbol of the unit
    varh = "varh"
    kvarh = "kvarh"
    W = "W"
    kW = "kW"  # noqa: N815 - the symbol of the unit
    VA = "VA"
    kVA = "kVA"  # noqa: N815 - the symbol of the unit
    var = "var"
    kvar = "kvar"
    A = "A"
    V = "V"
    Celsius = "Celsius"
    Celcius = "Celcius"
    Fahrenheit = "Fahrenheit"
    K = "K"
    Percent = "Percent"
    Hertz = "Hertz"


class ValueFormat(StrEnum):
    """How a value is written; Raw, a decimal number, when not given. OCPP 1.6 §7.49."""

    Raw = "Raw"
    SignedData = "SignedData"


class SampledValue(Message):
    """
    One measured value. OCPP 1.6 §7.43.

    `value` is text: a decimal number, or signed data of any length.
    """

    value: str
    context: ReadingContext | None = None
    format: ValueFormat | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    unit: UnitOfMeasure | None = None


class MeterValue(Message):
    """The values sampled at one moment. OCPP 1.6 §7.33."""

    timestamp: Timestamp
    sampled_value: Annotated[tuple[SampledValue, ...], Meta(min_length=1)]


class MeterValuesReq(Message):
    """
    Meter values of a connector, within or outside a transaction.

    OCPP 1.6 §4.7, §6.31. Charge point → central system. Connector 0 is the main meter.
    """

    connector_id: Integer
    transaction_id: Integer | None = None
    meter_value: Annotated[tuple[MeterValue, ...], Meta(min_length=1)]


class MeterValuesConf(Message):
    """The meter values have arrived. OCPP 1.6 §6.32."""
