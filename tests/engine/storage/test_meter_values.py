from typing import Any

import pytest

from engine.storage import CursorInvalid, MeterValueFilter, MeterValueRecord, Store
from engine.storage.pages import encode_cursor
from protocol.messages import (
    Location,
    Measurand,
    MeterValue,
    Phase,
    ReadingContext,
    SampledValue,
    UnitOfMeasure,
    ValueFormat,
)
from tests.engine.storage.builders import NOON, a_meter_value, a_transaction, minutes


async def _recorded(store: Store, *meter_values: MeterValue) -> tuple[MeterValueRecord, ...]:
    await store.write(store.transactions.started(a_transaction(1)))
    await _record(store, *meter_values)
    return (await store.meter_values.list(1)).items


async def _record(store: Store, *meter_values: MeterValue, by: str = "ESP32_Charger") -> None:
    await store.write(*store.meter_values.recorded(by, 1, 1, meter_values))


async def test_what_was_left_out_gets_the_defaults_of_the_specification(store: Store) -> None:
    assert await _recorded(store, a_meter_value(SampledValue(value="4200.5"))) == (
        MeterValueRecord(
            charge_point_id="ESP32_Charger",
            connector_id=1,
            transaction_id=1,
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
        ),
    )


async def test_what_was_sent_is_kept(store: Store) -> None:
    sampled = SampledValue(
        value="230",
        context=ReadingContext.TransactionEnd,
        format=ValueFormat.Raw,
        measurand=Measurand.Voltage,
        phase=Phase.L1_N,
        location=Location.EV,
        unit=UnitOfMeasure.V,
    )
    (record,) = await _recorded(store, a_meter_value(sampled))
    kept = (record.measurand, record.phase, record.context, record.location, record.unit)
    assert kept == ("Voltage", "L1-N", "Transaction.End", "EV", "V")


async def test_repeated_meter_values_are_there_once(store: Store) -> None:
    values = a_meter_value(SampledValue(value="1"), SampledValue(value="2"))
    await _recorded(store, values)
    await _record(store, values)
    await _record(store, values, a_meter_value(SampledValue(value="1"), time=minutes(1)))
    records = (await store.meter_values.list(1)).items
    found = [(record.measured_at, record.value) for record in records]
    assert found == [(NOON, "1"), (NOON, "2"), (minutes(1), "1")]


async def test_a_value_that_is_repeated_between_two_pages_is_shown_once(store: Store) -> None:
    values = a_meter_value(*[SampledValue(value=str(value)) for value in range(5)])
    await _recorded(store, values)
    first = await store.meter_values.list(1, limit=3)
    await _record(store, values, values)
    second = await store.meter_values.list(1, limit=3, cursor=first.next)
    assert [v.value for v in (*first.items, *second.items)] == ["0", "1", "2", "3", "4"]
    assert second.next is None


async def test_values_are_those_of_the_transactions_own_charge_point(store: Store) -> None:
    await _recorded(store)
    await _record(store, a_meter_value(SampledValue(value="1")), by="other")
    assert (await store.meter_values.list(1)).items == ()


async def test_values_outside_a_transaction_are_kept_apart(store: Store) -> None:
    values = [a_meter_value(SampledValue(value="1"))]
    await store.write(*store.meter_values.recorded("ESP32_Charger", 0, None, values))
    await store.write(*store.meter_values.recorded("ESP32_Charger", 0, None, values))
    assert await _recorded(store) == ()


async def test_values_come_in_the_order_of_time_page_by_page(store: Store) -> None:
    values = [a_meter_value(SampledValue(value=str(i)), time=minutes(i % 5)) for i in range(10)]
    await _recorded(store, *values)
    first = await store.meter_values.list(1, limit=6)
    second = await store.meter_values.list(1, limit=6, cursor=first.next)
    times = [record.measured_at for record in (*first.items, *second.items)]
    assert times == [minutes(i // 2) for i in range(10)]
    assert second.next is None


SAMPLED = [
    SampledValue(value="1"),
    SampledValue(value="2", phase=Phase.L1),
    SampledValue(value="3", measurand=Measurand.SoC, context=ReadingContext.TransactionBegin),
    SampledValue(value="4", measurand=Measurand.PowerActiveImport, phase=Phase.L1),
]
FILTERS = [
    ({}, ["1", "2", "3", "4", "9"]),
    ({"measurand": "SoC"}, ["3"]),
    ({"measurand": "soc"}, ["3"]),
    ({"measurand": "Energy.Active.Import.Register"}, ["1", "2", "9"]),
    ({"measurand": "energy.active.import.register"}, ["1", "2", "9"]),
    ({"measurand": "Voltage"}, []),
    ({"measurand": '"%'}, []),
    ({"phase": "l1"}, ["2", "4"]),
    ({"phase": "L1", "measurand": "Power.Active.Import"}, ["4"]),
    ({"context": "Transaction.Begin"}, ["3"]),
    ({"since": minutes(1)}, ["9"]),
    ({"until": minutes(1)}, ["1", "2", "3", "4"]),
    ({"connector_id": 2}, []),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
async def test_values_are_listed_by_filter(
    store: Store, filters: dict[str, Any], expected: list[str]
) -> None:
    late = a_meter_value(SampledValue(value="9"), time=minutes(1))
    await _recorded(store, a_meter_value(*SAMPLED), late)
    wanted = MeterValueFilter(**filters)
    for page in (
        await store.meter_values.list(1, wanted),
        await store.meter_values.of_charge_point("ESP32_Charger", wanted),
    ):
        assert [record.value for record in page.items] == expected


@pytest.mark.parametrize("filters", [{"phase": "N"}, {"connector_id": 2}, {"context": "Trigger"}])
async def test_a_rare_value_is_found_after_pages_without_any(
    store: Store, filters: dict[str, Any]
) -> None:
    many = [a_meter_value(SampledValue(value="0"), time=minutes(i)) for i in range(3000)]
    rare = SampledValue(value="7", phase=Phase.N, context=ReadingContext.Trigger)
    await _recorded(store, *many)
    late = [a_meter_value(rare, time=minutes(3000))]
    await store.write(*store.meter_values.recorded("ESP32_Charger", 2, 1, late))
    wanted = MeterValueFilter(**filters)
    pages = [await store.meter_values.list(1, wanted, limit=1)]
    while pages[-1].next is not None:
        pages.append(await store.meter_values.list(1, wanted, limit=1, cursor=pages[-1].next))
    found = [record.value for page in pages for record in page.items]
    assert (found, len(pages)) == (["7"], 8)


async def test_many_values_of_one_time_are_all_shown_and_once(store: Store) -> None:
    """As of a charge point whose clock stands still."""
    values = [a_meter_value(SampledValue(value=str(i % 2500))) for i in range(4000)]
    await _recorded(store, *values)
    seen: list[str] = []
    cursor = None
    while cursor is not None or not seen:
        page = await store.meter_values.list(1, limit=500, cursor=cursor)
        seen += [record.value for record in page.items]
        cursor = page.next
    assert seen == [str(i) for i in range(2500)]


async def test_a_vendors_own_measurand_is_found(store: Store) -> None:
    odd: Any = "vendor.Größe"
    await _recorded(store, a_meter_value(SampledValue(value="5", measurand=odd)))
    page = await store.meter_values.list(1, MeterValueFilter(measurand="vendor.Größe"))
    assert [record.value for record in page.items] == ["5"]


async def test_a_charge_points_values_are_in_and_outside_of_transactions(store: Store) -> None:
    await _recorded(store, a_meter_value(SampledValue(value="2"), time=minutes(2)))
    recorded = store.meter_values.recorded
    for connector_id, transaction_id, value in ((0, None, "1"), (2, -1, "3"), (2, 99, "4")):
        time = minutes(int(value))
        values = [a_meter_value(SampledValue(value=value), time=time)]
        await store.write(*recorded("ESP32_Charger", connector_id, transaction_id, values))
        await store.write(*recorded("other", connector_id, transaction_id, values))
    page = await store.meter_values.of_charge_point("ESP32_Charger")
    assert [(v.connector_id, v.transaction_id, v.value) for v in page.items] == [
        (0, None, "1"),
        (1, 1, "2"),
        (2, -1, "3"),
        (2, 99, "4"),
    ]


async def test_values_are_found_whether_their_transaction_was_known_to_run_or_not(
    store: Store,
) -> None:
    recorded, started = store.meter_values.recorded, store.transactions.started
    for number in (1, 2):
        await store.write(started(a_transaction(number, connector_id=number)))
    for minute in range(4):
        values = [a_meter_value(SampledValue(value=str(minute)), time=minutes(minute))]
        for number in (1, 2):
            runs = minute in (1, 2)
            await store.write(*recorded("ESP32_Charger", number, number, values, runs=runs))
        if minute == 2:
            stop = store.transactions.stopped(1, stopped_at=minutes(3), meter_stop=3)
            await store.write(stop)
    records = (await store.meter_values.list(1)).items
    assert [(record.connector_id, record.value) for record in records] == [
        (1, "0"),
        (1, "1"),
        (1, "2"),
        (1, "3"),
    ]


async def test_the_values_of_a_stop_are_those_of_its_transaction(store: Store) -> None:
    await _recorded(store)
    values = [a_meter_value(SampledValue(value="9"))]
    await store.write(
        store.transactions.stopped(1, stopped_at=NOON, meter_stop=9),
        *store.meter_values.recorded("ESP32_Charger", 1, 1, values, runs=True),
    )
    assert [record.value for record in (await store.meter_values.list(1)).items] == ["9"]


async def test_values_are_found_in_a_long_log(store: Store) -> None:
    recorded = store.meter_values.recorded
    others = [a_meter_value(SampledValue(value="0"))]
    await store.write(*[w for _ in range(1500) for w in recorded("A", 1, 7, others, runs=True)])
    await _recorded(store)
    for value in range(3):
        own = [a_meter_value(SampledValue(value=str(value)), time=minutes(value))]
        await store.write(*recorded("ESP32_Charger", 1, 1, own, runs=True))
        await store.write(*[w for _ in range(1500) for w in recorded("A", 1, 7, others, runs=True)])
    assert [r.value for r in (await store.meter_values.list(1)).items] == ["0", "1", "2"]


async def test_text_that_no_database_holds_is_found_nowhere(store: Store) -> None:
    wanted = MeterValueFilter(measurand="\0", phase="\ud800")
    assert (await store.meter_values.of_charge_point("\0\ud800", wanted)).items == ()
    assert (await store.meter_values.list(1, wanted)).items == ()


@pytest.mark.parametrize("place", [("2026-01-31T12:00:00", 1, 1), (NOON, 2**64, 1), (NOON, 1)])
async def test_a_cursor_of_something_else_is_refused(store: Store, place: tuple[Any, ...]) -> None:
    with pytest.raises(CursorInvalid, match="is not one of this list"):
        await store.meter_values.list(1, cursor=encode_cursor(place))
