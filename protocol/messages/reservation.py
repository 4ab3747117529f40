"""Reservation profile: connectors kept free for an id tag."""

from enum import StrEnum

from protocol.types import IdToken, Integer, Message, Timestamp


class CancelReservationStatus(StrEnum):
    """The answer to CancelReservation. OCPP 1.6 §7.5."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class ReservationStatus(StrEnum):
    """The answer to ReserveNow. OCPP 1.6 §7.40."""

    Accepted = "Accepted"
    Faulted = "Faulted"
    Occupied = "Occupied"
    Rejected = "Rejected"
    Unavailable = "Unavailable"


class CancelReservationReq(Message):
    """
    Give up a reservation.

    OCPP 1.6 §5.1, §6.5. Central system → charge point.
    """

    reservation_id: Integer


class CancelReservationConf(Message):
    """Whether there was such a reservation. OCPP 1.6 §6.6."""

    status: CancelReservationStatus


class ReserveNowReq(Message):
    """
    Keep a connector, or with 0 any one, free for an id tag.

    OCPP 1.6 §5.13, §6.37. Central system → charge point. The same id replaces.
    """

    connector_id: Integer
    expiry_date: Timestamp
    id_tag: IdToken
    parent_id_tag: IdToken | None = None
    reservation_id: Integer


class ReserveNowConf(Message):
    """Whether the connector is reserved. OCPP 1.6 §6.38."""

    status: ReservationStatus
