"""What is odd about a transaction. It is kept as it was sent, and said; nothing is corrected."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from engine.policy.facts import Transaction, TransactionFlag

CLOCK_SET = datetime(2015, 1, 1, tzinfo=UTC)
"""OCPP 1.6 is of 2015: a charge point that speaks of an earlier time has not set its clock."""

AHEAD = timedelta(minutes=5)
"""How far a charge point's clock may be ahead of ours before it is worth a word."""


def flagged(transaction: Transaction) -> Transaction:
    """The transaction with its flags as they follow from the rest of it."""
    flags = tuple(_flags(transaction))
    return replace(transaction, flags=flags) if flags != transaction.flags else transaction


def _flags(transaction: Transaction) -> Iterator[TransactionFlag]:
    started_at, stopped_at = transaction.started_at, transaction.stopped_at
    if started_at < CLOCK_SET or (stopped_at is not None and stopped_at < CLOCK_SET):
        yield "ClockNotSet"
    if _ahead(started_at, transaction.received_at) or (
        stopped_at is not None and _ahead(stopped_at, transaction.stop_received_at)
    ):
        yield "InTheFuture"
    if stopped_at is not None and stopped_at < started_at:
        yield "StopBeforeStart"
    if transaction.meter_stop is not None and transaction.meter_stop < transaction.meter_start:
        yield "MeterWentBackwards"


def _ahead(time: datetime, received_at: datetime | None) -> bool:
    return received_at is not None and time - received_at > AHEAD
