"""The records of a StopTransaction: the end of a transaction, or a stop to be reconciled."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from engine.central_system.callbacks.outcome import Outcome
from engine.central_system.live_charge_point import LiveChargePoint
from engine.policy.facts import Transaction
from engine.storage import Store, UnmatchedStop, Write, flagged, new_id
from protocol import payloads
from protocol.messages import StopTransactionReq


def stop_transaction(store: Store, outcome: Outcome) -> list[Write]:
    """The end of the transaction and its meter values. The first end stays; another is kept too."""
    if outcome.match is not None:
        return _reconciled(store, outcome)
    transaction = outcome.transaction
    assert transaction is not None
    stop = unmatched_stop(outcome.charge_point.id, outcome.request, outcome.now)
    another = replace(stop, cause="AlreadyStopped")
    return [
        *_ended(store, outcome, transaction),
        store.unmatched_stops.another(another, transaction.transaction_id),
    ]


def stopped(live: LiveChargePoint, outcome: Outcome) -> None:
    """The transaction has ended; its first stop stays."""
    transaction, match = outcome.transaction, outcome.match
    request: StopTransactionReq = outcome.request
    if match is not None and match.cause == "NoTransaction":
        live.remember_early_stop(request.timestamp)
    if transaction is None or transaction.stopped_at is not None:
        return
    ended = replace(
        transaction,
        stopped_at=request.timestamp,
        meter_stop=request.meter_stop,
        reason=_reason(request),
        stop_id_tag=request.id_tag,
        stop_received_at=outcome.now,
        abandoned_at=None,
        abandoned_reason=None,
        reconciled=None if outcome.match is None else "automatic",
    )
    live.remember_transaction(ended.transaction_id, flagged(ended))
    live.no_longer_runs(ended)


def unmatched_stop(
    charge_point_id: str, request: StopTransactionReq, now: datetime
) -> UnmatchedStop:
    """The stop as it is kept when it ends no transaction that it names."""
    data: Any = None
    if request.transaction_data:
        data = payloads.to_builtins(request)["transactionData"]
    return UnmatchedStop(
        id=new_id(now),
        charge_point_id=charge_point_id,
        transaction_id=request.transaction_id,
        stopped_at=request.timestamp,
        meter_stop=request.meter_stop,
        reason=_reason(request),
        id_tag=request.id_tag,
        received_at=now,
        transaction_data=data,
    )


def _reconciled(store: Store, outcome: Outcome) -> list[Write]:
    """A stop that names no transaction of its charge point: it is kept, whatever it ends."""
    request: StopTransactionReq = outcome.request
    charge_point_id, match, now = outcome.charge_point.id, outcome.match, outcome.now
    assert match is not None
    if match.is_repeated:
        return []
    stop = unmatched_stop(charge_point_id, request, now)
    transaction = match.transaction
    if transaction is None:
        values = store.meter_values.recorded(
            charge_point_id, 0, request.transaction_id, request.transaction_data or ()
        )
        return [store.unmatched_stops.recorded(replace(stop, cause=match.cause)), *values]
    id_ = transaction.transaction_id
    kept = stop if match.known is None else match.known
    return [
        *_ended(store, outcome, transaction),
        store.unmatched_stops.recorded(stop),
        store.unmatched_stops.matched(kept.id, id_, now, "automatic"),
    ]


def _ended(store: Store, outcome: Outcome, transaction: Transaction) -> list[Write]:
    request: StopTransactionReq = outcome.request
    return [
        store.transactions.stopped(
            transaction.transaction_id,
            stopped_at=request.timestamp,
            meter_stop=request.meter_stop,
            reason=_reason(request),
            stop_id_tag=request.id_tag,
            received_at=outcome.now,
            reconciled=None if outcome.match is None else "automatic",
        ),
        *store.meter_values.recorded(
            outcome.charge_point.id,
            transaction.connector_id,
            transaction.transaction_id,
            request.transaction_data or (),
            runs=transaction.stopped_at is None,
        ),
    ]


def _reason(request: StopTransactionReq) -> str:
    # §6.49: "Reason MAY only be omitted when the Reason is 'Local'".
    return "Local" if request.reason is None else request.reason.value
