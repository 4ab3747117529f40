"""The fact `counters`: what runs now, without what is being asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType

from engine.central_system.context import Context
from engine.central_system.live_charge_point import LiveChargePoint
from engine.central_system.starting import Starting
from engine.policy.facts import Counters, Tag
from engine.storage import ActiveTransaction, Counted, StartKey
from protocol.messages import StartTransactionReq
from protocol.timestamps import Timestamp
from protocol.types import Message, id_tag_key

HOUR = timedelta(hours=1)


def known_counters(
    context: Context, live: LiveChargePoint, request: Message, tag: Tag | None, now: Timestamp
) -> Counters | UnsetType:
    """The counters for a request whose id tag has this record, where memory has them."""
    running, last_fault = context.store.running, live.last_fault
    if running is None or not running.loaded or last_fault is UNSET:
        return UNSET
    if last_fault is not None and last_fault >= now - HOUR:
        return UNSET
    id_tag: str | None = getattr(request, "id_tag", None)
    group, same = None if tag is None else tag.parent_id_tag, _start(live, request)
    counted = running.count(live.charge_point.id, id_tag, group, same)
    return _counters(counted, _limit(context, id_tag, tag), 0)


async def count(
    context: Context, live: LiveChargePoint, request: Message, tag: Tag | None, now: Timestamp
) -> Counters:
    """
    The same, wherever they are.

    It must be decided before anything else is awaited: see `Starting`.
    """
    faults = await _faults(context, live, request, now - HOUR)
    id_tag: str | None = getattr(request, "id_tag", None)
    group = None if tag is None else tag.parent_id_tag
    counted = await _count(context, live, request, id_tag, group)
    return _counters(counted, _limit(context, id_tag, tag), faults)


async def _faults(
    context: Context, live: LiveChargePoint, request: Message, since: datetime
) -> int:
    faults, charge_point_id = context.store.faults, live.charge_point.id
    if live.last_fault is UNSET:
        last = await faults.last(charge_point_id)
        # One may have come meanwhile.
        if live.last_fault is UNSET:
            live.last_fault = last
    if live.last_fault is None or live.last_fault < since:
        return 0
    connector_id: int | None = getattr(request, "connector_id", None)
    return await faults.count(charge_point_id, connector_id, since)


async def _count(
    context: Context,
    live: LiveChargePoint,
    request: Message,
    id_tag: str | None,
    group: str | None,
) -> Counted:
    charge_point_id, same = live.charge_point.id, _start(live, request)
    running = context.store.running
    if running is not None:
        await running.load()
        return running.count(charge_point_id, id_tag, group, same)
    assert isinstance(context.starting, Starting)
    with context.starting.reading() as starting:
        stored = await context.store.active_transactions.of(charge_point_id, id_tag, group)
    starts = map(ActiveTransaction.of, starting)
    active = {each.transaction_id: each for each in (*starts, *stored)}
    others = [each for each in active.values() if each.start != same]
    tag, parent = id_tag and id_tag_key(id_tag), group and id_tag_key(group)
    return Counted(
        sum(tag is not None and each.id_tag_key == tag for each in others),
        sum(parent is not None and each.parent_id_tag_key == parent for each in others),
        sum(each.charge_point_id == charge_point_id for each in others),
    )


def _counters(counted: Counted, limit: int | None, faults: int) -> Counters:
    return Counters(
        active_transactions_of_id_tag=counted.of_id_tag,
        active_transactions_of_parent_id_tag=counted.of_parent_id_tag,
        active_transactions_of_charge_point=counted.of_charge_point,
        max_active_transactions_of_id_tag=limit,
        faults_last_hour=faults,
    )


def _limit(context: Context, id_tag: str | None, tag: Tag | None) -> int | None:
    if id_tag is None:
        return None
    own = None if tag is None else tag.max_active_transactions
    return context.settings.concurrent_transactions_per_id_tag if own is None else own


def _start(live: LiveChargePoint, request: Message) -> StartKey | None:
    """What the request may have started already, when it was sent before."""
    if not isinstance(request, StartTransactionReq):
        return None
    return (
        live.charge_point.id,
        request.connector_id,
        id_tag_key(request.id_tag),
        request.timestamp,
        request.meter_start,
    )
