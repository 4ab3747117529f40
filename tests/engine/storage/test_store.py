import asyncio
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import Conflict, StoreUnavailable
from engine.policy.facts import Transaction
from engine.storage import RowRefused, Store
from protocol.messages import SampledValue
from tests.engine.storage.builders import NOON, a_decision, a_meter_value, a_transaction

ROOT = Path(__file__).parents[3]


async def test_a_call_is_kept_whole_or_not_at_all(store: Store) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    decision = a_decision()
    with pytest.raises(Conflict):
        await store.write(
            store.decisions.made(decision),
            store.transactions.started(a_transaction(2)),
            store.messages.logged("A", "sent", NOON, "[3,…"),
        )
    assert await store.decisions.get(decision.id) is None
    assert (await store.messages.list()).items == ()


POISON = [
    a_transaction(2, meter_start=2**63),
    a_transaction(2, started_at=datetime(2026, 1, 31, 12)),  # noqa: DTZ001 - that is the point
    a_transaction(2, charge_point_id=None),
    a_transaction(2, meter_start=(1, 2)),
]


@pytest.mark.parametrize("poison", POISON, ids=["too great", "no zone", "null", "a list"])
async def test_a_value_that_cannot_be_held_fails_only_its_own_call(
    store: Store, store_url: str, poison: object
) -> None:
    good = [store.write(store.messages.logged("A", "sent", NOON, str(i))) for i in range(3)]
    bad = store.write(store.transactions.started(poison))  # type: ignore[arg-type]
    good.append(store.write(store.transactions.started(a_transaction(3))))
    with pytest.raises(RowRefused, match="the store refuses a row"):
        await bad
    for future in good:
        await future
    assert len((await store.messages.list()).items) == 3
    assert (await store.transactions.list()).items == (a_transaction(3),)


async def test_closing_keeps_what_was_written_and_takes_no_more(store_url: str) -> None:
    store = await Store.open(store_url)
    store.write(store.transactions.started(a_transaction(1)))
    await store.close()
    with pytest.raises(StoreUnavailable, match="the store is closed"):
        await store.write(store.transactions.started(a_transaction(2)))
    again = await Store.open(store_url)
    assert await again.transactions.get(1) == a_transaction(1)
    await again.close()


async def test_flush_waits_for_all_that_was_written(store: Store) -> None:
    future = store.write(store.transactions.started(a_transaction(1)))
    await store.flush()
    assert future.done()


async def test_a_thousand_calls_of_all_kinds_are_all_there(store: Store) -> None:
    values = [a_meter_value(SampledValue(value="1"), SampledValue(value="2"))]
    futures = [
        store.write(
            store.transactions.started(a_transaction(i, meter_start=i)),
            *store.meter_values.recorded("ESP32_Charger", 1, i, values),
            store.charge_points.seen(f"CP{i % 7}", NOON),
            store.messages.logged("A", "sent", NOON, str(i)),
        )
        for i in range(1, 1001)
    ]
    for future in futures:
        await future
    page = await store.transactions.list(limit=2000)
    assert {transaction.transaction_id for transaction in page.items} == set(range(1, 1001))
    assert len((await store.meter_values.list(500)).items) == 2
    assert len((await store.charge_points.list()).items) == 7
    assert len((await store.messages.list(limit=2000)).items) == 1000


def test_what_was_acknowledged_is_there_after_kill_9(store_url: str) -> None:
    acknowledged: list[tuple[str, int]] = []
    for moment in random.sample(range(1, 2000), 4):
        acknowledged += _acknowledged_until_killed(store_url, moment)
    starts = [id_ for event, id_ in acknowledged if event == "start"]
    stops = [id_ for event, id_ in acknowledged if event == "stop"]
    kept = asyncio.run(_transactions(store_url))
    assert len(set(starts)) == len(starts) > 0
    assert set(starts) <= kept.keys()
    assert [kept[id_].meter_stop for id_ in stops] == stops


def _acknowledged_until_killed(url: str, moment: int) -> list[tuple[str, int]]:
    command = [sys.executable, "-m", "tests.engine.storage.writing", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        lines = [writing.stdout.readline() for _ in range(moment)]
        writing.kill()
        # What it still said was acknowledged too, but for a line cut short.
        lines += writing.stdout.readlines()
    assert writing.returncode == -9
    events = [line.split() for line in lines if line.endswith("\n")]
    return [(event, int(transaction_id)) for event, transaction_id in events]


async def _transactions(url: str) -> dict[int, Transaction]:
    store = await Store.open(url)
    page = await store.transactions.list(limit=1_000_000)
    await store.close()
    return {transaction.transaction_id: transaction for transaction in page.items}
