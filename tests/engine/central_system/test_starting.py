"""Starts between their decision and the disk are seen by whoever counts."""

from typing import Any

from engine.central_system.starting import Starting
from engine.policy.facts import Transaction
from protocol.timestamps import Timestamp

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


def a_transaction(transaction_id: int, **changes: Any) -> Transaction:
    values: dict[str, Any] = {
        "transaction_id": transaction_id,
        "charge_point_id": "CP1",
        "connector_id": 1,
        "id_tag": "TAG",
        "started_at": TIME,
        "meter_start": 0,
        "id_tag_status": "Accepted",
    }
    return Transaction(**values | changes)


def test_a_start_is_seen_until_it_is_on_disk() -> None:
    starting = Starting()
    starting.begun(a_transaction(1))
    with starting.reading() as seen:
        assert seen == [a_transaction(1)]
    starting.ended(1)
    with starting.reading() as seen:
        assert seen == []


def test_a_refused_start_is_no_active_transaction() -> None:
    starting = Starting()
    starting.begun(a_transaction(1, id_tag_status="Blocked"))
    with starting.reading() as seen:
        assert seen == []


def test_a_start_that_begins_and_ends_while_the_store_is_read_is_seen() -> None:
    starting = Starting()
    with starting.reading() as first, starting.reading() as second:
        starting.begun(a_transaction(1))
        starting.ended(1)
        assert first == second == [a_transaction(1)]


def test_who_has_read_is_told_no_more() -> None:
    starting = Starting()
    with starting.reading() as seen:
        pass
    starting.begun(a_transaction(1))
    assert seen == []
