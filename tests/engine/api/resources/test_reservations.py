"""Reservations are listed with what became of them."""

from datetime import UTC, datetime

from engine.policy.facts import Reservation
from tests.engine.api.running import Api

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


async def test_reservations_are_listed_by_charge_point_and_state(api: Api) -> None:
    reservations = api.store.reservations
    far = Reservation(
        reservation_id=7, connector_id=1, id_tag="A", expiry_date=datetime(2099, 1, 1, tzinfo=UTC)
    )
    active, one = reservations.made("CP-1", far, NOON)
    _, other = reservations.made("CP-2", far, NOON)
    ended = reservations.ended(active, "Used", NOON, 3)
    await api.store.write(one, other, ended)
    assert (await api.get("/v1/reservations", chargePointId="CP-1"))["items"] == [
        {
            "id": active.id,
            "chargePointId": "CP-1",
            "reservationId": 7,
            "connectorId": 1,
            "idTag": "A",
            "parentIdTag": None,
            "expiryDate": "2099-01-01T00:00:00.000Z",
            "status": "Used",
            "acceptedAt": "2026-01-31T12:00:00.000Z",
            "endedAt": "2026-01-31T12:00:00.000Z",
            "transactionId": 3,
        }
    ]
    (item,) = (await api.get("/v1/reservations", active=True))["items"]
    assert (item["chargePointId"], item["status"]) == ("CP-2", "Active")
