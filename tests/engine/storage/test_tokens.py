import pytest

from engine.errors import Conflict, NotFound
from engine.storage import Store, TokenRecord
from tests.engine.storage.builders import NOON, minutes


async def test_a_token_is_found_by_its_digest(store: Store) -> None:
    token = await store.tokens.add(name="ops", scope="read", digest="d1", time=NOON)
    assert token == TokenRecord(name="ops", scope="read", digest="d1", created_at=NOON)
    assert await store.tokens.by_hash("d1") == token
    assert await store.tokens.by_hash("d2") is None


async def test_a_token_remembers_when_it_was_used_last(store: Store) -> None:
    await store.tokens.add(name="ops", scope="read", digest="d1", time=NOON)
    await store.write(store.tokens.used("ops", minutes(5)))
    (token,) = await store.tokens.list()
    assert token.last_used_at == minutes(5)


@pytest.mark.parametrize(("name", "digest"), [("ops", "d2"), ("other", "d1")])
async def test_names_and_digests_are_unique(store: Store, name: str, digest: str) -> None:
    await store.tokens.add(name="ops", scope="read", digest="d1", time=NOON)
    with pytest.raises(Conflict):
        await store.tokens.add(name=name, scope="admin", digest=digest, time=NOON)
    assert [token.scope for token in await store.tokens.list()] == ["read"]


async def test_a_deleted_token_opens_nothing(store: Store) -> None:
    await store.tokens.add(name="ops", scope="read", digest="d1", time=NOON)
    await store.tokens.delete("ops")
    assert await store.tokens.by_hash("d1") is None
    with pytest.raises(NotFound, match="there is no token `ops`"):
        await store.tokens.delete("ops")
