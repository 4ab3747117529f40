from engine.storage import Store
from engine.storage.history import SEGMENT_BITS
from tests.engine.storage.builders import NOON

SEGMENT = 2**SEGMENT_BITS


async def test_a_charge_point_is_found_over_many_segments(store: Store) -> None:
    """One that was quiet for long, and one that is in every segment."""
    writes = [
        store.messages.logged("quiet" if i == 3 else f"CP{i % 100}", "sent", NOON, str(i))
        for i in range(6 * SEGMENT)
    ]
    await store.write(*writes)
    quiet = await store.messages.list(charge_point_id="quiet")
    assert [message.text for message in quiet.items] == ["3"]
    busy = await store.messages.list(charge_point_id="CP42", limit=10_000)
    expected = [str(i) for i in reversed(range(6 * SEGMENT)) if i % 100 == 42]
    assert [message.text for message in busy.items] == expected


async def test_pages_go_over_the_border_of_a_segment(store: Store) -> None:
    await store.write(
        *[store.messages.logged("A", "sent", NOON, str(i)) for i in range(SEGMENT + 10)]
    )
    seen: list[str] = []
    cursor = None
    while cursor is not None or not seen:
        page = await store.messages.list(charge_point_id="A", limit=100, cursor=cursor)
        seen += [message.text for message in page.items]
        cursor = page.next
    assert seen == [str(i) for i in reversed(range(SEGMENT + 10))]


async def test_an_empty_log_has_no_rows(store: Store) -> None:
    assert (await store.messages.list(charge_point_id="A")).items == ()
    assert (await store.messages.list()).items == ()
