from sqlalchemy import func, select

from engine.storage import Store
from engine.storage.policy_revisions import KEPT
from engine.storage.tables import policy_revisions


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


async def test_only_the_newest_revisions_are_kept(store: Store) -> None:
    for number in range(KEPT + 3):
        await store.policy_revisions.save(f"sha256:{number}", {})
    count = select(func.count(), func.min(policy_revisions.c.id))
    kept = await store._database.read(lambda connection: connection.execute(count).one())
    assert tuple(kept) == (KEPT, 4)
