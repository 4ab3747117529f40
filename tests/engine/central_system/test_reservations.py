"""Reservations as the charge point says: which one a request is under, and what ends it."""

from datetime import timedelta
from typing import Any

import pytest

from engine.central_system.reservations import Reservations, as_fact
from engine.policy.facts import Reservation, Transaction
from engine.storage import ReservationRecord
from protocol.timestamps import Timestamp

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
LATER = TIME + timedelta(hours=1)


def a_record(reservation_id: int, **changes: Any) -> ReservationRecord:
    values: dict[str, Any] = {
        "id": str(reservation_id),
        "charge_point_id": "CP1",
        "reservation_id": reservation_id,
        "connector_id": 1,
        "id_tag": "CARD-1",
        "expiry_date": LATER,
        "accepted_at": TIME,
    }
    return ReservationRecord(**values | changes)


def a_start(**changes: Any) -> Transaction:
    values: dict[str, Any] = {
        "transaction_id": 1,
        "charge_point_id": "CP1",
        "connector_id": 1,
        "id_tag": "card-1 ",
        "started_at": TIME,
        "meter_start": 0,
        "id_tag_status": "Accepted",
    }
    return Transaction(**values | changes)


SOME = (
    a_record(1),
    a_record(2, connector_id=2, id_tag="CARD-2", parent_id_tag="Family"),
    a_record(3, connector_id=0, id_tag="CARD-3"),
    a_record(4, connector_id=4, id_tag="CARD-4", expiry_date=TIME),
)


@pytest.mark.parametrize(
    ("connector_id", "id_tag", "expected"),
    [
        (1, "OTHER", 1),
        (2, "CARD-1", 2),
        (3, "CARD-1", 3),
        (4, "CARD-4", 3),
        (None, "card-2", 2),
        (None, "CARD-4", 3),
        (None, None, 3),
        (0, None, 3),
    ],
)
def test_a_request_is_under_the_reservation_of_its_connector(
    connector_id: int | None, id_tag: str | None, expected: int
) -> None:
    found = Reservations(SOME).under(connector_id, id_tag, TIME)
    assert found is not None
    assert found.reservation_id == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ({}, 1),
        ({"reservation_id": 2}, 2),
        ({"reservation_id": 9}, None),
        ({"reservation_id": 4}, None),
        ({"id_tag": "OTHER"}, None),
        ({"connector_id": 2}, None),
        ({"connector_id": 2, "id_tag": "X", "parent_id_tag": "FAMILY"}, 2),
        ({"connector_id": 1, "id_tag": "X", "parent_id_tag": "FAMILY"}, None),
        ({"connector_id": 7, "id_tag": "CARD-3"}, 3),
        ({"connector_id": 1, "id_tag": "CARD-3"}, 3),
        ({"connector_id": 4, "id_tag": "CARD-4"}, None),
    ],
)
def test_a_start_uses_the_reservation_it_names_or_holds(
    start: dict[str, object], expected: int | None
) -> None:
    found = Reservations(SOME).used_by(a_start(**start), TIME)
    assert (None if found is None else found.reservation_id) == expected


def test_the_charge_point_is_all_of_its_connectors() -> None:
    reservations = Reservations(SOME)
    assert [each.reservation_id for each in reservations.on(0)] == [1, 2, 3, 4]
    assert [each.reservation_id for each in reservations.on(2)] == [2]


def test_a_new_one_replaces_the_active_one_of_the_same_number() -> None:
    reservations = Reservations(SOME)
    assert reservations.made(a_record(1, id="new")) == SOME[0]
    assert reservations.made(a_record(4, id="other")) is None
    # It was replaced: to end the old one does not end the new one.
    reservations.forget(SOME[0])
    assert reservations.numbered(1, TIME) == a_record(1, id="new")


def test_a_fact_has_what_policies_may_read() -> None:
    assert as_fact(SOME[1]) == Reservation(
        reservation_id=2,
        connector_id=2,
        id_tag="CARD-2",
        parent_id_tag="Family",
        expiry_date=LATER,
        status="Active",
    )
