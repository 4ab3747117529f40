import msgspec
import pytest

from engine.policy import Decision
from engine.storage import DecisionRecord, Store
from protocol.messages import HeartbeatReq
from tests.engine.storage.builders import NOON, a_decision, minutes


async def test_a_decision_is_read_back(store: Store) -> None:
    decision = a_decision()
    await store.write(store.decisions.made(decision))
    assert await store.decisions.get(decision.id) == decision
    assert await store.decisions.get("0" * 32) is None


async def test_a_decision_without_policy_and_an_encoded_response_is_read_back(
    store: Store,
) -> None:
    decision = a_decision(
        message_id=None, policy=None, rule=None, explanation=None, errors=(), source="default"
    )
    encoded = msgspec.structs.replace(decision, response=msgspec.Raw(b'{"a":1}'))
    await store.write(store.decisions.made(encoded))
    assert await store.decisions.get(decision.id) == msgspec.structs.replace(
        decision, response={"a": 1}
    )


FILTERS = [
    ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
    ({"charge_point_id": "other"}, [3]),
    ({"charge_point_id": "nobody"}, []),
    ({"action": "StartTransaction"}, [4]),
    ({"policy": "mine"}, [5]),
    ({"rule": "unknown"}, [6]),
    ({"since": minutes(2), "until": minutes(4)}, [3, 2]),
    ({"since": minutes(100)}, []),
    ({"until": NOON}, []),
    ({"charge_point_id": "ESP32_Charger", "since": minutes(6)}, [7, 6]),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
async def test_decisions_are_listed_by_filter_the_newest_first(
    store: Store, filters: dict[str, object], expected: list[int]
) -> None:
    changes: dict[int, dict[str, object]] = {
        3: {"charge_point_id": "other"},
        4: {"action": "StartTransaction"},
        5: {"policy": "mine"},
        6: {"rule": "unknown"},
    }
    made = [a_decision(minutes(i), **changes.get(i, {})) for i in range(8)]
    await store.write(*map(store.decisions.made, made))
    page = await store.decisions.list(**filters)  # type: ignore[arg-type]
    assert list(page.items) == [made[i] for i in expected]


async def test_pages_of_decisions_follow_each_other(store: Store) -> None:
    made = [a_decision(minutes(i)) for i in range(7)]
    await store.write(*map(store.decisions.made, made))
    seen: list[DecisionRecord] = []
    cursor = None
    while cursor is not None or not seen:
        page = await store.decisions.list(limit=3, cursor=cursor, charge_point_id="ESP32_Charger")
        seen += page.items
        cursor = page.next
    assert seen == made[::-1]


async def test_the_decision_behind_an_answer_has_the_response_that_was_sent(store: Store) -> None:
    decision = Decision(
        action="Heartbeat", response=HeartbeatReq(), source="failure", revision="r", errors=("e",)
    )
    sent = '[3,"1",{"currentTime":"2026-01-31T12:00:00.000Z"}]'
    await store.write(store.exchanges.answered(NOON, "A", "1", "…", sent, decision, 0.0000123))
    (record,) = (await store.decisions.list()).items
    assert record == DecisionRecord(
        id=record.id,
        time=NOON,
        charge_point_id="A",
        action="Heartbeat",
        message_id="1",
        revision="r",
        source="failure",
        response={"currentTime": "2026-01-31T12:00:00.000Z"},
        errors=("e",),
        duration_microseconds=12.3,
    )


async def test_messages_without_a_decision_are_no_decisions(store: Store) -> None:
    await store.write(store.messages.logged("A", "received", NOON, "text"))
    assert (await store.decisions.list()).items == ()
