"""What a charge point has accepted counts from then on, and over connections and restarts."""

from pathlib import Path
from typing import Any

import pytest

from engine.policy.facts import Tag
from protocol.messages import CancelReservationReq, RemoteStartTransactionReq, ReserveNowReq
from protocol.timestamps import Timestamp
from protocol.types import Message
from tests.engine.central_system.charge_point import ChargePoint
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
ONLY_RESERVED = """
name: only-reserved
action: StartTransaction
rule:
  match:
    - condition: reservation == null || reservation.status != 'Active'
      response: { idTagInfo: { status: Blocked } }
    - response: { idTagInfo: { status: Accepted } }
"""
POLICIES = {"reserved.yaml": ONLY_RESERVED}


def a_reservation(**changes: Any) -> ReserveNowReq:
    values: dict[str, Any] = {
        "reservation_id": 7,
        "connector_id": 1,
        "id_tag": "TAG",
        "expiry_date": Timestamp.parse("2099-01-01T00:00:00Z"),
    }
    return ReserveNowReq(**values | changes)


async def command(
    system: Running, charge_point: ChargePoint, request: Message, status: str = "Accepted"
) -> None:
    """Issue a command, and answer it with a status."""
    action = type(request).__name__.removesuffix("Req")
    issued = await system.central_system.issue("CP1", action, request)
    call = await charge_point.receive()
    await charge_point.send(3, call[1], {"status": status})
    await issued.result()


async def ends(system: Running) -> list[tuple[int, str, int | None]]:
    """The reservations by their numbers, the last first: what became of them."""
    await system.store.flush()
    page = await system.store.reservations.list(now=TIME)
    return [(each.reservation_id, each.status, each.transaction_id) for each in page.items]


async def test_a_reservation_is_recorded_when_it_is_accepted(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await command(system, charge_point, a_reservation(), "Occupied")
        assert await ends(system) == []
        await command(system, charge_point, a_reservation())
        assert await ends(system) == [(7, "Active", None)]


async def test_a_reservation_with_the_same_number_replaces(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await command(system, charge_point, a_reservation())
        await command(system, charge_point, a_reservation(connector_id=2))
        assert await ends(system) == [(7, "Active", None), (7, "Replaced", None)]


async def test_a_cancelled_reservation_has_ended(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await command(system, charge_point, a_reservation())
        await command(system, charge_point, CancelReservationReq(reservation_id=7), "Rejected")
        assert await ends(system) == [(7, "Active", None)]
        await command(system, charge_point, CancelReservationReq(reservation_id=8))
        await command(system, charge_point, CancelReservationReq(reservation_id=7))
        assert await ends(system) == [(7, "Cancelled", None)]


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ({"reservationId": 7}, "Accepted"),
        ({"reservationId": 0}, "Accepted"),
        ({"reservationId": 7, "idTag": "OTHER", "connectorId": 2}, "Accepted"),
        ({"idTag": "tag"}, "Accepted"),
        ({"idTag": "FRIEND"}, "Accepted"),
    ],
)
async def test_a_reservation_ends_when_its_transaction_starts(
    tmp_path: Path, start: dict[str, object], status: str
) -> None:
    async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
        await system.store.id_tags.put(Tag(id_tag="FRIEND", parent_id_tag="Family"), time=TIME)
        await command(system, charge_point, a_reservation(parent_id_tag="FAMILY"))
        answer = await charge_point.start(**start)
        assert answer["idTagInfo"]["status"] == status
        assert await ends(system) == [(7, "Used", answer["transactionId"])]
        again = await charge_point.start(**start, timestamp="2026-01-31T12:30:00Z")
    assert again["idTagInfo"]["status"] == "Blocked"


async def test_a_reservation_outlives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
        await command(system, charge_point, a_reservation())
    async with running(tmp_path, POLICIES) as system, system.charge_point() as charge_point:
        other = await charge_point.start(connectorId=2)
        own = await charge_point.start()
    assert (other["idTagInfo"]["status"], own["idTagInfo"]["status"]) == ("Blocked", "Accepted")


@pytest.mark.parametrize(
    ("connector", "status", "expected"),
    [
        (1, "Faulted", "Faulted"),
        (1, "Unavailable", "Unavailable"),
        (0, "Unavailable", "Unavailable"),
        (1, "Reserved", "Active"),
        (2, "Faulted", "Active"),
    ],
)
async def test_a_reservation_ends_with_its_connector(
    tmp_path: Path, connector: int, status: str, expected: str
) -> None:
    report = {"connectorId": connector, "errorCode": "NoError", "status": status}
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await command(system, charge_point, a_reservation())
        await charge_point.call("StatusNotification", report)
        assert await ends(system) == [(7, expected, None)]


async def test_a_remote_start_that_is_accepted_is_expected(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await command(system, charge_point, RemoteStartTransactionReq(id_tag="X"), "Rejected")
        refused = await charge_point.start(idTag="X")
        await command(system, charge_point, RemoteStartTransactionReq(id_tag="X"))
        accepted = await charge_point.start(idTag="X", meterStart=2)
    statuses = [each["idTagInfo"]["status"] for each in (refused, accepted)]
    assert statuses == ["Invalid", "Accepted"]
