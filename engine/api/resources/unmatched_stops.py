"""Stops that ended no transaction at first, and what an operator makes of them."""

from typing import Annotated

import structlog
from msgspec import Meta

from engine.api.queries import PageQuery, Query
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.policy.facts import Fact
from engine.storage import UnmatchedStop

log = structlog.get_logger()


class UnmatchedStopPage(Fact, frozen=True, kw_only=True):
    """A page of stops, the last received first."""

    items: tuple[UnmatchedStop, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class UnmatchedStopsQuery(PageQuery, frozen=True, kw_only=True):
    """Which stops are wanted."""

    charge_point_id: str | None = None
    matched: bool | None = None
    """`false`: only those that wait for an operator; `true`: only those with a transaction."""


class StopMatch(Shape, frozen=True, kw_only=True):
    """Which transaction a stop ends."""

    transaction_id: Annotated[int, Meta(ge=1, le=2**31 - 1)]


async def list_unmatched_stops(asked: Asked[UnmatchedStopsQuery, None]) -> Answer:
    """Answer a page of stops."""
    query = asked.query
    page = await asked.services.store.unmatched_stops.list(
        limit=query.limit,
        cursor=query.cursor,
        charge_point_id=query.charge_point_id,
        matched=query.matched,
    )
    return Answer(body=UnmatchedStopPage(items=page.items, next=page.next))


async def match_unmatched_stop(asked: Asked[Query, StopMatch]) -> Answer:
    """Let a stop end the transaction that the operator names."""
    stop = await asked.services.central_system.match_stop(
        asked.path["stopId"], asked.body.transaction_id
    )
    log.info(
        "stop matched",
        stopId=stop.id,
        chargePointId=stop.charge_point_id,
        transactionId=stop.matched_transaction_id,
        tokenName=asked.token_name,
    )
    return Answer(body=stop)
