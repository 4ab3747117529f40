"""Stops that ended no transaction at first are kept once, and matched once."""

import asyncio

import pytest
from msgspec.structs import replace

from engine.errors import Conflict, NotFound
from engine.policy.facts import Transaction
from engine.storage import Store, new_id
from tests.engine.storage.builders import a_transaction, an_unmatched_stop, minutes


async def test_an_unmatched_stop_is_kept(store: Store) -> None:
    stop = an_unmatched_stop()
    await store.write(store.unmatched_stops.recorded(stop))
    assert (await store.unmatched_stops.list()).items == (stop,)


async def test_an_unmatched_stop_sent_again_is_kept_once(store: Store) -> None:
    stop = an_unmatched_stop(transaction_id=None, reason=None)
    again = an_unmatched_stop(transaction_id=None, reason=None, received_at=minutes(99))
    await store.write(store.unmatched_stops.recorded(stop))
    await store.write(store.unmatched_stops.recorded(again))
    assert (await store.unmatched_stops.list()).items == (stop,)


async def test_unmatched_stops_are_listed_by_charge_point_the_last_first(store: Store) -> None:
    stops = [
        an_unmatched_stop(id=new_id(minutes(i)), meter_stop=i, charge_point_id=f"CP{i % 2}")
        for i in range(6)
    ]
    await store.write(*map(store.unmatched_stops.recorded, stops))
    first = await store.unmatched_stops.list(limit=2, charge_point_id="CP1")
    second = await store.unmatched_stops.list(limit=2, charge_point_id="CP1", cursor=first.next)
    assert [stop.meter_stop for stop in (*first.items, *second.items)] == [5, 3, 1]


async def started(store: Store, transaction_id: int = 7, **changes: object) -> Transaction:
    transaction = a_transaction(transaction_id, **changes)
    await store.write(store.transactions.started(transaction))
    return transaction


async def stored(store: Store, transaction_id: int = 7) -> Transaction:
    transaction = await store.transactions.get(transaction_id)
    assert transaction is not None
    return transaction


SECONDS = [
    ({}, 0),
    ({"reason": "Remote", "id_tag": None}, 0),
    ({"meter_stop": 4201}, 1),
    ({"stopped_at": minutes(31)}, 1),
]


@pytest.mark.parametrize(("changes", "count"), SECONDS)
async def test_another_stop_is_kept_only_if_it_says_otherwise(
    store: Store, changes: dict[str, object], count: int
) -> None:
    await started(store)
    end = store.transactions.stopped(7, stopped_at=minutes(30), meter_stop=4200)
    await store.write(end)
    another = an_unmatched_stop(transaction_id=7, cause="AlreadyStopped", **changes)
    for _ in range(2):
        await store.write(end, store.unmatched_stops.another(another, 7))
    kept = (await store.unmatched_stops.list()).items
    assert kept == (another,) * count


async def test_the_first_stop_is_no_other_one(store: Store) -> None:
    await started(store)
    stop = an_unmatched_stop(transaction_id=7)
    await store.write(
        store.transactions.stopped(7, stopped_at=stop.stopped_at, meter_stop=stop.meter_stop),
        store.unmatched_stops.another(stop, 7),
    )
    assert (await store.unmatched_stops.list()).items == ()


async def test_the_same_stop_is_known_again_and_says_what_it_ended(store: Store) -> None:
    stop = an_unmatched_stop(transaction_data=[{"timestamp": "x", "sampledValue": []}])
    again = an_unmatched_stop(received_at=minutes(99))
    assert await store.unmatched_stops.same(again) is None
    # Recorded and matched in one group, in any order.
    matched = store.unmatched_stops.matched(stop.id, 7, minutes(40), "automatic")
    await store.write(matched, store.unmatched_stops.recorded(stop))
    await store.write(store.unmatched_stops.matched(stop.id, 8, minutes(50), "operator"))
    assert await store.unmatched_stops.same(again) == replace(
        stop, matched_transaction_id=7, matched_at=minutes(40), matched_by="automatic"
    )
    assert await store.unmatched_stops.same(an_unmatched_stop(meter_stop=1)) is None


async def test_stops_without_a_transaction_are_found_by_time(store: Store) -> None:
    kinds: list[dict[str, object]] = [
        {"cause": "NoTransaction"},
        {"cause": "Ambiguous", "meter_stop": 1},
        {"cause": "NoTransaction", "meter_stop": 2, "stopped_at": minutes(10)},
        {"cause": "NoTransaction", "charge_point_id": "other"},
        {"cause": "NoTransaction", "meter_stop": 3, "matched_at": minutes(1)},
    ]
    stops = [an_unmatched_stop(**kind) for kind in kinds]
    await store.write(*map(store.unmatched_stops.recorded, stops))
    assert await store.unmatched_stops.since("ESP32_Charger", minutes(11)) == [stops[0]]


async def test_an_operators_match_ends_the_transaction(store: Store) -> None:
    transaction, stop = await started(store), an_unmatched_stop(reason=None)
    await store.write(store.unmatched_stops.recorded(stop))
    matched, ended = await store.unmatched_stops.match(stop.id, 7, minutes(50))
    assert matched == replace(
        stop, matched_transaction_id=7, matched_at=minutes(50), matched_by="operator"
    )
    assert ended == replace(
        transaction,
        stopped_at=minutes(30),
        meter_stop=4200,
        reason="Local",
        stop_id_tag="RandomToken",
        stop_received_at=minutes(31),
        reconciled="operator",
    )
    assert await stored(store) == ended


async def test_of_two_operators_one_is_refused(store: Store) -> None:
    await started(store)
    stops = [an_unmatched_stop(meter_stop=meter) for meter in (4200, 4300)]
    await store.write(*map(store.unmatched_stops.recorded, stops))
    match = store.unmatched_stops.match
    results = await asyncio.gather(
        *[match(stop.id, 7, minutes(50)) for stop in stops], return_exceptions=True
    )
    assert sorted(type(result) is Conflict for result in results) == [False, True]
    unmatched = (await store.unmatched_stops.list(matched=False)).items
    assert len(unmatched) == 1
    assert unmatched[0].meter_stop != (await stored(store)).meter_stop


async def test_a_match_that_fails_changes_nothing(store: Store) -> None:
    transaction = await started(store, charge_point_id="other")
    stop = an_unmatched_stop()
    await store.write(store.unmatched_stops.recorded(stop))
    with pytest.raises(Conflict, match="transaction 7 is one of charge point `other`"):
        await store.unmatched_stops.match(stop.id, 7, minutes(50))
    with pytest.raises(NotFound, match="There is no unmatched stop `x`"):
        await store.unmatched_stops.match("x", 7, minutes(50))
    assert await stored(store) == transaction
    assert (await store.unmatched_stops.list(matched=True)).items == ()
