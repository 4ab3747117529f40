import asyncio

import pytest
from msgspec import UNSET

from engine.errors import NotFound
from engine.storage import IdTagFilter, Store, TagRecord, VersionMismatch
from engine.storage.id_tag_cache import CACHE_SECONDS
from engine.storage.id_tags import IdTags
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
    accepted = IdTagFilter(status="Accepted")
    first = await store.id_tags.list(accepted, limit=2)
    second = await store.id_tags.list(accepted, limit=2, cursor=first.next)
    assert [record.tag.id_tag for record in (*first.items, *second.items)] == ["c", "d", "E"]


FOUND = [
    (IdTagFilter(), "A 1,A 2,AB,b,É"),
    (IdTagFilter(status="Blocked"), "A 2"),
    (IdTagFilter(parent_id_tag=" fleet "), "A 1,b"),
    (IdTagFilter(parent_id_tag="nobody"), ""),
    (IdTagFilter(label="site"), "A 1,AB,b"),
    (IdTagFilter(labels={"site": "Berlin"}), "A 1,b"),
    (IdTagFilter(labels={"site": "Berlin", "kind": "van"}), "b"),
    (IdTagFilter(prefix="a "), "A 1,A 2"),
    (IdTagFilter(prefix="é"), "É"),
    (IdTagFilter(prefix="%"), ""),
    (IdTagFilter(expired_at=NOON), "A 1"),
    (IdTagFilter(valid_at=NOON), "A 2,AB,b,É"),
    (IdTagFilter(parent_id_tag="Fleet", labels={"kind": "van"}, prefix="B"), "b"),
]


@pytest.mark.parametrize(("wanted", "found"), FOUND)
async def test_tags_are_found_by_every_filter(
    store: Store, wanted: IdTagFilter, found: str
) -> None:
    for tag in (
        a_tag(id_tag="A 1", parent_id_tag="Fleet", labels={"site": "Berlin"}, expiry_date=NOON),
        a_tag(id_tag="A 2", status="Blocked", expiry_date=minutes(1), labels={}),
        a_tag(id_tag="AB", expiry_date=None, labels={"site": "Bonn"}),
        a_tag(id_tag="b", parent_id_tag="FLEET", labels={"site": "Berlin", "kind": "van"}),
        a_tag(id_tag="É", labels={}),
    ):
        await store.id_tags.put(tag, time=NOON)
    page = await store.id_tags.list(wanted)
    assert ",".join(record.tag.id_tag for record in page.items) == found


async def test_labels_are_found_as_they_are_now(store: Store) -> None:
    await store.id_tags.put(a_tag(labels={"site": "Berlin"}), time=NOON)
    await store.id_tags.put(a_tag(labels={"site": "Bonn"}), time=NOON)
    assert (await store.id_tags.list(IdTagFilter(labels={"site": "Berlin"}))).items == ()
    assert len((await store.id_tags.list(IdTagFilter(labels={"site": "Bonn"}))).items) == 1
    await store.id_tags.delete("RandomToken")
    await store.id_tags.put(a_tag(labels={}), time=NOON)
    assert (await store.id_tags.list(IdTagFilter(label="site"))).items == ()


async def test_spaces_around_a_tag_mean_nothing(store: Store) -> None:
    put = await store.id_tags.put(
        a_tag(id_tag=" RandomToken ", parent_id_tag=" Family "), time=NOON
    )
    assert put.tag == a_tag()
    assert await store.id_tags.get("\trandomtoken\r\n") == a_tag()
    await store.id_tags.delete(" RANDOMTOKEN")
    assert await store.id_tags.get("RandomToken") is None


async def test_two_who_make_a_new_tag_at_once_are_told_apart(store: Store) -> None:
    results = await asyncio.gather(
        *[store.id_tags.put(a_tag(), time=NOON, version=0) for _ in range(5)],
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == [
        "TagRecord",
        *["VersionMismatch"] * 4,
    ]
