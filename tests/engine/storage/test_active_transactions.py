"""Which transactions run, whom they count for, and which of them are abandoned."""

import pytest
from msgspec.structs import replace

from engine.policy.facts import Transaction
from engine.storage import Store, is_superseded
from protocol.messages import ChargePointStatus
from tests.engine.storage.builders import a_connector, a_transaction, minutes


async def start(store: Store, transaction_id: int, **changes: object) -> Transaction:
    values = {"started_at": minutes(transaction_id), **changes}
    transaction = a_transaction(transaction_id, **values)
    await begin(store, transaction)
    return transaction


async def begin(store: Store, transaction: Transaction) -> None:
    active = store.active_transactions
    running = await active.running_on(transaction.charge_point_id, transaction.connector_id)
    over = [each.transaction_id for each in running if is_superseded(each, transaction)]
    await store.write(
        store.transactions.started(transaction),
        *(active.superseded(transaction_id, minutes(100)) for transaction_id in over),
    )


async def stop(store: Store, transaction_id: int) -> None:
    await store.write(
        store.transactions.stopped(transaction_id, stopped_at=minutes(99), meter_stop=5000)
    )


async def ids(store: Store, who: str, tag: str | None = None, group: str | None = None) -> set[int]:
    found = await store.active_transactions.of(who, tag, group)
    return {each.transaction_id for each in found}


async def abandoned(store: Store) -> dict[int, str | None]:
    page = await store.transactions.list()
    return {t.transaction_id: t.abandoned_reason for t in page.items if t.abandoned_at is not None}


async def test_active_are_those_of_the_charge_point_of_the_tag_and_of_its_group(
    store: Store,
) -> None:
    await start(store, 1, charge_point_id="A", id_tag="x")
    await start(store, 2, charge_point_id="B", id_tag="TAG ", parent_id_tag="Family")
    await start(store, 3, charge_point_id="C", id_tag="y", parent_id_tag="FAMILY")
    await start(store, 4, charge_point_id="D", id_tag="z")
    assert await ids(store, "A", "tag", "family") == {1, 2, 3}
    assert await ids(store, "D") == {4}
    assert await ids(store, "E", "TAG") == {2}


async def test_refused_stopped_and_abandoned_ones_are_not_active(store: Store) -> None:
    await start(store, 1, id_tag_status="Blocked", connector_id=1)
    await start(store, 2, connector_id=2)
    await start(store, 3, connector_id=3)
    await start(store, 4, connector_id=3)
    await stop(store, 2)
    assert await ids(store, "ESP32_Charger", "RandomToken") == {4}


async def test_a_start_says_that_what_ran_on_its_connector_is_over(store: Store) -> None:
    await start(store, 1)
    await start(store, 2, connector_id=2)
    await start(store, 3, charge_point_id="other")
    await start(store, 4)
    assert await abandoned(store) == {1: "NewTransaction"}
    await stop(store, 1)
    first = await store.transactions.get(1)
    assert first is not None
    assert (first.stopped_at, first.meter_stop, first.abandoned_at) == (minutes(99), 5000, None)


PAIRS = [
    ({"started_at": minutes(10)}, {"started_at": minutes(20)}, True),
    ({"started_at": minutes(10)}, {"started_at": minutes(10)}, True),
    # It was queued offline, and comes after a newer one.
    ({"started_at": minutes(20), "meter_start": 9}, {"started_at": minutes(10)}, True),
    ({"started_at": minutes(20), "meter_start": 500}, {"started_at": minutes(10)}, False),
    ({}, {"connector_id": 2}, False),
    ({"stopped_at": minutes(5)}, {}, False),
    ({"abandoned_at": minutes(5)}, {}, False),
]


@pytest.mark.parametrize(("old", "new", "expected"), PAIRS)
async def test_a_start_supersedes_what_is_older_by_its_time_or_its_meter(
    store: Store, old: dict[str, object], new: dict[str, object], expected: bool
) -> None:
    first, second = a_transaction(1, **old), a_transaction(2, **{"meter_start": 200} | new)
    assert is_superseded(first, by=second) is expected
    await store.write(store.transactions.started(first))
    if first.stopped_at is None and first.abandoned_at is None:
        await begin(store, second)
        assert (1 in await abandoned(store)) is expected
        assert 2 not in await abandoned(store)


CONNECTORS = [
    ({}, True),
    ({"status": ChargePointStatus.Charging}, False),
    ({"updated_at": minutes(61)}, False),
    # It was free before the transaction began.
    ({"updated_at": minutes(0)}, False),
    ({"connector_id": 2}, False),
]


@pytest.mark.parametrize(("changes", "expected"), CONNECTORS)
async def test_what_runs_on_a_connector_that_is_free_for_long_is_abandoned(
    store: Store, changes: dict[str, object], expected: bool
) -> None:
    transaction = await start(store, 1, received_at=minutes(1))
    connector = a_connector(**{"updated_at": minutes(30)} | changes)
    await store.write(store.connectors.status("ESP32_Charger", connector))
    marked = await store.active_transactions.abandon(free_since=minutes(60), time=minutes(120))
    late = replace(transaction, abandoned_at=minutes(120), abandoned_reason="ConnectorAvailable")
    assert list(marked) == ([late] if expected else [])
    assert await store.transactions.get(1) == (late if expected else transaction)


async def test_what_has_only_just_come_is_not_abandoned_however_old_it_is(store: Store) -> None:
    await start(store, 1, received_at=minutes(90))
    connector = a_connector(updated_at=minutes(30))
    await store.write(store.connectors.status("ESP32_Charger", connector))
    assert await store.active_transactions.abandon(free_since=minutes(60), time=minutes(120)) == []


async def test_a_stop_may_be_for_any_that_has_none_yet(store: Store) -> None:
    await start(store, 1)
    await start(store, 2)
    await start(store, 3, connector_id=2)
    await start(store, 4, charge_point_id="other")
    await stop(store, 3)
    found = await store.active_transactions.without_stop("ESP32_Charger")
    assert [each.transaction_id for each in found] == [2, 1]


async def test_who_stopped_or_was_abandoned_meanwhile_is_not_superseded(store: Store) -> None:
    await start(store, 1)
    await start(store, 2, connector_id=2)
    await stop(store, 1)
    active = store.active_transactions
    await store.write(active.superseded(1, minutes(50)), active.superseded(2, minutes(50)))
    await store.write(active.superseded(2, minutes(70)))
    first, second = await store.transactions.get(1), await store.transactions.get(2)
    assert first is not None
    assert second is not None
    assert (first.abandoned_at, second.abandoned_at) == (None, minutes(50))


async def test_what_runs_on_a_connector_is_found_by_index(sqlite_url: str) -> None:
    from engine.storage.active_transactions import _RUNNING_ON

    store = await Store.open(sqlite_url)
    sql = store._database._sql.query(_RUNNING_ON).sql  # type: ignore[attr-defined]
    plan = await store._database.read(
        lambda connection: (
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("CP1", 1)).scalars(3).all()
        )
    )
    index = "ix_transactions_no_stop (charge_point_id=? AND abandoned_at=? AND connector_id=?)"
    assert plan == [f"SEARCH transactions USING INDEX {index}"]
    await store.close()


async def test_many_are_superseded_at_once_each_at_its_time(store: Store) -> None:
    starts = [a_transaction(number, meter_start=number) for number in range(1, 101)]
    await store.write(*map(store.transactions.started, starts))
    marked = range(1, 91)
    await store.write(*(store.active_transactions.superseded(i, minutes(i)) for i in marked))
    page = await store.transactions.list(limit=1000, abandoned=True)
    assert {t.transaction_id: t.abandoned_at for t in page.items} == {i: minutes(i) for i in marked}


async def test_what_is_superseded_is_found_by_its_id(sqlite_url: str) -> None:
    from engine.storage.active_transactions import _SUPERSEDED
    from engine.storage.sqlite import _of_rows

    store = await Store.open(sqlite_url)
    sql = _of_rows(store._database._sql._statement(_SUPERSEDED).sql, 2)  # type: ignore[attr-defined]
    given = ("2026-01-31T12:00:00.000000Z", 1) * 2
    plan = await store._database.read(
        lambda connection: (
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).scalars(3).all()
        )
    )
    assert plan[-1].startswith("SEARCH transactions USING INDEX sqlite_autoindex")
    await store.close()
