"""The facts of one decision: only those that some expression for the action reads (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeAlias

from msgspec import UNSET, UnsetType

from engine.central_system.context import Context
from engine.central_system.counting import count, known_counters
from engine.central_system.live_charge_point import LiveChargePoint
from engine.central_system.reservations import Reservations, as_fact
from engine.policy.facts import (
    ChargePoint,
    Connector,
    Counters,
    Facts,
    RemoteStart,
    Reservation,
    Tag,
    Transaction,
)
from protocol.timestamps import Timestamp
from protocol.types import Message

Names: TypeAlias = frozenset[str]

_NOTHING = Counters()


def gather(
    context: Context, live: LiveChargePoint, request: Message, names: Names, now: Timestamp
) -> Facts | Coroutine[Any, Any, Facts]:
    """
    The facts, or, where some are not in memory, the coroutine that fetches them.

    What a connected charge point has reported is in memory: its own state seldom needs fetching.
    """
    connector = _known_connector(live, request) if "connector" in names else None
    transaction = _known_transaction(live, request) if "transaction" in names else None
    counts = "counters" in names
    # The limit that `counters` has is the tag's.
    tag = _known_tag(context, request) if counts or "tag" in names else None
    parent_tag = _known_parent_tag(context, request, tag) if "parentTag" in names else None
    reservation = _known_reservation(live, request, now) if "reservation" in names else None
    counters: Counters | UnsetType = _NOTHING
    if counts:
        counters = UNSET if tag is UNSET else known_counters(context, live, request, tag, now)
    if (
        connector is UNSET
        or transaction is UNSET
        or tag is UNSET
        or parent_tag is UNSET
        or reservation is UNSET
        or counters is UNSET
    ):
        return _fetch(context, live, request, names, now)
    return Facts(
        request=request,
        charge_point=live.charge_point,
        connector=connector,
        tag=tag,
        parent_tag=parent_tag,
        transaction=transaction,
        reservation=reservation,
        counters=counters,
        remote_start=_remote_start(context, live, request, names, now),
        now=now,
    )


async def facts_now(
    context: Context, charge_point_id: str, request: Any, names: Names, now: Timestamp
) -> Facts:
    """
    The facts for a request that is only thought of, of a charge point that may be connected.

    All come from the store: what is in memory of a charge point belongs to the Call in work.
    """
    stored = await context.store.charge_points.get(charge_point_id)
    live = LiveChargePoint(stored or ChargePoint(id=charge_point_id))
    found = gather(context, live, request, names, now)
    return found if isinstance(found, Facts) else await found


async def _fetch(
    context: Context, live: LiveChargePoint, request: Message, names: Names, now: Timestamp
) -> Facts:
    connector = _known_connector(live, request) if "connector" in names else None
    if connector is UNSET:
        connector = await _fetch_connector(context, live, request)
    transaction = _known_transaction(live, request) if "transaction" in names else None
    if transaction is UNSET:
        transaction = await _fetch_transaction(context, live, request)
    reservation = _known_reservation(live, request, now) if "reservation" in names else None
    if reservation is UNSET:
        reservation = await _fetch_reservation(context, live, request, now)
    tag = _known_tag(context, request) if "tag" in names or "counters" in names else None
    if tag is UNSET:
        tag = await _fetch_tag(context, request)
    parent_tag = await _parent_tag(context, request) if "parentTag" in names else None
    # Last: it must be decided before anything else is awaited.
    counters = _NOTHING
    if "counters" in names:
        counters = await count(context, live, request, tag, now)
    return Facts(
        request=request,
        charge_point=live.charge_point,
        connector=connector,
        tag=tag,
        parent_tag=parent_tag,
        transaction=transaction,
        reservation=reservation,
        counters=counters,
        remote_start=_remote_start(context, live, request, names, now),
        now=now,
    )


def _known_connector(live: LiveChargePoint, request: Message) -> Connector | UnsetType | None:
    connector_id: int | None = getattr(request, "connector_id", None)
    if connector_id is None:
        return None
    return UNSET if live.connectors is None else live.connectors.get(connector_id, UNSET)


def _known_tag(context: Context, request: Message) -> Tag | UnsetType | None:
    id_tag: str | None = getattr(request, "id_tag", None)
    return None if id_tag is None else context.store.id_tags.cached(id_tag)


def _known_parent_tag(
    context: Context, request: Message, tag: Tag | UnsetType | None
) -> Tag | UnsetType | None:
    """The record of the parent of a tag; `tag` is None where it is not read, too."""
    if tag is None:
        tag = _known_tag(context, request)
    if tag is None or tag is UNSET:
        return tag
    parent_id_tag = tag.parent_id_tag
    return None if parent_id_tag is None else context.store.id_tags.cached(parent_id_tag)


def _known_reservation(
    live: LiveChargePoint, request: Message, now: Timestamp
) -> Reservation | UnsetType | None:
    reservations = live.reservations
    if reservations is None:
        return UNSET
    # ocpp16.md §7: "reservationId 0 when there is none".
    number: int | None = getattr(request, "reservation_id", None)
    if number:
        named = reservations.numbered(number, now)
        return UNSET if named is None else as_fact(named)
    under = reservations.under(
        getattr(request, "connector_id", None), getattr(request, "id_tag", None), now
    )
    return None if under is None else as_fact(under)


def _remote_start(
    context: Context, live: LiveChargePoint, request: Message, names: Names, now: Timestamp
) -> RemoteStart | None:
    id_tag: str | None = getattr(request, "id_tag", None)
    if id_tag is None or "remoteStart" not in names:
        return None
    return context.remote_starts.find(live.charge_point.id, id_tag, now)


def _known_transaction(live: LiveChargePoint, request: Message) -> Transaction | UnsetType | None:
    # errata 3.18: a charge point that never got our answer sends -1; 0 is used likewise.
    transaction_id: int | None = getattr(request, "transaction_id", None)
    if transaction_id is None or transaction_id <= 0:
        return None
    return UNSET if live.transactions is None else live.transactions.get(transaction_id, UNSET)


async def _fetch_tag(context: Context, request: Any) -> Tag | None:
    """The stored record of the request's id tag."""
    return await context.store.id_tags.get(request.id_tag)


async def _parent_tag(context: Context, request: Any) -> Tag | None:
    """The stored record of the parent of the request's id tag."""
    if getattr(request, "id_tag", None) is None:
        return None
    tag = await _fetch_tag(context, request)
    if tag is None or tag.parent_id_tag is None:
        return None
    return await context.store.id_tags.get(tag.parent_id_tag)


async def _fetch_connector(
    context: Context, live: LiveChargePoint, request: Any
) -> Connector | None:
    """The connector the request names, from now on in memory."""
    connector_id: int = request.connector_id
    connector = await context.store.connectors.get(live.charge_point.id, connector_id)
    live.remember_connector(connector_id, connector)
    return connector


async def _fetch_transaction(
    context: Context, live: LiveChargePoint, request: Any
) -> Transaction | None:
    """The transaction the request names, from now on in memory; another's transaction is none."""
    transaction_id: int = request.transaction_id
    transaction = await context.store.transactions.get(transaction_id)
    if transaction is not None and transaction.charge_point_id != live.charge_point.id:
        transaction = None
    live.remember_transaction(transaction_id, transaction)
    return transaction


async def load_reservations(
    context: Context, live: LiveChargePoint, now: Timestamp
) -> Reservations:
    """The active reservations of the charge point, from now on in memory."""
    if live.reservations is None:
        active = await context.store.reservations.active(live.charge_point.id, now)
        # Somebody else may have been quicker, and may have changed them since.
        if live.reservations is None:
            live.reservations = Reservations(active)
    return live.reservations


async def _fetch_reservation(
    context: Context, live: LiveChargePoint, request: Any, now: Timestamp
) -> Reservation | None:
    """The reservation the request names, also one that has ended, or else the one it is under."""
    reservations = await load_reservations(context, live, now)
    known = _known_reservation(live, request, now)
    if known is not UNSET:
        return known
    found = await context.store.reservations.named(
        live.charge_point.id, request.reservation_id, now
    ) or reservations.under(request.connector_id, None, now)
    return None if found is None else as_fact(found)
