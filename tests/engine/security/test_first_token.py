"""The first admin token, with a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.security import tokens
from engine.security.first_token import ensure_first_token
from engine.storage import Store, TokenRecord, upgrade

CONFIGURED = "a-token-from-the-environment"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path}/voltrule.db"
    await upgrade(url)
    store = await Store.open(url)
    yield store
    await store.close()


async def known(store: Store, token: str) -> TokenRecord | None:
    return await store.tokens.by_hash(tokens.digest(token))


async def test_a_fresh_store_gets_an_admin_token_that_is_shown_once(store: Store) -> None:
    token = await ensure_first_token(store, None)
    assert token is not None
    record = await known(store, token)
    assert record is not None
    assert (record.name, record.scope) == ("first", "admin")
    assert await ensure_first_token(store, None) is None


async def test_a_configured_token_is_stored_and_not_shown(store: Store) -> None:
    assert await ensure_first_token(store, CONFIGURED) is None
    assert await ensure_first_token(store, CONFIGURED) is None
    assert [(t.name, t.scope) for t in await store.tokens.list()] == [("configured", "admin")]
    assert await known(store, CONFIGURED) is not None


async def test_a_changed_configured_token_replaces_the_old_one(store: Store) -> None:
    await ensure_first_token(store, CONFIGURED)
    await ensure_first_token(store, "another-token-from-the-environment")
    assert await known(store, CONFIGURED) is None
    assert await known(store, "another-token-from-the-environment") is not None


async def test_a_configured_token_that_was_made_before_is_stored_once(store: Store) -> None:
    made = await ensure_first_token(store, None)
    await ensure_first_token(store, made)
    assert [token.name for token in await store.tokens.list()] == ["first"]
