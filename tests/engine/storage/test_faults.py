"""Faulted reports are counted by connector and charge point, for an hour or a day."""

from engine.storage import Store
from engine.storage.faults import KEPT
from tests.engine.storage.builders import minutes


async def report(store: Store, who: str, connector: int, minute: float, said: float = -1) -> None:
    reported_at = minutes(minute if said == -1 else said)
    await store.write(*store.faults.reported(who, connector, reported_at, minutes(minute)))


async def test_faults_are_counted_by_connector_and_charge_point(store: Store) -> None:
    for minute, (who, connector) in enumerate([("A", 1), ("A", 1), ("A", 2), ("A", 0), ("B", 1)]):
        await report(store, who, connector, minute)
    counts = [await store.faults.count("A", connector, minutes(0)) for connector in (1, 2, 0, None)]
    assert counts == [2, 1, 4, 4]


async def test_only_faults_since_then_count(store: Store) -> None:
    for minute in (0, 30, 61):
        await report(store, "A", 1, minute)
    assert await store.faults.count("A", 1, minutes(0)) == 3
    assert await store.faults.count("A", 1, minutes(1)) == 2
    assert await store.faults.count("A", 1, minutes(62)) == 0


async def test_a_report_that_is_sent_again_counts_once(store: Store) -> None:
    await report(store, "A", 1, 1)
    await report(store, "A", 1, 2, said=1)
    assert await store.faults.count("A", 1, minutes(0)) == 1


async def test_faults_of_long_ago_are_forgotten_with_the_next(store: Store) -> None:
    await report(store, "A", 1, 0)
    await report(store, "B", 1, 0)
    await report(store, "A", 2, KEPT.total_seconds() / 60 + 1)
    assert await store.faults.count("A", None, minutes(-1)) == 1
    assert await store.faults.count("B", None, minutes(-1)) == 1
