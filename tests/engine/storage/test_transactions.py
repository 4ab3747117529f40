from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import Conflict
from engine.storage import CursorInvalid, Page, Store
from engine.storage.pages import encode_cursor
from engine.storage.transaction_flags import flagged
from tests.engine.storage.builders import a_transaction, minutes


async def test_a_started_transaction_is_read_back_as_it_was_written(store: Store) -> None:
    transaction = a_transaction(7, reservation_id=3, id_tag_status="Blocked")
    await store.write(store.transactions.started(transaction))
    assert await store.transactions.get(7) == transaction


async def test_microseconds_are_kept(store: Store) -> None:
    transaction = a_transaction(1, started_at=datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC))
    await store.write(store.transactions.started(transaction))
    assert await store.transactions.get(1) == transaction


@pytest.mark.parametrize("year", [1, 1970, 9999])
async def test_a_start_by_a_clock_that_is_not_set_is_kept(store: Store, year: int) -> None:
    transaction = flagged(a_transaction(1, started_at=datetime(year, 1, 1, tzinfo=UTC)))
    await store.write(store.transactions.started(transaction))
    assert await store.transactions.get(1) == transaction
    assert (await store.transactions.list()).items == (transaction,)


@pytest.mark.parametrize("transaction_id", [2, 0, -1, 2**31, 2**70])
async def test_an_id_that_nobody_gave_names_no_transaction(
    store: Store, transaction_id: int
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    assert await store.transactions.get(transaction_id) is None


async def test_a_repeated_start_conflicts_and_leaves_one_transaction(store: Store) -> None:
    first = a_transaction(1)
    await store.write(store.transactions.started(first))
    with pytest.raises(Conflict):
        await store.write(store.transactions.started(a_transaction(2, id_tag="RANDOMTOKEN")))
    assert (await store.transactions.list()).items == (first,)


async def test_a_start_repeated_in_the_same_group_conflicts_alone(store: Store) -> None:
    futures = [store.write(store.transactions.started(a_transaction(id_))) for id_ in (1, 2)]
    futures.append(store.write(store.transactions.started(a_transaction(3, connector_id=2))))
    for future, id_ in zip(futures, (1, 2, 3), strict=True):
        if id_ == 2:
            with pytest.raises(Conflict):
                await future
        else:
            await future
    assert await store.transactions.get(2) is None


@pytest.mark.parametrize(
    "change",
    [
        {"charge_point_id": "other"},
        {"connector_id": 2},
        {"id_tag": "other"},
        {"started_at": minutes(1)},
        {"meter_start": 101},
    ],
)
async def test_a_start_that_differs_is_another_transaction(
    store: Store, change: dict[str, object]
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    await store.write(store.transactions.started(a_transaction(2, **change)))
    assert await store.transactions.get(2) == a_transaction(2, **change)


async def test_a_start_is_found_in_any_letter_case_of_its_tag(store: Store) -> None:
    transaction = a_transaction(1)
    await store.write(store.transactions.started(transaction))
    find = store.transactions.find_start
    assert await find("ESP32_Charger", 1, "rAnDoMtOkEn", minutes(0), 100) == transaction
    assert await find("ESP32_Charger", 1, "RandomToken", minutes(0), 101) is None


async def test_the_first_stop_stays(store: Store) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    stop = store.transactions.stopped
    await store.write(
        stop(1, stopped_at=minutes(30), meter_stop=4200, reason="Remote", stop_id_tag="Other")
    )
    await store.write(stop(1, stopped_at=minutes(31), meter_stop=4300))
    assert await store.transactions.get(1) == a_transaction(
        1, stopped_at=minutes(30), meter_stop=4200, reason="Remote", stop_id_tag="Other"
    )


async def test_a_start_and_its_stop_may_be_in_one_group_in_any_order(store: Store) -> None:
    stop = store.transactions.stopped(1, stopped_at=minutes(30), meter_stop=4200)
    await store.write(stop, store.transactions.started(a_transaction(1)))
    assert await store.transactions.get(1) == a_transaction(
        1, stopped_at=minutes(30), meter_stop=4200, reason="Local"
    )


FILTERS = [
    ({}, [6, 5, 4, 3, 2, 1]),
    ({"charge_point_id": "other"}, [2]),
    ({"connector_id": 2}, [3]),
    ({"id_tag": "ANOTHER"}, [4]),
    ({"parent_id_tag": "FAMILY"}, [4]),
    ({"parent_id_tag": "another"}, []),
    ({"open": True}, [6, 4, 3, 2, 1]),
    ({"open": False}, [5]),
    ({"since": minutes(3), "until": minutes(5)}, [4, 3]),
    ({"id_tag_status": "Accepted"}, [6, 5, 4, 3, 2]),
    ({"id_tag_status": "Blocked"}, [1]),
    ({"reason": "PowerLoss"}, [5]),
    ({"reason": "Local"}, []),
    ({"stopped_since": minutes(9)}, [5]),
    ({"stopped_since": minutes(8), "stopped_until": minutes(9)}, []),
    ({"stopped_until": minutes(10), "until": minutes(5)}, []),
    ({"charge_point_id": "ESP32_Charger", "open": True, "since": minutes(4)}, [6, 4]),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
async def test_transactions_are_listed_by_filter_the_newest_first(
    store: Store, filters: dict[str, object], expected: list[int]
) -> None:
    changes: dict[int, dict[str, object]] = {
        1: {"id_tag_status": "Blocked"},
        2: {"charge_point_id": "other"},
        3: {"connector_id": 2},
        4: {"id_tag": "another", "parent_id_tag": "Family"},
    }
    starts = [a_transaction(i, started_at=minutes(i), **changes.get(i, {})) for i in range(1, 7)]
    await store.write(*map(store.transactions.started, starts))
    stop = store.transactions.stopped
    await store.write(stop(5, stopped_at=minutes(9), meter_stop=1, reason="PowerLoss"))
    page = await store.transactions.list(**filters)  # type: ignore[arg-type]
    assert [transaction.transaction_id for transaction in page.items] == expected


@pytest.mark.parametrize(
    ("abandoned", "expected"), [(True, [1]), (False, [3, 2]), (None, [3, 2, 1])]
)
async def test_transactions_whose_stop_was_lost_are_listed_apart(
    store: Store, abandoned: bool | None, expected: list[int]
) -> None:
    starts = [a_transaction(i, started_at=minutes(i), connector_id=i % 2) for i in (1, 2, 3)]
    await store.write(*map(store.transactions.started, starts))
    await store.write(store.active_transactions.superseded(1, minutes(9)))
    page = await store.transactions.list(abandoned=abandoned)
    assert [transaction.transaction_id for transaction in page.items] == expected


async def test_pages_follow_each_other_without_gap_or_repeat(store: Store) -> None:
    # Several start at once: the place of a page is more than its time.
    starts = [a_transaction(i, started_at=minutes(i // 4), meter_start=i) for i in range(1, 12)]
    await store.write(*map(store.transactions.started, starts))
    seen: list[int] = []
    cursor = None
    while cursor is not None or not seen:
        page = await store.transactions.list(limit=3, cursor=cursor)
        seen += [transaction.transaction_id for transaction in page.items]
        cursor = page.next
    assert seen == list(range(11, 0, -1))


async def test_stopped_transactions_follow_each_other_in_the_order_of_their_stops(
    store: Store,
) -> None:
    for number in range(1, 6):
        await store.write(
            store.transactions.started(a_transaction(number, started_at=minutes(number))),
            store.transactions.stopped(number, stopped_at=minutes(20 - number), meter_stop=1),
        )
    first = await store.transactions.list(stopped_since=minutes(15), limit=3)
    rest = await store.transactions.list(stopped_since=minutes(15), limit=3, cursor=first.next)
    assert [t.transaction_id for t in (*first.items, *rest.items)] == [1, 2, 3, 4, 5]


async def test_the_last_page_has_no_next(store: Store) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    assert await store.transactions.list(limit=1) == Page(items=(a_transaction(1),), next=None)


@pytest.mark.parametrize("field", ["charge_point_id", "id_tag", "parent_id_tag", "reason"])
async def test_text_that_no_database_holds_is_found_nowhere(store: Store, field: str) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    wanted: dict[str, Any] = {field: "\0\ud800"}
    assert (await store.transactions.list(**wanted)).items == ()


WITHOUT_ZONE = encode_cursor(("2026-01-31T12:00:00", 1))
TOO_LARGE = encode_cursor((minutes(0), 2**64))


@pytest.mark.parametrize("cursor", ["nonsense", "", "WzFd", "é", WITHOUT_ZONE, TOO_LARGE])
async def test_a_cursor_of_something_else_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(CursorInvalid, match="is not one of this list"):
        await store.transactions.list(cursor=cursor)
