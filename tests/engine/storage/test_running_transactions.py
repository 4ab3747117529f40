"""What runs is counted in memory as it is on disk, or is about to be."""

from pathlib import Path

import pytest

from engine.errors import Conflict, StoreUnavailable
from engine.policy.facts import Transaction
from engine.storage import Counted, RunningTransactions, Store
from tests.engine.storage.builders import a_transaction, an_unmatched_stop, minutes

FIRST = a_transaction(1, charge_point_id="CP1", id_tag="Tag", parent_id_tag="Family")
SECOND = a_transaction(2, charge_point_id="CP2", id_tag="TAG", parent_id_tag="family")


async def loaded(store: Store) -> RunningTransactions:
    assert store.running is not None
    await store.running.load()
    return store.running


def counts(running: RunningTransactions, charge_point_id: str = "CP1") -> tuple[int, int, int]:
    found = running.count(charge_point_id, "tag", "FAMILY", None)
    return found.of_id_tag, found.of_parent_id_tag, found.of_charge_point


async def write(store: Store, *transactions: Transaction) -> None:
    await store.write(*map(store.transactions.started, transactions))


async def test_what_is_on_disk_is_counted(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    await write(
        store, FIRST, SECOND, a_transaction(3, charge_point_id="CP1", id_tag_status="Blocked")
    )
    running = await loaded(store)
    assert counts(running) == (2, 2, 1)
    assert running.count("CP3", None, None, None) == Counted(0, 0, 0)
    await store.close()


async def test_what_is_written_is_counted_by_then(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    await write(store, FIRST, SECOND)
    assert counts(running) == (2, 2, 1)
    stop = store.transactions.stopped(1, stopped_at=minutes(9), meter_stop=200)
    await store.write(stop, store.active_transactions.superseded(2, minutes(9)))
    assert counts(running) == (0, 0, 0)
    await store.close()


async def test_a_start_is_counted_from_its_decision(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    running.begun(FIRST)
    running.begun(a_transaction(9, charge_point_id="CP1", id_tag_status="Blocked"))
    assert counts(running) == (1, 1, 1)
    await write(store, FIRST)
    running.ended(1)
    assert counts(running) == (1, 1, 1)
    running.begun(SECOND)
    running.ended(2)
    assert counts(running) == (1, 1, 1)
    await store.close()


async def test_a_start_that_its_stop_came_before_is_counted_no_longer(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    running.begun(FIRST)
    stop = store.transactions.stopped(1, stopped_at=minutes(9), meter_stop=200)
    await store.write(store.transactions.started(FIRST), stop)
    running.ended(1)
    assert counts(running) == (0, 0, 0)
    await store.close()


async def test_a_start_does_not_count_itself(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    await write(store, FIRST)
    running = await loaded(store)
    same = ("CP1", FIRST.connector_id, "tag", FIRST.started_at, FIRST.meter_start)
    assert running.count("CP1", "tag", "family", same) == Counted(0, 0, 0)
    await store.close()


async def test_a_start_that_is_refused_by_the_database_is_not_counted(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    await write(store, FIRST)
    with pytest.raises(Conflict):
        await write(store, a_transaction(5, charge_point_id="CP1", id_tag="TAG"))
    assert counts(running) == (1, 1, 1)
    await store.close()


async def test_when_nobody_knows_what_is_on_disk_it_is_read_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    running.begun(SECOND)
    (tmp_path / "voltrule.db").rename(tmp_path / "away.db")
    with pytest.raises(StoreUnavailable):
        await write(store, FIRST)
    (tmp_path / "away.db").rename(tmp_path / "voltrule.db")
    assert not running.loaded
    await write(store, FIRST)
    await running.load()
    assert counts(running) == (2, 2, 1)
    await store.close()


async def test_what_an_operator_or_time_ends_is_not_counted(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url)
    running = await loaded(store)
    stop = an_unmatched_stop(charge_point_id="CP1", stopped_at=minutes(9), meter_stop=200)
    await store.write(store.transactions.started(FIRST), store.unmatched_stops.recorded(stop))
    await store.unmatched_stops.match(stop.id, 1, minutes(10))
    assert counts(running) == (0, 0, 0)
    await store.close()


async def test_other_nodes_write_to_postgresql_so_nothing_is_in_memory(
    clean_postgresql_url: str,
) -> None:
    store = await Store.open(clean_postgresql_url)
    assert store.running is None
    await store.close()
