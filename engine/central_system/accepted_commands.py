"""What it means that a charge point has accepted a command."""

from __future__ import annotations

from typing import Any

from engine.central_system.context import Context
from engine.central_system.live_charge_point import LiveChargePoint
from engine.central_system.reservations import cancelled, reserved
from engine.storage import Write
from protocol.messages import CancelReservationReq, RemoteStartTransactionReq, ReserveNowReq
from protocol.timestamps import Timestamp
from protocol.types import Message

RESERVING = frozenset({"ReserveNow", "CancelReservation"})
"""Commands that change the reservations, which must be in memory by then."""


def take_effect(
    context: Context, live: LiveChargePoint, request: Message, confirmation: Any, now: Timestamp
) -> list[Write]:
    """Remember what the charge point will do now; gives what is to be kept of it."""
    if getattr(confirmation, "status", None) != "Accepted":
        return []
    match request:
        case RemoteStartTransactionReq(id_tag=id_tag, connector_id=connector_id):
            context.remote_starts.accepted(live.charge_point.id, id_tag, connector_id, now)
        case ReserveNowReq():
            return reserved(context.store, live, request, now)
        case CancelReservationReq(reservation_id=reservation_id):
            return cancelled(context.store, live, reservation_id, now)
    return []
