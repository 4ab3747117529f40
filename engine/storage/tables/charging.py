"""Transactions, and what belongs to them: reservations, faults, stops that fit none."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from engine.storage.columns import Instant, Json
from engine.storage.tables.parts import index_where, metadata

transactions = Table(
    "transactions",
    metadata,
    Column("transaction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("charge_point_id", Text, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("id_tag_key", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("meter_start", BigInteger, nullable=False),
    Column("reservation_id", BigInteger),
    Column("id_tag_status", Text, nullable=False),
    Column("stopped_at", Instant),
    Column("meter_stop", BigInteger),
    Column("reason", Text),
    Column("stop_id_tag", Text),
    # Between these two places of the log of meter values are those of the transaction.
    Column("meter_values_from", BigInteger, nullable=False),
    Column("meter_values_until", BigInteger),
    Column("parent_id_tag", Text),
    Column("parent_id_tag_key", Text),
    # When the messages came; null in transactions that an older Voltrule recorded.
    Column("received_at", Instant),
    Column("stop_received_at", Instant),
    # Null again when the stop comes after all.
    Column("abandoned_at", Instant),
    Column("abandoned_reason", Text),
    # Who matched a stop without its transaction id: `automatic` or `operator`.
    Column("reconciled", Text),
    # ocpp16.md §4: these five together are one StartTransaction, however often it is sent. Time
    # comes first, so that the index grows at its end and also serves the history by time.
    UniqueConstraint(
        "started_at",
        "charge_point_id",
        "connector_id",
        "id_tag_key",
        "meter_start",
        name="uq_transactions_start",
    ),
    Index("ix_transactions_charge_point_id", "charge_point_id", "started_at", "transaction_id"),
    Index("ix_transactions_id_tag_key", "id_tag_key", "started_at", "transaction_id"),
    # What is asked for and seldom the case. Each is small, or grows at its end.
    index_where("ix_transactions_open", "started_at", "transaction_id", where="stopped_at IS NULL"),
    index_where(
        "ix_transactions_refused",
        "id_tag_status",
        "started_at",
        "transaction_id",
        where="id_tag_status <> 'Accepted'",
    ),
    index_where(
        "ix_transactions_parent_id_tag_key",
        "parent_id_tag_key",
        "started_at",
        "transaction_id",
        where="parent_id_tag_key IS NOT NULL",
    ),
    index_where(
        "ix_transactions_reason",
        "reason",
        "started_at",
        "transaction_id",
        where="reason IS NOT NULL",
    ),
    index_where(
        "ix_transactions_reason_stopped_at",
        "reason",
        "stopped_at",
        "transaction_id",
        where="reason IS NOT NULL",
    ),
    index_where(
        "ix_transactions_stopped_at",
        "stopped_at",
        "transaction_id",
        where="stopped_at IS NOT NULL",
    ),
    # Few are without a stop at any time: what is asked of these costs the same after years.
    index_where(
        "ix_transactions_no_stop",
        "charge_point_id",
        "abandoned_at",
        "connector_id",
        where="stopped_at IS NULL",
    ),
    # Nobody but us writes to SQLite, so there `running_transactions.py` has these in memory.
    index_where(
        "ix_transactions_running_id_tag",
        "id_tag_key",
        where="stopped_at IS NULL AND abandoned_at IS NULL",
    ).ddl_if(dialect="postgresql"),
    index_where(
        "ix_transactions_running_parent_id_tag",
        "parent_id_tag_key",
        where="parent_id_tag_key IS NOT NULL AND stopped_at IS NULL AND abandoned_at IS NULL",
    ).ddl_if(dialect="postgresql"),
)

reservations = Table(
    "reservations",
    metadata,
    # Charge points may be given a reservation id again: this is one of its reservations.
    Column("id", Text, primary_key=True),
    Column("charge_point_id", Text, nullable=False),
    Column("reservation_id", BigInteger, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("parent_id_tag", Text),
    Column("expiry_date", Instant, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    # Null while it is active; one that expired keeps null, as nobody says so.
    Column("ended_at", Instant),
    # Why it ended.
    Column("end", Text),
    Column("transaction_id", BigInteger),
    Index("ix_reservations_charge_point_id", "charge_point_id", "reservation_id", "id"),
    index_where(
        "ix_reservations_active", "charge_point_id", "expiry_date", where="ended_at IS NULL"
    ),
)

# What the fact `counters.faultsLastHour` counts; older rows go when the charge point reports again.
faults = Table(
    "faults",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    # As the charge point says, so that a report sent again counts once.
    Column("reported_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    PrimaryKeyConstraint("charge_point_id", "connector_id", "reported_at"),
)

unmatched_stops = Table(
    "unmatched_stops",
    metadata,
    Column("id", Text, primary_key=True),
    Column("charge_point_id", Text, nullable=False),
    # As sent: 0, -1, an id nobody gave, or null.
    Column("transaction_id", BigInteger),
    Column("stopped_at", Instant, nullable=False),
    Column("meter_stop", BigInteger, nullable=False),
    Column("reason", Text),
    Column("id_tag", Text),
    Column("received_at", Instant, nullable=False),
    # Hash of what was sent, so that a repeated stop is kept once (null would never be equal).
    Column("content", BigInteger, nullable=False),
    # Why it was not the stop of the transaction it names, or of any.
    Column("cause", Text),
    # Its meter values as they were sent.
    Column("transaction_data", Json),
    # Which transaction it turned out to end, when, and who said so: `automatic` or `operator`.
    Column("matched_transaction_id", BigInteger),
    Column("matched_at", Instant),
    Column("matched_by", Text),
    UniqueConstraint("charge_point_id", "stopped_at", "content", name="uq_unmatched_stops_stop"),
    index_where("ix_unmatched_stops_no_match", "id", where="matched_at IS NULL"),
)
