"""What a transaction and its meter values say together."""

from typing import Any

from engine.policy.facts import Transaction
from engine.storage import Metered, Store
from protocol.messages import (
    Location,
    Measurand,
    MeterValue,
    Phase,
    ReadingContext,
    SampledValue,
    UnitOfMeasure,
)
from tests.engine.storage.builders import a_meter_value, a_transaction, minutes


async def metered(store: Store, *meter_values: MeterValue, **changes: Any) -> Metered:
    """What is said of a transaction that began at 100 Wh, with these values."""
    transaction = a_transaction(1, **changes)
    await store.write(store.transactions.started(a_transaction(1)))
    await store.write(*store.meter_values.recorded("ESP32_Charger", 1, 1, meter_values))
    return await store.meter_values.metered(transaction)


def power(value: str, **changes: Any) -> SampledValue:
    return SampledValue(value=value, measurand=Measurand.PowerActiveImport, **changes)


def soc(value: str) -> SampledValue:
    return SampledValue(value=value, measurand=Measurand.SoC, unit=UnitOfMeasure.Percent)


async def test_nothing_is_said_before_the_first_value(store: Store) -> None:
    assert await metered(store) == Metered()


async def test_energy_of_a_running_transaction_is_that_of_its_last_register(store: Store) -> None:
    first = [SampledValue(value="0.4", unit=UnitOfMeasure.kWh), power("7000"), soc("20")]
    last = [SampledValue(value="4.3001", unit=UnitOfMeasure.kWh), power("3.5", unit="kW")]
    values = [a_meter_value(*first, time=minutes(1)), a_meter_value(*last, time=minutes(2))]
    more = a_meter_value(soc("31.5"), time=minutes(3))
    assert await metered(store, more, *values) == Metered(
        energy=4200.1,
        power=3500,
        soc_first=20,
        soc_last=31.5,
        last_measured_at=minutes(3),
    )


async def test_energy_of_a_stopped_transaction_is_that_of_its_meter_readings(store: Store) -> None:
    values = a_meter_value(SampledValue(value="9999"))
    said = await metered(store, values, meter_stop=4200, stopped_at=minutes(9))
    assert said.energy == 4100


async def test_phases_are_added_up_where_there_is_no_value_of_all(store: Store) -> None:
    phases = [power("0.1", phase=phase, unit="kW") for phase in (Phase.L1, Phase.L2, Phase.L3)]
    neutral = power("5", phase=Phase.N)
    assert (await metered(store, a_meter_value(*phases, neutral))).power == 300


async def test_the_value_of_all_phases_counts_where_there_is_one(store: Store) -> None:
    sampled = [power("100", phase=Phase.L1), power("350"), power("100", phase=Phase.L2)]
    assert (await metered(store, a_meter_value(*sampled))).power == 350


async def test_the_outlet_counts_where_several_places_were_measured(store: Store) -> None:
    sampled = [power("370", location=Location.Inlet), power("350", location=Location.Outlet)]
    assert (await metered(store, a_meter_value(*sampled))).power == 350


async def test_signed_values_and_text_are_not_taken_for_energy(store: Store) -> None:
    good = a_meter_value(SampledValue(value="150"), time=minutes(1))
    bad = a_meter_value(SampledValue(value="no idea"), time=minutes(2))
    assert (await metered(store, good, bad)).energy == 50


async def test_what_was_measured_once_is_found_in_a_long_transaction(store: Store) -> None:
    begin = [soc("20"), power("7000", context=ReadingContext.TransactionBegin)]
    many = [a_meter_value(SampledValue(value=str(i)), time=minutes(i)) for i in range(1, 500)]
    assert await metered(store, a_meter_value(*begin), *many) == Metered(
        energy=399,
        power=7000,
        soc_first=20,
        soc_last=20,
        last_measured_at=minutes(499),
    )


async def test_only_a_running_transaction_needs_a_register(store: Store) -> None:
    transaction: Transaction = a_transaction(1, meter_stop=100, stopped_at=minutes(1))
    assert await store.meter_values.metered(transaction) == Metered(energy=0)
