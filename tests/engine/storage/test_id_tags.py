import asyncio

import pytest
from msgspec import UNSET

from engine.errors import NotFound
from engine.storage import Store, TagRecord, VersionMismatch
from engine.storage.id_tags import CACHE_SECONDS, IdTags
from tests.engine.storage.builders import NOON, a_tag, minutes


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_tag_is_found_in_any_letter_case(store: Store) -> None:
    await store.id_tags.put(a_tag(), time=NOON)
    assert await store.id_tags.get("rAnDoMtOkEn") == a_tag()
    assert await store.id_tags.get("other") is None


async def test_a_tag_has_a_version_that_counts_its_edits(store: Store) -> None:
    first = await store.id_tags.put(a_tag(), time=NOON, version=0)
    second = await store.id_tags.put(a_tag(status="Blocked"), time=minutes(1), version=1)
    assert first == TagRecord(tag=a_tag(), version=1, updated_at=NOON)
    assert second == TagRecord(tag=a_tag(status="Blocked"), version=2, updated_at=minutes(1))
    assert await store.id_tags.record("RANDOMTOKEN") == second


@pytest.mark.parametrize("version", [0, 2])
async def test_an_edit_of_another_version_changes_nothing(store: Store, version: int) -> None:
    await store.id_tags.put(a_tag(), time=NOON)
    with pytest.raises(VersionMismatch, match=f"id tag `.*` is at version 1, not {version}"):
        await store.id_tags.put(a_tag(status="Blocked"), time=NOON, version=version)
    with pytest.raises(VersionMismatch):
        await store.id_tags.delete("RandomToken", version=version)
    assert await store.id_tags.get("RandomToken") == a_tag()


async def test_our_own_edits_are_seen_at_once(store: Store) -> None:
    assert await store.id_tags.get("RandomToken") is None
    await store.id_tags.put(a_tag(), time=NOON)
    assert await store.id_tags.get("RandomToken") == a_tag()
    await store.id_tags.delete("RANDOMTOKEN")
    assert await store.id_tags.get("RandomToken") is None


async def test_a_tag_that_nobody_knows_cannot_be_deleted(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no id tag `x`"):
        await store.id_tags.delete("x")


async def test_memory_knows_tags_and_unknown_ones_for_some_seconds(store: Store) -> None:
    clock = Clock()
    tags = IdTags(store.id_tags._database, clock=clock)
    assert tags.cached("RandomToken") is UNSET
    await tags.get("RandomToken")
    assert tags.cached("RANDOMTOKEN") is None
    # Another process makes it.
    await store.id_tags.put(a_tag(), time=NOON)
    assert await tags.get("RandomToken") is None
    clock.now = CACHE_SECONDS
    assert await tags.get("RandomToken") == a_tag()


async def test_a_tag_read_while_it_is_edited_is_not_remembered(store: Store) -> None:
    await store.id_tags.put(a_tag(), time=NOON)
    await asyncio.gather(
        store.id_tags.put(a_tag(status="Blocked"), time=NOON),
        *[store.id_tags.get("RandomToken") for _ in range(20)],
    )
    assert await store.id_tags.get("RandomToken") == a_tag(status="Blocked")


async def test_tags_are_listed_by_filter_page_by_page(store: Store) -> None:
    tags = [
        a_tag(id_tag=name, status=status)
        for name, status in zip("caEbd", ["Accepted", "Blocked"] * 3, strict=False)
    ]
    for tag in tags:
        await store.id_tags.put(tag, time=NOON)
    first = await store.id_tags.list(limit=2, status="Accepted")
    second = await store.id_tags.list(limit=2, status="Accepted", cursor=first.next)
    assert [record.tag.id_tag for record in (*first.items, *second.items)] == ["c", "d", "E"]
    assert (await store.id_tags.list(parent_id_tag="Nobody")).items == ()
