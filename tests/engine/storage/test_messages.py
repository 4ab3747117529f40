from engine.storage import MessageRecord, Store
from tests.engine.storage.builders import NOON, minutes

CALL = '[2,"19223201","Heartbeat",{}]'


async def test_messages_of_both_directions_are_read_back_the_last_first(store: Store) -> None:
    logged = store.messages.logged
    await store.write(
        logged("A", "received", NOON, CALL, "19223201", "Heartbeat"),
        logged("A", "sent", minutes(1), "[3,…"),
    )
    assert (await store.messages.list()).items == (
        MessageRecord(id=2, charge_point_id="A", direction="sent", time=minutes(1), text="[3,…"),
        MessageRecord(
            id=1,
            charge_point_id="A",
            direction="received",
            time=NOON,
            text=CALL,
            message_id="19223201",
            action="Heartbeat",
        ),
    )


async def test_text_that_no_database_can_hold_is_kept_as_far_as_it_goes(store: Store) -> None:
    await store.write(store.messages.logged("A", "received", NOON, "before \ud800 after"))
    (message,) = (await store.messages.list()).items
    assert message.text == "before ? after"


async def test_messages_are_listed_by_charge_point_and_action_page_by_page(store: Store) -> None:
    writes = [
        store.messages.logged(f"CP{i % 2}", "received", NOON, str(i), None, "AB"[i // 2 % 2])
        for i in range(12)
    ]
    await store.write(*writes)
    first = await store.messages.list(charge_point_id="CP1", action="A", limit=2)
    second = await store.messages.list(
        charge_point_id="CP1", action="A", limit=2, cursor=first.next
    )
    assert [message.text for message in (*first.items, *second.items)] == ["9", "5", "1"]
