"""What is older than it is to be kept goes; nothing else does."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.storage import Keep, Pruned, Store, retention
from engine.storage.tables import exchanges, log_marks, meter_values
from protocol.messages import SampledValue
from tests.engine.storage.builders import NOON, a_decision, a_meter_value, a_transaction, minutes


def days(count: float) -> datetime:
    return NOON + timedelta(days=count)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAUSES", 0)


def a_value(store: Store, transaction_id: int | None, value: str) -> Any:
    values = [a_meter_value(SampledValue(value=value))]
    return store.meter_values.recorded("ESP32_Charger", 1, transaction_id, values, runs=True)


async def _column(store: Store, column: Any) -> list[Any]:
    statement = select(column).order_by(column.table.c.sequence)
    return list(await store._database.read(lambda c: c.execute(statement).scalars().all()))


async def _of_each_day(store: Store) -> list[str]:
    """One message and one decision on each of three days, marked as a server does."""
    marking, ids = store.retention(Keep()), []
    for day in range(3):
        decision = a_decision(days(day))
        ids.append(decision.id)
        said = store.messages.logged("A", "sent", days(day), f'[3,"1",{{"day":{day}}}]')
        await store.write(said, store.decisions.made(decision))
        await marking.prune(days(day))
    return ids


async def test_messages_and_decisions_go_when_their_days_are_over(store: Store) -> None:
    _, second, third = await _of_each_day(store)
    keep = Keep(messages_days=1.5, decisions_days=1.5)
    assert await store.retention(keep).prune(days(2.2)) == Pruned(messages=2, decisions=2)
    messages = [each.text for each in (await store.messages.list()).items]
    assert messages == ['[3,"1",{"day":2}]', '[3,"1",{"day":1}]']
    decisions = [each.id for each in (await store.decisions.list()).items]
    assert decisions == [third, second]


async def test_nothing_goes_where_nothing_was_said(store: Store) -> None:
    await _of_each_day(store)
    assert await store.retention(Keep()).prune(days(9999)) == Pruned()
    assert len(await _column(store, exchanges.c.sequence)) == 6


async def an_answered_call(store: Store) -> str:
    """A Call, its answer and the decision behind it, in one row as they are recorded."""
    decision = a_decision()
    made = store.decisions.made(decision)
    row = list(made.row)
    names = list(made.statement.parameters)
    row[names.index("received")] = '[2,"1","Authorize",{"idTag":"x"}]'
    row[names.index("sent")] = '[3,"1",{"idTagInfo":{"status":"Accepted"}}]'
    row[names.index("response")] = None
    await store.write(type(made)(made.statement, tuple(row)))
    await store.write(store.messages.logged("A", "sent", NOON, "newest"))
    await store.retention(Keep()).prune(NOON)
    return decision.id


async def test_a_decision_outlives_its_messages_and_keeps_the_answer(store: Store) -> None:
    decision_id = await an_answered_call(store)
    pruned = await store.retention(Keep(messages_days=1, decisions_days=30)).prune(days(2))
    assert pruned == Pruned(messages=1)
    decision = await store.decisions.get(decision_id)
    assert decision is not None
    assert decision.response == {"idTagInfo": {"status": "Accepted"}}
    assert [each.text for each in (await store.messages.list()).items] == ["newest"]


async def test_messages_outlive_their_decision(store: Store) -> None:
    decision_id = await an_answered_call(store)
    pruned = await store.retention(Keep(messages_days=30, decisions_days=1)).prune(days(2))
    assert pruned == Pruned(decisions=1)
    assert await store.decisions.get(decision_id) is None
    assert await _column(store, exchanges.c.facts) == [None, None]
    assert len((await store.messages.list()).items) == 3


async def test_what_was_emptied_goes_when_the_rest_is_over_too(store: Store) -> None:
    await an_answered_call(store)
    keep = Keep(messages_days=1, decisions_days=30)
    await store.retention(keep).prune(days(2))
    assert await store.retention(keep).prune(days(3)) == Pruned()
    assert (await store.retention(keep).prune(days(40))).decisions == 1
    # The last row of all stays, so that its number is not given again.
    assert await _column(store, exchanges.c.sent) == ["newest"]


async def test_meter_values_of_a_running_transaction_stay_until_it_has_ended(store: Store) -> None:
    starts = [a_transaction(number, meter_start=number) for number in (1, 2)]
    await store.write(*map(store.transactions.started, starts))
    for number in (1, 2, None):
        await store.write(*a_value(store, number, f"of {number}"))
    await store.write(store.transactions.stopped(1, stopped_at=minutes(1), meter_stop=5))
    await store.write(*a_value(store, None, "newest"))
    keep = store.retention(Keep(meter_values_days=1))
    await keep.prune(NOON)
    assert await keep.prune(days(2)) == Pruned(meter_values=2)
    left = [value for (value,) in await _column(store, meter_values.c.sampled)]
    assert [value["value"] for value in left] == ["of 2", "newest"]
    await store.write(store.transactions.stopped(2, stopped_at=minutes(1), meter_stop=5))
    assert await keep.prune(days(2.1)) == Pruned(meter_values=1)
    assert [each.transaction_id for each in (await store.transactions.list()).items] == [2, 1]


async def test_a_large_log_goes_in_small_batches(store: Store) -> None:
    said = [store.messages.logged("A", "sent", NOON, str(number)) for number in range(3000)]
    await asyncio.gather(*[store.write(each) for each in said])
    keep = store.retention(Keep(messages_days=1, decisions_days=1))
    await keep.prune(NOON)
    assert await keep.prune(days(2)) == Pruned(messages=2999, decisions=2999)
    assert keep._rows <= retention.MOST_ROWS


async def test_time_is_that_of_the_server_and_not_of_a_charge_point(store: Store) -> None:
    old = a_meter_value(SampledValue(value="1"), time=datetime.fromisoformat("1970-01-01T00:00Z"))
    for _ in range(2):
        await store.write(*store.meter_values.recorded("A", 1, None, [old]))
    keep = store.retention(Keep(meter_values_days=30))
    assert await keep.prune(NOON) == Pruned()
    assert await keep.prune(days(1)) == Pruned()


async def test_marks_that_say_nothing_more_are_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MARKED_DAYS", 2)
    for day in range(10):
        await store.retention(Keep()).prune(days(day))
    count = select(func.count()).select_from(log_marks)
    assert await store._database.read(lambda c: c.execute(count).scalar_one()) == 2 * 3


async def test_a_file_gives_back_what_it_does_not_need(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    said = [store.messages.logged("A", "sent", NOON, "x" * 5000) for _ in range(500)]
    await asyncio.gather(*[store.write(each) for each in said])
    pages = lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one()  # noqa: E731
    before = await store._database.read(pages)
    keep = store.retention(Keep(messages_days=1, decisions_days=1))
    await keep.prune(NOON)
    await keep.prune(days(2))
    assert await store._database.read(pages) < before / 2
    await store.close()


async def test_pruning_that_fails_is_told_and_goes_on_the_next_hour(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FIRST_SECONDS", 0)
    monkeypatch.setattr(retention, "INTERVAL_SECONDS", 0)
    told: asyncio.Queue[Pruned] = asyncio.Queue()
    keep, failures = store.retention(Keep()), iter([True, False])
    prune = keep.prune

    async def once_failing(now: datetime | None = None) -> Pruned:
        if next(failures, False):
            raise ZeroDivisionError
        return await prune(now)

    monkeypatch.setattr(keep, "prune", once_failing)
    running = asyncio.create_task(keep.run(told.put_nowait))
    assert await told.get() == Pruned()
    running.cancel()
