"""Each group is committed once, whatever happens to the connection."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from engine.errors import Conflict, StoreUnavailable
from engine.storage import Store, postgresql_groups
from engine.storage.postgresql_groups import Groups
from tests.engine.storage import databases
from tests.engine.storage.builders import NOON, a_transaction, minutes
from tests.engine.storage.relay import Cut, Relay


@pytest.fixture
async def store(relay: Relay, clean_postgresql_url: str) -> AsyncIterator[Store]:
    """A store behind the relay."""
    parts = urlsplit(clean_postgresql_url)
    netloc = f"{parts.username}@127.0.0.1:{relay.port}"
    store = await Store.open(parts._replace(netloc=netloc).geturl())
    yield store
    await store.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is away may be so for a moment only."""
    monkeypatch.setattr(postgresql_groups, "AWAY_SECONDS", 0.3)


async def _messages(store: Store) -> list[str]:
    page = await store.messages.list(limit=5000)
    return [message.text for message in page.items]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_that_breaks_at_the_commit_neither_loses_nor_doubles_the_group(
    store: Store, relay: Relay, when: Cut
) -> None:
    await store.write(store.messages.logged("A", "sent", NOON, "first"))
    relay.cut_at(b"COMMIT", when)
    await store.write(
        store.transactions.started(a_transaction(1)),
        store.messages.logged("A", "sent", NOON, "second"),
    )
    assert relay.cuts == 1
    assert await _messages(store) == ["second", "first"]
    assert await store.transactions.get(1) == a_transaction(1)


async def test_what_was_refused_in_a_group_is_told_also_when_its_commit_is_in_doubt(
    store: Store, relay: Relay
) -> None:
    await store.write(store.transactions.started(a_transaction(1)))
    relay.cut_at(b"COMMIT", "after")
    again = store.write(store.transactions.started(a_transaction(2)))
    other = store.write(store.messages.logged("A", "sent", NOON, "beside it"))
    with pytest.raises(Conflict):
        await again
    await other
    assert await _messages(store) == ["beside it"]


@pytest.mark.parametrize("text", [b"BEGIN", b"INSERT INTO exchanges"])
async def test_a_connection_that_breaks_within_a_group_costs_nothing(
    store: Store, relay: Relay, text: bytes
) -> None:
    relay.cut_at(text, "after")
    await store.write(store.messages.logged("A", "sent", NOON, "once"))
    assert relay.cuts == 1
    assert await _messages(store) == ["once"]


async def test_a_server_that_ends_all_connections_under_load_loses_and_doubles_nothing(
    store: Store, clean_postgresql_url: str
) -> None:
    async def write(name: str) -> list[str]:
        texts = [f"{name} {number}" for number in range(100)]
        for text in texts:
            await store.write(store.messages.logged(name, "sent", NOON, text))
        return texts

    writing = asyncio.gather(*[write(f"CP{number}") for number in range(10)])
    for _ in range(5):
        await store.write(store.messages.logged("X", "sent", NOON, "x"))
        await databases.end_connections(clean_postgresql_url)
    texts = [text for written in await writing for text in written]
    assert sorted(await _messages(store)) == sorted(texts + ["x"] * 5)


async def test_a_server_that_is_away_for_a_moment_costs_only_time(
    store: Store, relay: Relay
) -> None:
    await store.write(store.messages.logged("A", "sent", NOON, "first"))
    await relay.down()
    written = store.write(store.messages.logged("A", "sent", NOON, "second"))
    await asyncio.sleep(0)
    await relay.up()
    await written
    assert await _messages(store) == ["second", "first"]


async def test_a_slow_server_makes_groups_larger_and_loses_nothing(
    store: Store, relay: Relay
) -> None:
    relay.delay_seconds = 0.05
    seconds: list[float] = []
    store.on_commit.append(seconds.append)
    said = [store.messages.logged("A", "sent", NOON, str(number)) for number in range(200)]
    for each in said:
        store.write(each)
        await asyncio.sleep(0)
    await store.flush()
    assert len(await _messages(store)) == 200
    assert len(seconds) < 10
    assert min(seconds) > 2 * 0.05


@pytest.mark.usefixtures("impatient")
async def test_a_server_that_stays_away_fails_each_group_at_once(
    store: Store, relay: Relay
) -> None:
    await relay.down()
    with pytest.raises(StoreUnavailable, match=r"the store failed: .*Connect call failed"):
        await store.write(store.messages.logged("A", "sent", NOON, "long"))
    began = asyncio.get_running_loop().time()
    with pytest.raises(StoreUnavailable):
        await store.write(store.messages.logged("A", "sent", NOON, "short"))
    assert asyncio.get_running_loop().time() - began < 0.3
    await relay.up()
    await store.write(store.messages.logged("A", "sent", NOON, "back"))
    assert await _messages(store) == ["back"]


@pytest.mark.usefixtures("impatient")
async def test_a_database_that_takes_no_writes_says_so_and_recovers(
    store: Store, clean_postgresql_url: str
) -> None:
    name = clean_postgresql_url.rpartition("/")[2]
    await databases.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        await databases.end_connections(clean_postgresql_url)
        with pytest.raises(StoreUnavailable, match="the store takes no writes now"):
            await store.write(store.messages.logged("A", "sent", NOON, "refused"))
    finally:
        await databases.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await store.write(store.messages.logged("A", "sent", NOON, "kept"))
    assert await _messages(store) == ["kept"]


@pytest.mark.usefixtures("impatient")
async def test_a_lock_that_another_holds_fails_the_group_after_a_while(
    store: Store, clean_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_groups, "STATEMENT_SECONDS", 0.2)
    async with databases.a_locked_table(clean_postgresql_url, "exchanges"):
        with pytest.raises(StoreUnavailable, match="canceling statement due to statement timeout"):
            await store.write(store.messages.logged("A", "sent", NOON, "refused"))
    await store.write(store.messages.logged("A", "sent", NOON, "kept"))
    assert await _messages(store) == ["kept"]


async def test_one_refused_call_of_a_thousand_is_found_by_halves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[int] = []
    write_part = Groups._write_part

    async def counted(self: Groups, driver: object, calls: list[object]) -> object:
        parts.append(len(calls))
        return await write_part(self, driver, calls)  # type: ignore[arg-type]

    monkeypatch.setattr(Groups, "_write_part", counted)
    await store.write(store.transactions.started(a_transaction(1)))
    futures = [store.write(store.messages.logged("A", "sent", NOON, str(n))) for n in range(1000)]
    futures[700] = store.write(store.transactions.started(a_transaction(2)))
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict]
    assert len(parts) <= 2 * 11
    assert len(await _messages(store)) == 1000


async def test_old_marks_of_groups_are_removed(
    store: Store, clean_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_groups, "KEPT", 10)
    for number in range(25):
        await store.write(store.charge_points.seen("A", minutes(number)))
    assert await databases.value("SELECT count(*) FROM commits", clean_postgresql_url) <= 12


async def test_text_with_nul_does_not_slow_down_the_group(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: object) -> None:
        raise AssertionError("taken apart")

    monkeypatch.setattr(Groups, "_write_parts", slow)
    tags = ["a", "b\0", "c", "d\0"]
    starts = [a_transaction(id_, id_tag=tag) for id_, tag in enumerate(tags, 1)]
    await asyncio.gather(*[store.write(store.transactions.started(start)) for start in starts])
    kept = [await store.transactions.get(id_) for id_ in range(1, 5)]
    assert [each and each.id_tag for each in kept] == ["a", "b\ufffd", "c", "d\ufffd"]
