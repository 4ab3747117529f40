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
    text,
)

from engine.storage.columns import Instant, Json

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

FREQUENT = ("Heartbeat", "MeterValues", "StatusNotification")
"""Actions of which there are so many that the log is looked through for them without an index."""
SELDOM = f"action NOT IN {FREQUENT}"

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")


def _index_where(name: str, *columns: str, where: str) -> Index:
    """An index of few of the rows."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _where_given(name: str, *columns: str, given: str | None = None) -> Index:
    """An index of the rows that have something in `given`, by default its second column."""
    return _index_where(name, *columns, where=f"{given or columns[1]} IS NOT NULL")


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

# Sorted by its characters on both databases: only then is a beginning a range of an index.
_Key = Text().with_variant(Text(collation="C"), "postgresql")

id_tags = Table(
    "id_tags",
    metadata,
    # What tags are compared by: `protocol.types.id_tag_key`.
    Column("key", _Key, primary_key=True),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_date", Instant),
    Column("parent_id_tag", Text),
    Column("parent_key", _Key),
    Column("labels", Json, nullable=False),
    # How many transactions it may have at once; null: what the configuration says.
    Column("max_active_transactions", BigInteger),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_id_tags_parent_key", "parent_key", "key"),
    Index("ix_id_tags_status", "status", "key"),
)

# The labels once more, to find the tags that have one.
id_tag_labels = Table(
    "id_tag_labels",
    metadata,
    Column("name", _Key, nullable=False),
    Column("value", _Key, nullable=False),
    Column("key", _Key, nullable=False),
    PrimaryKeyConstraint("name", "key"),
    Index("ix_id_tag_labels_value", "name", "value", "key"),
    Index("ix_id_tag_labels_key", "key"),
)

# What is known of the local authorization list of each charge point. OCPP 1.6 §3.5.2.
local_lists = Table(
    "local_lists",
    metadata,
    Column("charge_point_id", Text, primary_key=True),
    # The last version that an update was given; written before the update is sent, so that none is
    # given twice, also not after a crash.
    Column("version", BigInteger, nullable=False),
    # The version that `local_list_entries` are of; null where nobody knows what there is.
    Column("acknowledged_version", BigInteger),
    Column("status", Text, nullable=False),
    Column("selector", Json, nullable=False),
    # The last update that was sent, and its answer.
    Column("last_update", Json),
    Column("synchronized_at", Instant),
    # What the charge point said of its configuration, and when.
    Column("enabled", Boolean),
    Column("max_length", BigInteger),
    Column("send_max_length", BigInteger),
    Column("limits_read_at", Instant),
)

local_list_entries = Table(
    "local_list_entries",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    Column("key", _Key, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_date", Instant),
    Column("parent_id_tag", Text),
    PrimaryKeyConstraint("charge_point_id", "key"),
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
    _index_where(
        "ix_transactions_open", "started_at", "transaction_id", where="stopped_at IS NULL"
    ),
    _index_where(
        "ix_transactions_refused",
        "id_tag_status",
        "started_at",
        "transaction_id",
        where="id_tag_status <> 'Accepted'",
    ),
    _index_where(
        "ix_transactions_parent_id_tag_key",
        "parent_id_tag_key",
        "started_at",
        "transaction_id",
        where="parent_id_tag_key IS NOT NULL",
    ),
    _index_where(
        "ix_transactions_reason",
        "reason",
        "started_at",
        "transaction_id",
        where="reason IS NOT NULL",
    ),
    _index_where(
        "ix_transactions_reason_stopped_at",
        "reason",
        "stopped_at",
        "transaction_id",
        where="reason IS NOT NULL",
    ),
    _index_where(
        "ix_transactions_stopped_at",
        "stopped_at",
        "transaction_id",
        where="stopped_at IS NOT NULL",
    ),
    # Few are without a stop at any time: what is asked of these costs the same after years.
    _index_where(
        "ix_transactions_no_stop",
        "charge_point_id",
        "abandoned_at",
        "connector_id",
        where="stopped_at IS NULL",
    ),
    # Nobody but us writes to SQLite, so there `running_transactions.py` has these in memory.
    _index_where(
        "ix_transactions_running_id_tag",
        "id_tag_key",
        where="stopped_at IS NULL AND abandoned_at IS NULL",
    ).ddl_if(dialect="postgresql"),
    _index_where(
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
    _index_where(
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
    _index_where("ix_unmatched_stops_no_match", "id", where="matched_at IS NULL"),
)

# The two logs below grow with every message, and SQLite's commit costs by the page it changes. An
# index by charge point or transaction would change a page per row. One that has the segment (1,024
# rows) before them grows at its end: a commit changes a handful of pages, and `history.py` reads
# segment after segment. PostgreSQL's commit costs by the bytes: it may have any index.
meter_values = Table(
    "meter_values",
    metadata,
    Column("sequence", _Sequence, primary_key=True),
    Column("segment", BigInteger, Computed("sequence >> 10", persisted=True), nullable=False),
    Column("charge_point_id", Text, nullable=False),
    # 0 outside a transaction.
    Column("transaction_id", BigInteger, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("measured_at", Instant, nullable=False),
    # The sampled values as they were sent.
    Column("sampled", Json, nullable=False),
    # Whether it came while its transaction was not known to run; see `meter_value_rows.py`.
    Column("stray", Boolean, nullable=False),
    Index("ix_meter_values_segment", "segment", "charge_point_id").ddl_if(dialect="sqlite"),
    Index("ix_meter_values_stray", "transaction_id", sqlite_where=text("stray")).ddl_if(
        dialect="sqlite"
    ),
    Index("ix_meter_values_transaction_id", "transaction_id", "measured_at").ddl_if(
        dialect="postgresql"
    ),
    Index("ix_meter_values_charge_point_id", "charge_point_id", "measured_at").ddl_if(
        dialect="postgresql"
    ),
)

# What a charge point and we said to each other: a Call of its, our answer and the decision behind
# it are one row, because a row costs more than what is in it. Other messages have a row each, and
# so has a decision that answers no message (the handshake).
exchanges = Table(
    "exchanges",
    metadata,
    Column("sequence", _Sequence, primary_key=True),
    Column("segment", BigInteger, Computed("sequence >> 10", persisted=True), nullable=False),
    Column("time", Instant, nullable=False),
    Column("charge_point_id", Text, nullable=False),
    Column("action", Text),
    Column("message_id", Text),
    Column("received", Text),
    Column("sent", Text),
    # The decision; without one these are null.
    Column("decision_id", Text, unique=True),
    Column("revision", Text),
    Column("source", Text),
    Column("policy", Text),
    Column("rule", Text),
    # Null where `sent` has it.
    Column("response", Json),
    Column("explanation", Text),
    Column("errors", Json),
    Column("duration_microseconds", Double),
    # The facts that were read but for the request, which `received` has, and `now`, which is
    # `time`. Of a decision that answers no message the request, too.
    Column("facts", Json),
    Column("effects", Json),
    Column("shadow", Json),
    # True where a policy in shadow mode would have answered otherwise, else null.
    Column("shadow_differs", Boolean),
    # The request's id tag in folded case, and the status that was answered.
    Column("id_tag_key", Text),
    Column("status", Text),
    Index("ix_exchanges_segment", "segment", "charge_point_id"),
    # What is asked for by these is rare, and a message that has none of it costs nothing here.
    _index_where("ix_exchanges_action", "segment", "action", where=SELDOM),
    _where_given("ix_exchanges_id_tag_key", "segment", "id_tag_key"),
    _where_given("ix_exchanges_status", "segment", "status"),
    _where_given("ix_exchanges_policy", "segment", "policy", "rule"),
    _where_given("ix_exchanges_errors", "segment", given="errors"),
    _where_given("ix_exchanges_shadow_differs", "segment", given="shadow_differs"),
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

# What the writer notes of itself: on PostgreSQL each group, so that after a lost connection it is
# known whether the group arrived; on both databases the last probe.
commits = Table(
    "commits",
    metadata,
    Column("writer", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("committed_at", Instant, nullable=False),
    PrimaryKeyConstraint("writer", "number"),
)

log_marks = Table(
    "log_marks",
    metadata,
    Column("log", Text, nullable=False),
    Column("marked_at", Instant, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("log", "marked_at"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
