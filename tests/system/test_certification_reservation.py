"""The certification cases of the Reservation profile."""

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.commands import carried_out
from tests.system.sessions import a_transaction, begun, ended, recorded


def a_reservation(id_tag: str, **changes: object) -> dict[str, object]:
    payload: dict[str, object] = {
        "connectorId": 1,
        "expiryDate": "2030-01-01T00:00:00.000Z",
        "idTag": id_tag,
        "reservationId": 17,
    }
    return payload | changes


async def reserved(admin: Admin, charge_point: ChargePoint, id_tag: str, **changes: object) -> None:
    """Connector 1 is reserved for the id tag, as reservation 17."""
    payload = a_reservation(id_tag, **changes)
    await carried_out(admin, charge_point, "ReserveNow", payload, {"status": "Accepted"})
    await charge_point.status(1, "Reserved")
    assert (await admin.connectors(charge_point.id))[1] == "Reserved"


async def test_tc_046_reservation_of_a_connector_transaction(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await reserved(admin, charge_point, tag)
    assert await charge_point.authorize(tag) == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    transaction_id = await begun(charge_point, tag, reservationId=17)
    assert await recorded(admin, transaction_id) == a_transaction(tag)
    assert (await admin.transaction(transaction_id))["reservationId"] == 17
    await ended(charge_point, transaction_id, idTag=tag)


async def test_tc_047_reservation_expires(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await reserved(admin, charge_point, tag, expiryDate="2026-01-31T12:00:00.000Z")
    await charge_point.status(1, "Available")
    assert (await admin.connectors(charge_point.id))[1] == "Available"


@pytest.mark.parametrize(
    ("connector_status", "answer"),
    [
        pytest.param("Faulted", "Faulted", id="tc_048_1_faulted"),
        pytest.param("Charging", "Occupied", id="tc_048_2_occupied"),
        pytest.param("Unavailable", "Unavailable", id="tc_048_3_unavailable"),
        pytest.param("Available", "Rejected", id="tc_048_4_rejected"),
    ],
)
async def test_reservation_that_is_refused(
    admin: Admin, charge_point: ChargePoint, connector_status: str, answer: str
) -> None:
    await charge_point.status(1, connector_status)
    await carried_out(admin, charge_point, "ReserveNow", a_reservation("X"), {"status": answer})


async def test_tc_049_reservation_of_a_whole_charge_point(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    whole = a_reservation(tag, connectorId=0)
    await carried_out(admin, charge_point, "ReserveNow", whole, {"status": "Accepted"})
    await charge_point.status(1, "Reserved")
    transaction_id = await begun(charge_point, tag, reservationId=17)
    assert (await admin.transaction(transaction_id))["reservationId"] == 17


@pytest.mark.parametrize(
    ("answer", "connector_status"),
    [
        pytest.param("Accepted", "Available", id="tc_051_cancel_reservation"),
        pytest.param("Rejected", "Reserved", id="tc_052_cancel_reservation_rejected"),
    ],
)
async def test_cancel_reservation(
    admin: Admin, charge_point: ChargePoint, tag: str, answer: str, connector_status: str
) -> None:
    await reserved(admin, charge_point, tag)
    cancel = {"reservationId": 17}
    await carried_out(admin, charge_point, "CancelReservation", cancel, {"status": answer})
    await charge_point.status(1, connector_status)
    assert (await admin.connectors(charge_point.id))[1] == connector_status


async def test_tc_053_reservation_with_a_parent_id_tag(
    admin: Admin, charge_point: ChargePoint
) -> None:
    for member in ("TC053-A", "TC053-B"):
        await admin.add_tag(member, parentIdTag="TC053-GROUP")
    await reserved(admin, charge_point, "TC053-A", parentIdTag="TC053-GROUP")
    # The other member of the group comes; the charge point compares parents.
    info = {"status": "Accepted", "parentIdTag": "TC053-GROUP"}
    assert await charge_point.authorize("TC053-B") == info
    transaction_id = await begun(charge_point, "TC053-B", reservationId=17)
    assert await recorded(admin, transaction_id) == a_transaction("TC053-B")
    decision = await admin.last_decision(charge_point.id, "StartTransaction")
    assert decision["response"] == {"idTagInfo": info, "transactionId": transaction_id}
