"""
The tables, one set for SQLite and PostgreSQL.

What a charge point sends is kept in 64-bit integers and unbounded text: a value out of the
specification's range is a fact too, and must not make a record of money fail. There are no
foreign keys: history outlives the registry, and a charge point may report before it is known.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from engine.storage.columns import Instant, Json

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")

charge_points = Table(
    "charge_points",
    metadata,
    Column("id", Text, primary_key=True),
    Column("registered", Boolean, nullable=False),
    Column("groups", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("vendor", Text),
    Column("model", Text),
    Column("serial_number", Text),
    Column("charge_box_serial_number", Text),
    Column("firmware_version", Text),
    Column("iccid", Text),
    Column("imsi", Text),
    Column("meter_type", Text),
    Column("meter_serial_number", Text),
    Column("boot_status", Text),
    Column("booted_at", Instant),
    Column("firmware_status", Text),
    Column("diagnostics_status", Text),
    Column("password_hash", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
)

connectors = Table(
    "connectors",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text, nullable=False),
    Column("info", Text),
    Column("vendor_id", Text),
    Column("vendor_error_code", Text),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("charge_point_id", "connector_id"),
)

id_tags = Table(
    "id_tags",
    metadata,
    # The tag in folded case: letter case means nothing (OCPP 1.6 §7.27).
    Column("key", Text, primary_key=True),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_date", Instant),
    Column("parent_id_tag", Text),
    Column("labels", Json, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

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
    UniqueConstraint("charge_point_id", "stopped_at", "content", name="uq_unmatched_stops_stop"),
)

meter_values = Table(
    "meter_values",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    # 0 outside a transaction: null would never be equal to itself.
    Column("transaction_id", BigInteger, nullable=False),
    Column("measured_at", Instant, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    # Hash of the sampled value, so that a repeated one is kept once.
    Column("content", BigInteger, nullable=False),
    Column("measurand", Text, nullable=False),
    Column("phase", Text),
    Column("context", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("unit", Text),
    Column("format", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("number", Double),
    # The one index: it tells repeats and has the values of a transaction side by side.
    PrimaryKeyConstraint(
        "charge_point_id", "transaction_id", "measured_at", "connector_id", "content"
    ),
    sqlite_with_rowid=False,
)

# The two logs grow with every message, and SQLite's commit costs by the page it changes. An index
# by charge point would change a page per row. One by segment (1,024 rows) and charge point grows
# at its end: a commit changes a handful of pages, and `history.py` reads segment after segment.
decisions = Table(
    "decisions",
    metadata,
    Column("sequence", _Sequence, primary_key=True),
    Column("segment", BigInteger, Computed("sequence >> 10", persisted=True), nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("time", Instant, nullable=False),
    Column("charge_point_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("message_id", Text),
    Column("revision", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("policy", Text),
    Column("rule", Text),
    Column("response", Json, nullable=False),
    Column("explanation", Text),
    Column("errors", Json, nullable=False),
    Column("duration_microseconds", Double, nullable=False),
    Index("ix_decisions_segment", "segment", "charge_point_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", _Sequence, primary_key=True),
    Column("segment", BigInteger, Computed("id >> 10", persisted=True), nullable=False),
    Column("charge_point_id", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("time", Instant, nullable=False),
    Column("text", Text, nullable=False),
    Column("message_id", Text),
    Column("action", Text),
    Index("ix_messages_segment", "segment", "charge_point_id"),
)

commands = Table(
    "commands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("charge_point_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("result", Json),
    Column("error", Json),
    Column("issued_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Index("ix_commands_charge_point_id", "charge_point_id", "id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
)

policy_revisions = Table(
    "policy_revisions",
    metadata,
    Column("id", _Sequence, primary_key=True),
    Column("revision", Text, nullable=False, unique=True),
    Column("saved_at", Instant, nullable=False),
    # What the directory held when a rollback put this revision live; null: the directory did.
    Column("rolled_back_from", Text),
    # path → base64 of its content
    Column("files", Json, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
