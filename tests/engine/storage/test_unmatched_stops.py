from engine.storage import Store, new_id
from tests.engine.storage.builders import an_unmatched_stop, minutes


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
