"""The active reservations of a charge point: made and ended as it says. OCPP 1.6 §5.13."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from engine.policy.facts import Reservation, Transaction
from engine.storage import ReservationRecord, Store, Write
from protocol.messages import ReserveNowReq
from protocol.types import id_tag_key

if TYPE_CHECKING:
    from engine.central_system.live_charge_point import LiveChargePoint


class Reservations:
    """
    Those that nothing has ended, by their number; an expired one is as good as ended.

    A charge point is connected to one node at a time, and that node hears of all that makes or
    ends a reservation; so what was read once stays right in memory until it disconnects.
    """

    __slots__ = ("_active",)

    def __init__(self, active: Iterable[ReservationRecord]) -> None:
        self._active = {each.reservation_id: each for each in active}

    def numbered(self, reservation_id: int, now: datetime) -> ReservationRecord | None:
        """The active one with that number."""
        found = self._active.get(reservation_id)
        return found if found is not None and found.expiry_date > now else None

    def under(
        self, connector_id: int | None, id_tag: str | None, now: datetime
    ) -> ReservationRecord | None:
        """
        The one that a request is under which names none.

        That of its connector, else that of connector 0, which is for any. Where it names no
        connector (Authorize) that of its id tag, on whatever connector, else that of connector 0.
        """
        if not self._active:
            return None
        active = [each for each in self._active.values() if each.expiry_date > now]
        if connector_id is None and id_tag is not None:
            own = (each for each in active if id_tag_key(each.id_tag) == id_tag_key(id_tag))
        else:
            own = (each for each in active if each.connector_id == connector_id)
        return next(own, None) or next((each for each in active if each.connector_id == 0), None)

    def used_by(self, start: Transaction, now: datetime) -> ReservationRecord | None:
        """The one that the start of a transaction ends: the one it names, or its holder's."""
        if not self._active:
            return None
        if start.reservation_id is not None:
            return self.numbered(start.reservation_id, now)
        on_it = (each for each in self._active.values() if each.expiry_date > now)
        held = [each for each in on_it if _is_held_by(each, start)]
        own = (each for each in held if each.connector_id == start.connector_id)
        return next(own, None) or next((each for each in held if each.connector_id == 0), None)

    def on(self, connector_id: int) -> Iterator[ReservationRecord]:
        """Those that end with a connector; connector 0 is the whole charge point."""
        for each in self._active.values():
            if connector_id in (0, each.connector_id):
                yield each

    def made(self, record: ReservationRecord) -> ReservationRecord | None:
        """Take in a new one; gives the one with the same number, which it replaces."""
        replaced = self.numbered(record.reservation_id, record.accepted_at)
        self._active[record.reservation_id] = record
        return replaced

    def forget(self, record: ReservationRecord) -> None:
        """It has ended."""
        if self._active.get(record.reservation_id) is record:
            del self._active[record.reservation_id]


def reserved(
    store: Store, live: LiveChargePoint, request: ReserveNowReq, now: datetime
) -> list[Write]:
    """The charge point has accepted ReserveNow: "SHALL replace" the one with the same number."""
    assert live.reservations is not None
    reservation = Reservation(
        reservation_id=request.reservation_id,
        connector_id=request.connector_id,
        id_tag=request.id_tag,
        parent_id_tag=request.parent_id_tag,
        expiry_date=request.expiry_date,
    )
    record, write = store.reservations.made(live.charge_point.id, reservation, now)
    replaced = live.reservations.made(record)
    if replaced is None:
        return [write]
    return [write, store.reservations.ended(replaced, "Replaced", now)]


def cancelled(
    store: Store, live: LiveChargePoint, reservation_id: int, now: datetime
) -> list[Write]:
    """The charge point has accepted CancelReservation. OCPP 1.6 §5.2."""
    assert live.reservations is not None
    found = live.reservations.numbered(reservation_id, now)
    if found is None:
        return []
    live.reservations.forget(found)
    return [store.reservations.ended(found, "Cancelled", now)]


def as_fact(record: ReservationRecord) -> Reservation:
    """What policies see of it."""
    return Reservation(
        reservation_id=record.reservation_id,
        connector_id=record.connector_id,
        id_tag=record.id_tag,
        parent_id_tag=record.parent_id_tag,
        expiry_date=record.expiry_date,
        status=record.status,
    )


def _is_held_by(record: ReservationRecord, start: Transaction) -> bool:
    """§5.13: the idTag, or one of the same group where the reservation has a parentIdTag."""
    group, own = record.parent_id_tag, start.parent_id_tag
    return id_tag_key(record.id_tag) == id_tag_key(start.id_tag) or (
        group is not None and own is not None and id_tag_key(group) == id_tag_key(own)
    )
