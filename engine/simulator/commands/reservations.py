"""Answers about reservations. OCPP 1.6 §5.1, §5.13."""

from engine.simulator.charge_point import ChargePoint, now
from engine.simulator.connector import Connector, Reservation
from engine.simulator.link import Reply
from protocol.messages import (
    CancelReservationConf,
    CancelReservationReq,
    CancelReservationStatus,
    ChargePointStatus,
    ReservationStatus,
    ReserveNowConf,
    ReserveNowReq,
)


def reserve_now(charge_point: ChargePoint, request: ReserveNowReq) -> Reply:
    """OCPP 1.6 §5.13; connector 0 reserves the charge point without naming a connector."""
    connector = _connector(charge_point, request.connector_id)
    old = _holder(charge_point, request.reservation_id)
    status = _reservable(charge_point, connector, old, request)
    if connector is None or status is not ReservationStatus.Accepted:
        return Reply(ReserveNowConf(status=status))
    if old is not None:
        # "If the reservationId matches a reservation … the Charge Point SHALL replace" it.
        old.reservation = None
    reservation = Reservation(
        reservation_id=request.reservation_id,
        connector_id=request.connector_id,
        id_tag=request.id_tag,
        parent_id_tag=request.parent_id_tag,
        expiry_date=request.expiry_date,
    )
    connector.reservation = reservation

    async def hold() -> None:
        if old is not None and old is not connector:
            await _show(charge_point, old)
        await _show(charge_point, connector)
        await charge_point.wait((reservation.expiry_date - now()).total_seconds())
        await _end(charge_point, connector, reservation)

    return Reply(ReserveNowConf(status=status), hold)


def cancel_reservation(charge_point: ChargePoint, request: CancelReservationReq) -> Reply:
    """OCPP 1.6 §5.1."""
    holder = _holder(charge_point, request.reservation_id)
    if holder is None or holder.reservation is None:
        return Reply(CancelReservationConf(status=CancelReservationStatus.Rejected))
    reservation = holder.reservation
    return Reply(
        CancelReservationConf(status=CancelReservationStatus.Accepted),
        lambda: _end(charge_point, holder, reservation),
    )


def _connector(charge_point: ChargePoint, connector_id: int) -> Connector | None:
    if connector_id == 0:
        return charge_point.whole
    return charge_point.connectors.get(connector_id)


def _holder(charge_point: ChargePoint, reservation_id: int) -> Connector | None:
    for connector in (charge_point.whole, *charge_point.connectors.values()):
        held = connector.reservation
        if held is not None and held.reservation_id == reservation_id:
            return connector
    return None


def _reservable(
    charge_point: ChargePoint,
    connector: Connector | None,
    old: Connector | None,
    request: ReserveNowReq,
) -> ReservationStatus:
    if connector is None or request.expiry_date <= now():
        return ReservationStatus.Rejected
    if connector.status is ChargePointStatus.Faulted:
        return ReservationStatus.Faulted
    if not connector.operative:
        return ReservationStatus.Unavailable
    if connector is charge_point.whole:
        free = any(other.charging is None for other in charge_point.connectors.values())
    else:
        free = connector.charging is None
    if not free or (connector.reservation is not None and connector is not old):
        return ReservationStatus.Occupied
    return ReservationStatus.Accepted


async def _end(charge_point: ChargePoint, connector: Connector, reservation: Reservation) -> None:
    """Free the connector if it is still held by this reservation."""
    if connector.reservation is reservation:
        connector.reservation = None
        await _show(charge_point, connector)


async def _show(charge_point: ChargePoint, connector: Connector) -> None:
    if connector.charging is None and connector.status is not connector.idle_status:
        await charge_point.set_status(connector, connector.idle_status)
