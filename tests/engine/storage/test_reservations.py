"""Reservations are made once, end once, and stay in the list."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.policy.facts import Reservation
from engine.storage import ReservationRecord, Store
from tests.engine.storage.builders import NOON, minutes


def a_reservation(reservation_id: int = 7, **changes: object) -> Reservation:
    values: dict[str, object] = {
        "reservation_id": reservation_id,
        "connector_id": 1,
        "id_tag": "RandomToken",
        "parent_id_tag": "Family",
        "expiry_date": minutes(60),
    }
    return Reservation(**values | changes)  # type: ignore[arg-type]


async def made(
    store: Store, reservation: Reservation, who: str = "A", minute: float = 0
) -> ReservationRecord:
    record, write = store.reservations.made(who, reservation, minutes(minute))
    await store.write(write)
    return record


async def test_a_reservation_is_active_until_it_ends(store: Store) -> None:
    record = await made(store, a_reservation())
    assert await store.reservations.active("A", NOON) == [record]
    assert await store.reservations.active("B", NOON) == []
    await store.write(store.reservations.ended(record, "Used", minutes(5), 3))
    await store.write(store.reservations.ended(record, "Cancelled", minutes(6)))
    assert await store.reservations.active("A", NOON) == []
    ended = replace(record, status="Used", ended_at=minutes(5), transaction_id=3)
    assert (await store.reservations.list(now=NOON)).items == (ended,)


async def test_a_reservation_expires_by_itself(store: Store) -> None:
    record = await made(store, a_reservation())
    assert await store.reservations.active("A", minutes(60)) == []
    expired = replace(record, status="Expired")
    assert await store.reservations.named("A", 7, minutes(60)) == expired
    assert await store.reservations.named("A", 7, minutes(59)) == record


async def test_the_last_reservation_with_a_number_is_the_one_it_names(store: Store) -> None:
    first = await made(store, a_reservation())
    second = await made(store, a_reservation(id_tag="Other"), minute=1)
    await store.write(store.reservations.ended(first, "Replaced", minutes(1)))
    assert await store.reservations.named("A", 7, minutes(2)) == second
    assert await store.reservations.named("A", 8, minutes(2)) is None
    assert await store.reservations.named("B", 7, minutes(2)) is None


async def test_made_and_ended_in_one_group_it_has_ended(store: Store) -> None:
    record, write = store.reservations.made("A", a_reservation(), NOON)
    await store.write(store.reservations.ended(record, "Cancelled", NOON), write)
    assert await store.reservations.active("A", NOON) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [4, 3, 2, 1]),
        ({"charge_point_id": "B"}, [4]),
        ({"active": True}, [4, 1]),
        ({"active": False}, [3, 2]),
        ({"active": True, "charge_point_id": "A"}, [1]),
    ],
)
async def test_reservations_are_listed_by_filter_the_last_first(
    store: Store, filters: dict[str, object], expected: list[int]
) -> None:
    await made(store, a_reservation(1))
    ended = await made(store, a_reservation(2), minute=1)
    await made(store, a_reservation(3, expiry_date=minutes(4)), minute=2)
    await made(store, a_reservation(4), who="B", minute=3)
    await store.write(store.reservations.ended(ended, "Faulted", minutes(4)))
    page = await store.reservations.list(now=minutes(5), **filters)  # type: ignore[arg-type]
    assert [each.reservation_id for each in page.items] == expected


async def test_pages_of_reservations_follow_each_other(store: Store) -> None:
    for number in range(5):
        await made(store, a_reservation(number + 1), minute=number)
    first = await store.reservations.list(now=NOON, limit=3)
    second = await store.reservations.list(now=NOON, limit=3, cursor=first.next)
    assert [each.reservation_id for each in (*first.items, *second.items)] == [5, 4, 3, 2, 1]
    assert second.next is None


async def test_a_reservation_that_never_ends_is_kept(store: Store) -> None:
    far = NOON + timedelta(days=365_000)
    record = await made(store, a_reservation(2**31 - 1, parent_id_tag=None, expiry_date=far))
    assert await store.reservations.active("A", NOON) == [record]
