import asyncio

import pytest
from sqlalchemy import update

from engine.errors import StoreUnavailable
from engine.storage import Store
from engine.storage.tables import counters
from engine.storage.transaction_ids import LARGEST_BLOCK, LAST, SMALLEST_BLOCK


async def _set_counter(store: Store, value: int) -> None:
    statement = update(counters).values(next=value)
    await store._database.transact(lambda connection: connection.execute(statement) and None)


async def test_ids_begin_at_one_and_rise_over_blocks(store: Store) -> None:
    ids = [await store.transaction_ids.next() for _ in range(5 * SMALLEST_BLOCK)]
    assert ids == list(range(1, 5 * SMALLEST_BLOCK + 1))


async def test_many_who_wait_at_once_get_an_id_each(store: Store) -> None:
    ids = await asyncio.gather(*[store.transaction_ids.next() for _ in range(1000)])
    assert len(set(ids)) == 1000


async def test_an_id_is_never_given_again_after_a_restart(store: Store, store_url: str) -> None:
    before = await store.transaction_ids.next()
    again = await Store.open(store_url)
    after = await again.transaction_ids.next()
    await again.close()
    assert after > before


async def test_two_stores_at_once_never_give_the_same_id(store: Store, store_url: str) -> None:
    other = await Store.open(store_url)
    both = [store.transaction_ids.next, other.transaction_ids.next] * 500
    ids = await asyncio.gather(*[take() for take in both])
    await other.close()
    assert len(set(ids)) == 1000
    assert sorted(ids[::2]) == list(ids[::2])


async def test_memory_gives_ids_until_the_block_is_used_up(store: Store) -> None:
    assert store.transaction_ids.take() is None
    await store.transaction_ids.next()
    taken = [store.transaction_ids.take() for _ in range(SMALLEST_BLOCK)]
    assert taken == [*range(2, SMALLEST_BLOCK + 1), None]


async def test_who_gives_up_waiting_loses_no_block(store: Store) -> None:
    waiting = asyncio.create_task(store.transaction_ids.next())
    await asyncio.sleep(0)
    waiting.cancel()
    assert await store.transaction_ids.next() == 1


async def test_the_last_id_is_the_greatest_of_32_bits(store: Store) -> None:
    # Fewer are left than a block has.
    await _set_counter(store, LAST - 2)
    ids = [await store.transaction_ids.next() for _ in range(3)]
    assert ids == [2**31 - 3, 2**31 - 2, 2**31 - 1]
    with pytest.raises(StoreUnavailable, match="the 2147483647 transaction ids are used up"):
        await store.transaction_ids.next()


async def test_blocks_double_up_to_a_limit(store: Store) -> None:
    await _set_counter(store, 1)
    size = 0
    while size < LARGEST_BLOCK:
        size = max(size * 2, SMALLEST_BLOCK)
        await store.transaction_ids.next()
        for _ in range(size - 1):
            assert store.transaction_ids.take() is not None
        assert store.transaction_ids.take() is None
