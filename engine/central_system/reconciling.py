"""
Which transaction a stop ends that names none: by charge point, id tag, time and meter.

ocpp16.md §4, errata 3.18. A charge point that never got the answer to its StartTransaction stops
with transaction id 0 or -1, and one that was moved here from another central system with an id of
that one. Exactly one transaction that has no stop must fit; where several or none do, an operator
decides (`POST /v1/unmatched-stops/{id}/match`). A StopTransaction names no connector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace
from structlog import get_logger

from engine.central_system.context import Context
from engine.policy.facts import Tag, Transaction
from engine.storage import StopCause, Store, UnmatchedStop, Write, flagged
from protocol import repairs
from protocol.messages import MeterValue, StopTransactionReq
from protocol.timestamps import Timestamp
from protocol.types import id_tag_key

log = get_logger()


class Stop(Protocol):
    """What is known of a stop: as it was sent, or as it was kept."""

    @property
    def transaction_id(self) -> int | None: ...
    @property
    def id_tag(self) -> str | None: ...
    @property
    def meter_stop(self) -> int: ...


class Match(msgspec.Struct, frozen=True):
    """What was found out about a stop that names no transaction."""

    transaction: Transaction | None = None
    """The one it ends."""
    cause: StopCause | None = None
    """Why there is none, if there is none."""
    known: UnmatchedStop | None = None
    """The same stop, kept when it was sent before."""

    @property
    def is_repeated(self) -> bool:
        """Whether it has ended its transaction already."""
        return self.known is not None and self.known.matched_transaction_id is not None


async def match(store: Store, stop: UnmatchedStop, tag: Tag | None) -> Match:
    """Find the transaction of a stop whose id tag has this record."""
    known = await store.unmatched_stops.same(stop)
    if known is not None and known.matched_transaction_id is not None:
        return Match(known=known)
    without_stop = await store.active_transactions.without_stop(stop.charge_point_id)
    group = None if tag is None else tag.parent_id_tag
    fitting = [each for each in without_stop if fits(each, stop, stop.stopped_at, group)]
    match _last_of_connectors(fitting):
        case [transaction]:
            return Match(transaction=transaction, known=known)
        case []:
            return Match(cause="NoTransaction", known=known)
        case _:
            return Match(cause="Ambiguous", known=known)


def _last_of_connectors(fitting: Sequence[Transaction]) -> list[Transaction]:
    """
    Without those that had ended when another one began at their connector.

    Both time and meter must say that it is later: a clock that is set again tells nothing.
    """
    return [
        each
        for each in fitting
        if not any(
            other.connector_id == each.connector_id
            and other.started_at > each.started_at
            and other.meter_start >= each.meter_start
            for other in fitting
        )
    ]


def fits(transaction: Transaction, stop: Stop, stopped_at: datetime, group: str | None) -> bool:
    """Whether a stop can be that of a transaction; `group` is that of the stop's id tag."""
    return (
        transaction.started_at <= stopped_at
        and transaction.meter_start <= stop.meter_stop
        and _may_stop(transaction, stop, group)
    )


def _may_stop(transaction: Transaction, stop: Stop, group: str | None) -> bool:
    if stop.id_tag is None:
        # Nobody held a card to it. An id that somebody else gave may be of a transaction that we
        # know nothing of, so then time and meter are not enough.
        return stop.transaction_id is None or stop.transaction_id <= 0
    parent = transaction.parent_id_tag
    return id_tag_key(transaction.id_tag) == id_tag_key(stop.id_tag) or (
        group is not None and parent is not None and id_tag_key(group) == id_tag_key(parent)
    )


def earlier_stop(stops: Iterable[UnmatchedStop], start: Transaction) -> UnmatchedStop | None:
    """
    The stop of a transaction that came before its start, out of order.

    Only a start that was queued can be older than a stop that is here already.
    """
    fitting = [
        stop
        for stop in stops
        if stop.id_tag is not None
        and start.started_at <= stop.received_at
        and fits(start, stop, stop.stopped_at, None)
    ]
    return fitting[0] if len(fitting) == 1 else None


def ended_by(transaction: Transaction, stop: UnmatchedStop) -> Transaction:
    """The transaction as that stop leaves it."""
    return flagged(
        replace(
            transaction,
            stopped_at=stop.stopped_at,
            meter_stop=stop.meter_stop,
            reason=stop.reason or "Local",
            stop_id_tag=stop.id_tag,
            stop_received_at=stop.received_at,
            reconciled="automatic",
        )
    )


def end_by(
    store: Store, transaction: Transaction, stop: UnmatchedStop, now: Timestamp
) -> list[Write]:
    """What is to be kept when a transaction begins and that stop has ended it."""
    id_ = transaction.transaction_id
    return [
        store.transactions.stopped(
            id_,
            stopped_at=stop.stopped_at,
            meter_stop=stop.meter_stop,
            reason=stop.reason or "Local",
            stop_id_tag=stop.id_tag,
            received_at=stop.received_at,
            reconciled="automatic",
        ),
        store.unmatched_stops.matched(stop.id, id_, now, "automatic"),
        *_meter_values(store, transaction, stop),
    ]


async def match_by_hand(context: Context, stop_id: str, transaction_id: int) -> UnmatchedStop:
    """
    Let a stop end the transaction that an operator names.

    Raises:
        NotFound: there is no such stop.
        Conflict: it has a transaction already, or can't be the stop of that one.
    """
    store = context.store
    stop, transaction = await store.unmatched_stops.match(stop_id, transaction_id, context.clock())
    await store.write(*_meter_values(store, transaction, stop))
    await _changed(context, transaction)
    return stop


def _meter_values(store: Store, transaction: Transaction, stop: UnmatchedStop) -> list[Write]:
    """What came with the stop; it was kept with it, as nobody knew where it belongs."""
    if not stop.transaction_data:
        return []
    request = {
        "transactionId": transaction.transaction_id,
        "meterStop": stop.meter_stop,
        "timestamp": Timestamp.of(stop.stopped_at).isoformat(),
        "transactionData": stop.transaction_data,
    }
    kept, _ = repairs.read(StopTransactionReq, msgspec.json.encode(request))
    data: tuple[MeterValue, ...] = kept.transaction_data or ()
    return store.meter_values.recorded(
        transaction.charge_point_id, transaction.connector_id, transaction.transaction_id, data
    )


async def _changed(context: Context, transaction: Transaction) -> None:
    """What is in memory of it must not be older than the store."""
    id_ = transaction.transaction_id
    log.info(
        "transaction reconciled",
        chargePointId=transaction.charge_point_id,
        transactionId=id_,
    )
    live = context.connections.known(transaction.charge_point_id)
    if live is not None and live.transactions is not None and id_ in live.transactions:
        stored = await context.store.transactions.get(id_)
        live.remember_transaction(id_, stored)
