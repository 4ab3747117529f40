"""The fact `counters`: what runs now, without what is being asked."""

from __future__ import annotations

from datetime import timedelta

from engine.central_system.context import Context
from engine.policy.facts import Counters, Tag, Transaction
from engine.storage import ActiveTransaction
from protocol.messages import StartTransactionReq
from protocol.timestamps import Timestamp
from protocol.types import Message, id_tag_key

HOUR = timedelta(hours=1)


async def count(
    context: Context, charge_point_id: str, request: Message, tag: Tag | None, now: Timestamp
) -> Counters:
    """
    Count for a request whose id tag has this record.

    It must be decided before anything else is awaited: see `Starting`.
    """
    store, id_tag = context.store, getattr(request, "id_tag", None)
    connector_id: int | None = getattr(request, "connector_id", None)
    faults = await store.faults.count(charge_point_id, connector_id, now - HOUR)
    group = None if tag is None else tag.parent_id_tag
    with context.starting.reading() as starting:
        stored = await store.active_transactions.of(charge_point_id, id_tag, group)
    active = {each.transaction_id: each for each in (*map(_active, starting), *stored)}
    others = [each for each in active.values() if not _is(each, charge_point_id, request)]
    return Counters(
        active_transactions_of_id_tag=sum(_has_tag(each, id_tag) for each in others),
        active_transactions_of_parent_id_tag=sum(_has_group(each, group) for each in others),
        active_transactions_of_charge_point=sum(
            each.charge_point_id == charge_point_id for each in others
        ),
        max_active_transactions_of_id_tag=_limit(context, id_tag, tag),
        faults_last_hour=faults,
    )


def _limit(context: Context, id_tag: str | None, tag: Tag | None) -> int | None:
    if id_tag is None:
        return None
    own = None if tag is None else tag.max_active_transactions
    return context.settings.concurrent_transactions_per_id_tag if own is None else own


def _active(transaction: Transaction) -> ActiveTransaction:
    parent = transaction.parent_id_tag
    return ActiveTransaction(
        transaction.transaction_id,
        transaction.charge_point_id,
        transaction.connector_id,
        id_tag_key(transaction.id_tag),
        None if parent is None else id_tag_key(parent),
        transaction.started_at,
        transaction.meter_start,
    )


def _is(active: ActiveTransaction, charge_point_id: str, request: Message) -> bool:
    """Whether it is what the request started when it was sent before."""
    return (
        isinstance(request, StartTransactionReq)
        and active.charge_point_id == charge_point_id
        and active.connector_id == request.connector_id
        and active.id_tag_key == id_tag_key(request.id_tag)
        and active.started_at == request.timestamp
        and active.meter_start == request.meter_start
    )


def _has_tag(active: ActiveTransaction, id_tag: str | None) -> bool:
    return id_tag is not None and active.id_tag_key == id_tag_key(id_tag)


def _has_group(active: ActiveTransaction, group: str | None) -> bool:
    return group is not None and active.parent_id_tag_key == id_tag_key(group)
