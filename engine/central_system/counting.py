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
    key = None if id_tag is None else id_tag_key(id_tag)
    group = None if tag is None else tag.parent_id_tag
    counted = running.count(live.charge_point.id, key, group, _start(live, request, key))
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
    key, parent = (text and id_tag_key(text) for text in (id_tag, group))
    charge_point_id, same = live.charge_point.id, _start(live, request, key)
    running = context.store.running
    if running is not None:
        await running.load()
        return running.count(charge_point_id, key, group, same)
    assert isinstance(context.starting, Starting)
    with context.starting.reading() as starting:
        stored = await context.store.active_transactions.of(charge_point_id, id_tag, group)
    starts = map(ActiveTransaction.of, starting)
    active = {each.transaction_id: each for each in (*starts, *stored)}
    others = [each for each in active.values() if each.start != same]
    return Counted(
        sum(key is not None and each.id_tag_key == key for each in others),
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


def _start(live: LiveChargePoint, request: Message, tag_key: str | None) -> StartKey | None:
    """What the request may have started already, when it was sent before."""
    if tag_key is None or not isinstance(request, StartTransactionReq):
        return None
    return (
        live.charge_point.id,
        request.connector_id,
        tag_key,
        request.timestamp,
        request.meter_start,
    )
