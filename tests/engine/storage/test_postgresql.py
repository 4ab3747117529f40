import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from engine.central_system import eager
from engine.errors import StoreUnavailable
from engine.storage import Store, postgresql, postgresql_groups
from tests.engine.storage import databases
from tests.engine.storage.builders import NOON, a_transaction, minutes
from tests.engine.storage.relay import Relay


@pytest.fixture
async def store(relay: Relay, clean_postgresql_url: str) -> AsyncIterator[Store]:
    """A store behind the relay."""
    parts = urlsplit(clean_postgresql_url)
    netloc = f"{parts.username}@127.0.0.1:{relay.port}"
    store = await Store.open(parts._replace(netloc=netloc).geturl())
    yield store
    await store.close()


async def test_without_a_server_the_store_is_unavailable_with_a_hint() -> None:
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open("postgresql://postgres@127.0.0.1:1/nowhere")
    assert str(refused.value).endswith(
        "\nhint: is the PostgreSQL server up, and `store.url` right?"
    )


async def test_while_the_server_is_away_everything_fails_and_recovers_by_itself(
    relay: Relay, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_groups, "AWAY_SECONDS", 0.1)
    await store.write(store.transactions.started(a_transaction(1)))
    await relay.down()
    with pytest.raises(StoreUnavailable):
        await store.write(store.transactions.started(a_transaction(2, connector_id=2)))
    for use in (store.probe, store.transaction_ids.next, store.transactions.list):
        with pytest.raises(StoreUnavailable):
            await use()
    await relay.up()
    await store.write(store.transactions.started(a_transaction(3, connector_id=3)))
    page = await store.transactions.list()
    assert [transaction.transaction_id for transaction in page.items] == [3, 1]


async def test_what_a_message_needs_is_not_waited_for_as_long_as_a_list(
    clean_postgresql_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    monkeypatch.setattr(postgresql, "FETCH_SECONDS", 0.1)
    async with databases.a_locked_table(clean_postgresql_url, "transactions"):
        waiting = [store.transactions.get(1) for _ in range(30)]
        for failed in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(failed, StoreUnavailable)
            assert str(failed) == "the store did not answer within 0.1 s"
    monkeypatch.setattr(postgresql, "FETCH_SECONDS", 10)
    assert (await store.transactions.get(1)) is not None


async def test_a_connection_that_broke_while_idle_costs_no_write(
    relay: Relay, store: Store
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    await relay.down()
    await relay.up()
    await store.write(store.transactions.started(a_transaction(2, connector_id=2)))
    assert await store.transactions.get(2) is not None


async def test_writers_that_block_each_other_both_end_well(
    store: Store, clean_postgresql_url: str
) -> None:
    """Two nodes see the same charge points in opposite order."""
    other = await Store.open(clean_postgresql_url)
    names = [f"CP{i}" for i in range(200)]
    for turn in range(2):
        one = [store.charge_points.seen(name, minutes(turn)) for name in names]
        two = [other.charge_points.seen(name, minutes(turn)) for name in reversed(names)]
        await asyncio.gather(store.write(*one), other.write(*two))
    await other.close()
    page = await store.charge_points.list(limit=1000)
    assert {record.last_seen_at for record in page.items} == {minutes(1)}
    assert len(page.items) == 200


async def test_text_with_nul_is_kept_without_it_and_found_with_it(store: Store) -> None:
    transaction = a_transaction(1, id_tag="a\0b")
    await store.write(
        store.transactions.started(transaction), store.charge_points.seen("A\0", NOON)
    )
    found = await store.transactions.find_start("ESP32_Charger", 1, "A\0B", NOON, 100)
    assert found == a_transaction(1, id_tag="a\ufffdb")
    assert await store.charge_points.get("A\0") is not None


async def test_a_read_may_begin_without_a_task_of_its_own(store: Store) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    # As at the first read of all, there is no connection yet.
    await store._database._engine.dispose()  # type: ignore[attr-defined]
    found: list[object] = []

    async def get() -> None:
        found.append(await store.transactions.get(1))

    async with asyncio.TaskGroup() as group:
        asyncio.get_running_loop().call_soon(eager.start, group, get())
        await asyncio.sleep(0)
    assert found == [a_transaction(1)]
