from engine.policy import Decision
from engine.storage import MessageRecord, Store
from protocol.messages import HeartbeatConf
from protocol.timestamps import Timestamp
from tests.engine.storage.builders import NOON, minutes

HEARTBEAT = HeartbeatConf(current_time=Timestamp.of(NOON))
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


async def test_a_call_and_its_answer_are_two_messages_also_over_the_border_of_a_page(
    store: Store,
) -> None:
    decision = Decision(action="Heartbeat", response=HEARTBEAT, source="default", revision="r")
    answered, refused = store.exchanges.answered, store.exchanges.refused
    await store.write(
        answered(NOON, "A", "1", "call 1", '[3,"1",{}]', decision, 1e-5),
        refused(NOON, "A", "Fly", "2", "call 2", "error 2"),
        store.messages.logged("A", "sent", NOON, "alone"),
    )
    texts: list[list[str]] = []
    cursor = None
    while cursor is not None or not texts:
        page = await store.messages.list(limit=2, cursor=cursor)
        texts.append([message.text for message in page.items])
        cursor = page.next
    assert texts == [["alone", "error 2"], ["call 2", '[3,"1",{}]'], ["call 1"]]
