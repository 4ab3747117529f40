"""What is kept of local authorization lists, on both databases."""

from typing import Any

import pytest

from engine.storage import (
    IdTagFilter,
    LocalListEntry,
    LocalListLimits,
    LocalListRecord,
    LocalListUpdate,
    Store,
)
from tests.engine.storage.builders import NOON, minutes


def an_update(**changes: Any) -> LocalListUpdate:
    values: dict[str, Any] = {
        "list_version": 0,
        "update_type": "Full",
        "entries": 2,
        "sent_at": NOON,
    }
    return LocalListUpdate(**values | changes)


def an_entry(id_tag: str, **changes: Any) -> LocalListEntry:
    return LocalListEntry(**{"id_tag": id_tag, "status": "Accepted"} | changes)


async def acknowledged(store: Store, *id_tags: str, **changes: Any) -> LocalListUpdate:
    """An update with these id tags, sent and acknowledged; those in lower case are removed."""
    begun = await store.local_lists.begin("CP1", an_update(**changes), above=0)
    entries = {name.lower(): an_entry(name) if name.isupper() else None for name in id_tags}
    await store.local_lists.acknowledge("CP1", begun, entries)
    return begun


async def test_of_a_charge_point_without_a_list_nothing_is_known(store: Store) -> None:
    assert await store.local_lists.get("CP1") == LocalListRecord(charge_point_id="CP1")
    assert await store.local_lists.entries("CP1") == {}


async def test_versions_rise_whatever_becomes_of_the_updates(store: Store) -> None:
    lists = store.local_lists
    given = [(await lists.begin("CP1", an_update(), above=above)).list_version for above in (0, 0)]
    given.append((await lists.begin("CP1", an_update(), above=41)).list_version)
    given.append((await lists.begin("CP1", an_update(), above=3)).list_version)
    assert given == [1, 2, 42, 43]
    record = await lists.get("CP1")
    assert (record.version, record.status, record.acknowledged_version) == (43, "Updating", None)
    assert record.last_update == an_update(list_version=43)


async def test_what_was_acknowledged_is_the_list(store: Store) -> None:
    await acknowledged(store, "A", "B")
    await acknowledged(store, "a", "C", update_type="Differential")
    assert await store.local_lists.entries("CP1") == {"b": an_entry("B"), "c": an_entry("C")}
    full = await acknowledged(store, "D")
    await store.local_lists.synchronized("CP1", minutes(1))
    assert await store.local_lists.entries("CP1") == {"d": an_entry("D")}
    assert await store.local_lists.get("CP1") == LocalListRecord(
        charge_point_id="CP1",
        version=3,
        acknowledged_version=3,
        status="Synchronized",
        entries=1,
        last_update=full,
        synchronized_at=minutes(1),
    )


async def test_lists_of_charge_points_are_their_own(store: Store) -> None:
    await acknowledged(store, "A")
    other = await store.local_lists.begin("CP2", an_update(), above=0)
    await store.local_lists.acknowledge("CP2", other, {})
    assert len(await store.local_lists.entries("CP1")) == 1


async def test_an_update_that_is_not_taken_leaves_the_list(store: Store) -> None:
    first = await acknowledged(store, "A")
    begun = await store.local_lists.begin("CP1", an_update(), above=0)
    answered = an_update(list_version=begun.list_version, status="Failed")
    await store.local_lists.not_taken("CP1", "Refused", answered)
    record = await store.local_lists.get("CP1")
    assert (record.status, record.acknowledged_version) == ("Refused", first.list_version)
    assert (record.last_update, record.entries) == (answered, 1)


async def test_a_list_that_somebody_else_sends_is_in_doubt(store: Store) -> None:
    await acknowledged(store, "A")
    await store.local_lists.doubt("CP1", 7)
    record = await store.local_lists.get("CP1")
    assert (record.version, record.acknowledged_version, record.status) == (7, None, "Updating")
    assert (await store.local_lists.begin("CP1", an_update(), above=0)).list_version == 8


async def test_selection_and_limits_are_kept(store: Store) -> None:
    selector = IdTagFilter(parent_id_tag="G", labels={"site": "Bonn"}, status="Accepted")
    limits = LocalListLimits(enabled=True, max_length=9, send_max_length=None, read_at=NOON)
    await store.local_lists.configure("CP1", selector=selector, limits=limits)
    record = await store.local_lists.get("CP1")
    assert record == LocalListRecord(charge_point_id="CP1", selector=selector, limits=limits)


@pytest.mark.parametrize("count", [1, 1_201])
async def test_entries_are_listed_page_by_page(store: Store, count: int) -> None:
    names = [f"T{number:05}" for number in range(count)]
    await acknowledged(store, *names)
    found: list[str] = []
    cursor = None
    while True:
        page = await store.local_lists.page("CP1", limit=500, cursor=cursor)
        found += [entry.id_tag for entry in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == names
