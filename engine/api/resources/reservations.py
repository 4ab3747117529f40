"""Reservations that charge points accepted."""

from datetime import UTC, datetime

from engine.api.queries import PageQuery
from engine.api.routes import Answer, Asked
from engine.policy.facts import Fact
from engine.storage import ReservationRecord


class ReservationPage(Fact, frozen=True, kw_only=True):
    """A page of reservations, the last accepted first."""

    items: tuple[ReservationRecord, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class ReservationsQuery(PageQuery, frozen=True, kw_only=True):
    """Which reservations are wanted."""

    charge_point_id: str | None = None
    active: bool | None = None
    """`true`: only those that have not ended; `false`: only those that have."""


async def list_reservations(asked: Asked[ReservationsQuery, None]) -> Answer:
    """Answer a page of reservations."""
    query = asked.query
    page = await asked.services.store.reservations.list(
        now=datetime.now(UTC),
        limit=query.limit,
        cursor=query.cursor,
        charge_point_id=query.charge_point_id,
        active=query.active,
    )
    return Answer(body=ReservationPage(items=page.items, next=page.next))
