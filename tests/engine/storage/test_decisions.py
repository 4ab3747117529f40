import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from engine.policy import Decision
from engine.storage import DecisionRecord, Store, Write
from protocol.messages import (
    AuthorizationStatus,
    AuthorizeConf,
    DataTransferConf,
    DataTransferStatus,
    HeartbeatReq,
    IdTagInfo,
    StopTransactionConf,
)
from protocol.types import Message
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
        message_id=None,
        policy=None,
        rule=None,
        mode=None,
        explanation=None,
        errors=(),
        source="default",
    )
    encoded = msgspec.structs.replace(decision, response=msgspec.Raw(b'{"a":1}'))
    await store.write(store.decisions.made(encoded))
    assert await store.decisions.get(decision.id) == msgspec.structs.replace(
        decision, response={"a": 1}
    )


async def test_facts_effects_and_shadow_decisions_are_read_back(store: Store) -> None:
    time = NOON + timedelta(microseconds=123_456)
    decision = a_decision(
        time,
        facts={
            "request": {"chargePointId": "A"},
            "chargePoint": {"id": "A"},
            "now": "2026-01-31T12:00:00.123456Z",
        },
        effects=({"id": "first"},),
        shadow=({"policy": "next"},),
    )
    await store.write(store.decisions.made(decision))
    assert await store.decisions.get(decision.id) == decision


FILTERS = [
    ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
    ({"charge_point_id": "other"}, [3]),
    ({"charge_point_id": "nobody"}, []),
    ({"action": "StartTransaction"}, [4]),
    ({"policy": "mine"}, [5]),
    ({"rule": "unknown"}, [6]),
    ({"policy": "mine", "rule": "unknown"}, []),
    ({"id_tag": "randomTOKEN", "since": minutes(6)}, [7]),
    ({"id_tag": "STRASSE"}, [6]),
    ({"id_tag": "Random"}, []),
    ({"status": "Blocked"}, [2]),
    ({"status": "Accepted", "charge_point_id": "other"}, [3]),
    ({"status": "Pending"}, [1]),
    ({"source": "default"}, [0]),
    ({"failed": True, "since": minutes(6)}, [6]),
    ({"shadow_differs": True}, []),
    ({"since": minutes(2), "until": minutes(4)}, [3, 2]),
    ({"since": minutes(100)}, []),
    ({"until": NOON}, []),
    ({"charge_point_id": "ESP32_Charger", "since": minutes(6)}, [7, 6]),
]


def _of_tag(time: datetime, id_tag: str) -> dict[str, object]:
    return {"request": {"idTag": id_tag}, "now": a_decision(time).facts["now"]}


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
async def test_decisions_are_listed_by_filter_the_newest_first(
    store: Store, filters: dict[str, object], expected: list[int]
) -> None:
    changes: dict[int, dict[str, object]] = {
        0: {"source": "default"},
        1: {"response": {"status": "Pending"}},
        2: {"response": {"idTagInfo": {"status": "Blocked"}}},
        3: {"charge_point_id": "other"},
        4: {"action": "StartTransaction"},
        5: {"policy": "mine"},
        6: {"rule": "unknown", "facts": _of_tag(minutes(6), "straße")},
        7: {"errors": ()},
    }
    made = [a_decision(minutes(i), **changes.get(i, {})) for i in range(8)]
    await store.write(*map(store.decisions.made, made))
    page = await store.decisions.list(**filters)  # type: ignore[arg-type]
    assert list(page.items) == [made[i] for i in expected]


INDEXES = [
    ({"charge_point_id": "A"}, "ix_exchanges_segment"),
    ({"id_tag": "A"}, "ix_exchanges_id_tag_key"),
    ({"status": "A"}, "ix_exchanges_status"),
    ({"policy": "A"}, "ix_exchanges_policy"),
    ({"rule": "A"}, "ix_exchanges_policy"),
    ({"action": "BootNotification"}, "ix_exchanges_action"),
    ({"failed": True}, "ix_exchanges_errors"),
    ({"source": "failure"}, "ix_exchanges_errors"),
    ({"shadow_differs": True}, "ix_exchanges_shadow_differs"),
]


@pytest.mark.parametrize(("filters", "index"), INDEXES)
async def test_what_is_rare_is_found_by_an_index(
    sqlite_url: str, filters: dict[str, Any], index: str
) -> None:
    store = await Store.open(sqlite_url)
    await store.write(store.decisions.made(a_decision()))
    asked: list[tuple[str, Any]] = []
    engine = store._database._reading  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    await store.decisions.list(**filters)
    await store.close()
    statement, parameters = asked[-1]
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    assert f"USING INDEX {index} (segment=?" in str(plan)


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


def _answered(store: Store, received: str, sent: str, decision: Decision, **known: str) -> Write:
    return store.exchanges.answered(
        NOON, "A", "1", received, sent, decision, 0.0000123, known.get("id_tag"), known.get("facts")
    )


async def test_the_decision_behind_an_answer_has_what_was_asked_and_answered(store: Store) -> None:
    decision = Decision(
        action="Heartbeat", response=HeartbeatReq(), source="failure", revision="r", errors=("e",)
    )
    sent = '[3,"1",{"currentTime":"2026-01-31T12:00:00.000Z"}]'
    await store.write(_answered(store, '[2,"1","Heartbeat",{"a":1}]', sent, decision))
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
        facts={"request": {"a": 1}, "now": "2026-01-31T12:00:00.000Z"},
        duration_microseconds=12.3,
    )


ANSWERS = [
    (AuthorizeConf(id_tag_info=IdTagInfo(status=AuthorizationStatus.Blocked)), "Blocked"),
    (DataTransferConf(status=DataTransferStatus.Rejected), "Rejected"),
    (StopTransactionConf(), None),
]


@pytest.mark.parametrize(("response", "status"), ANSWERS)
async def test_an_answer_is_found_by_its_status_and_tag(
    store: Store, response: Message, status: str | None
) -> None:
    decision = Decision(action="Authorize", response=response, source="default", revision="r")
    received, sent = '[2,"1","Authorize",{"idTag":"Card"}]', '[3,"1",{}]'
    facts = '{"tag":null}'
    await store.write(
        _answered(store, received, sent, decision, id_tag="Card", facts=facts),
        _answered(store, received, sent, decision),
    )
    found = (await store.decisions.list(id_tag="cARD", status=status)).items
    assert [record.facts for record in found] == [
        {"request": {"idTag": "Card"}, "tag": None, "now": "2026-01-31T12:00:00.000Z"}
    ]
    assert (await store.decisions.list(status="Accepted")).items == ()


async def test_messages_without_a_decision_are_no_decisions(store: Store) -> None:
    await store.write(store.messages.logged("A", "received", NOON, "text"))
    assert (await store.decisions.list()).items == ()
