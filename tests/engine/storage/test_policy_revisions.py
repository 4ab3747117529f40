from datetime import UTC, datetime, timedelta

from engine.policy.live.revisions import KeptRevision
from engine.storage import Store
from engine.storage.policy_revisions import KEPT, OVERLAP
from tests.engine.storage.builders import a_decision


async def test_a_fresh_store_remembers_no_revision(store: Store) -> None:
    assert await store.policy_revisions.load() is None


async def test_the_last_saved_revision_is_remembered_byte_by_byte(store: Store) -> None:
    await store.policy_revisions.save("sha256:1", {"a.yaml": b"name: a"})
    await store.policy_revisions.save("sha256:2", {"data/b.csv": bytes(range(256))})
    loaded = await store.policy_revisions.load()
    assert loaded == ("sha256:2", {"data/b.csv": bytes(range(256))})


async def test_a_revision_that_comes_back_is_the_last_one_again(store: Store) -> None:
    for revision in ("sha256:1", "sha256:2", "sha256:1"):
        await store.policy_revisions.save(revision, {})
    assert await store.policy_revisions.load() == ("sha256:1", {})


async def saved(store: Store, count: int) -> None:
    for number in range(count):
        await store.policy_revisions.save(f"sha256:{number}", {})


async def loadable(store: Store, count: int) -> list[int]:
    """The numbers of those revisions that can be loaded."""
    return [n for n in range(count) if await store.policy_revisions.load(f"sha256:{n}") is not None]


async def test_the_newest_revisions_are_kept(store: Store) -> None:
    await saved(store, KEPT + 3)
    assert await loadable(store, KEPT + 3) == list(range(3, KEPT + 3))


async def test_a_revision_is_kept_as_long_as_a_decision_may_be_of_it(store: Store) -> None:
    now = datetime.now(UTC)
    await store.write(store.decisions.made(a_decision(now)))
    await saved(store, KEPT + 3)
    assert await loadable(store, KEPT + 3) == list(range(KEPT + 3))
    assert len(await store.policy_revisions.kept()) == KEPT


async def test_a_revision_that_was_replaced_before_all_decisions_is_forgotten(
    store: Store,
) -> None:
    now = datetime.now(UTC)
    await store.write(store.decisions.made(a_decision(now + OVERLAP + timedelta(minutes=1))))
    await saved(store, KEPT + 3)
    assert await loadable(store, KEPT + 3) == list(range(3, KEPT + 3))


async def test_any_kept_revision_can_be_loaded(store: Store) -> None:
    await store.policy_revisions.save("sha256:1", {"a.yaml": b"1"})
    await store.policy_revisions.save("sha256:2", {"a.yaml": b"2"})
    assert await store.policy_revisions.load("sha256:1") == ("sha256:1", {"a.yaml": b"1"})
    assert await store.policy_revisions.load("sha256:3") is None


async def test_what_is_kept_is_listed_with_its_files_the_last_one_first(store: Store) -> None:
    await store.policy_revisions.save("sha256:1", {"b.yaml": b"", "a.yaml": b""})
    await store.policy_revisions.save("sha256:2", {})
    await store.policy_revisions.save("sha256:1", {"b.yaml": b"", "a.yaml": b""}, "sha256:2")
    last, first = await store.policy_revisions.kept()
    assert last.live_since >= first.live_since
    assert (last, first) == (
        KeptRevision(
            revision="sha256:1",
            live_since=last.live_since,
            files=("a.yaml", "b.yaml"),
            rolled_back_from="sha256:2",
        ),
        KeptRevision(revision="sha256:2", live_since=first.live_since, files=()),
    )
