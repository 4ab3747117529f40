"""The two logs that grow with every message."""

from sqlalchemy import BigInteger, Boolean, Column, Computed, Double, Index, Table, Text, text

from engine.storage.columns import Instant, Json
from engine.storage.tables.parts import SELDOM, Sequence, index_where, metadata, where_given

# These two grow with every message, and SQLite's commit costs by the page it changes. An
# index by charge point or transaction would change a page per row. One that has the segment (1,024
# rows) before them grows at its end: a commit changes a handful of pages, and `history.py` reads
# segment after segment. PostgreSQL's commit costs by the bytes: it may have any index.
meter_values = Table(
    "meter_values",
    metadata,
    Column("sequence", Sequence, primary_key=True),
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
    Column("sequence", Sequence, primary_key=True),
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
    index_where("ix_exchanges_action", "segment", "action", where=SELDOM),
    where_given("ix_exchanges_id_tag_key", "segment", "id_tag_key"),
    where_given("ix_exchanges_status", "segment", "status"),
    where_given("ix_exchanges_policy", "segment", "policy", "rule"),
    where_given("ix_exchanges_errors", "segment", given="errors"),
    where_given("ix_exchanges_shadow_differs", "segment", given="shadow_differs"),
)
