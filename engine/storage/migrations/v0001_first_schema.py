"""The first schema."""

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _segment() -> sa.Column[int]:
    computed = sa.Computed("sequence >> 10", persisted=True)
    return sa.Column("segment", sa.BigInteger(), computed, nullable=False)


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "charge_points",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("groups", Json(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("vendor", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("serial_number", sa.Text()),
        sa.Column("charge_box_serial_number", sa.Text()),
        sa.Column("firmware_version", sa.Text()),
        sa.Column("iccid", sa.Text()),
        sa.Column("imsi", sa.Text()),
        sa.Column("meter_type", sa.Text()),
        sa.Column("meter_serial_number", sa.Text()),
        sa.Column("boot_status", sa.Text()),
        sa.Column("booted_at", Instant()),
        sa.Column("firmware_status", sa.Text()),
        sa.Column("diagnostics_status", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_charge_points"),
    )
    op.create_table(
        "connectors",
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("info", sa.Text()),
        sa.Column("vendor_id", sa.Text()),
        sa.Column("vendor_error_code", sa.Text()),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("charge_point_id", "connector_id", name="pk_connectors"),
    )
    op.create_table(
        "id_tags",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expiry_date", Instant()),
        sa.Column("parent_id_tag", sa.Text()),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_id_tags"),
    )
    op.create_table(
        "transactions",
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("id_tag_key", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("meter_start", sa.BigInteger(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("id_tag_status", sa.Text(), nullable=False),
        sa.Column("stopped_at", Instant()),
        sa.Column("meter_stop", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("stop_id_tag", sa.Text()),
        sa.Column("meter_values_from", sa.BigInteger(), nullable=False),
        sa.Column("meter_values_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_transactions"),
        sa.UniqueConstraint(
            "started_at",
            "charge_point_id",
            "connector_id",
            "id_tag_key",
            "meter_start",
            name="uq_transactions_start",
        ),
    )
    op.create_index(
        "ix_transactions_charge_point_id",
        "transactions",
        ["charge_point_id", "started_at", "transaction_id"],
    )
    op.create_index(
        "ix_transactions_id_tag_key", "transactions", ["id_tag_key", "started_at", "transaction_id"]
    )
    op.create_table(
        "unmatched_stops",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger()),
        sa.Column("stopped_at", Instant(), nullable=False),
        sa.Column("meter_stop", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("id_tag", sa.Text()),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unmatched_stops"),
        sa.UniqueConstraint(
            "charge_point_id", "stopped_at", "content", name="uq_unmatched_stops_stop"
        ),
    )
    op.create_table(
        "meter_values",
        sa.Column("sequence", _SEQUENCE, nullable=False),
        _segment(),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("measured_at", Instant(), nullable=False),
        sa.Column("sampled", Json(), nullable=False),
        sa.Column("stray", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_meter_values"),
    )
    op.create_index("ix_meter_values_segment", "meter_values", ["segment", "transaction_id"])
    op.create_index(
        "ix_meter_values_stray",
        "meter_values",
        ["transaction_id"],
        sqlite_where=sa.text("stray"),
        postgresql_where=sa.text("stray"),
    )
    op.create_table(
        "exchanges",
        sa.Column("sequence", _SEQUENCE, nullable=False),
        _segment(),
        sa.Column("time", Instant(), nullable=False),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("received", sa.Text()),
        sa.Column("sent", sa.Text()),
        sa.Column("decision_id", sa.Text()),
        sa.Column("revision", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("policy", sa.Text()),
        sa.Column("rule", sa.Text()),
        sa.Column("response", Json()),
        sa.Column("explanation", sa.Text()),
        sa.Column("errors", Json()),
        sa.Column("duration_microseconds", sa.Double()),
        sa.PrimaryKeyConstraint("sequence", name="pk_exchanges"),
        sa.UniqueConstraint("decision_id", name="uq_exchanges_decision_id"),
    )
    op.create_index("ix_exchanges_segment", "exchanges", ["segment", "charge_point_id"])
    op.create_table(
        "commands",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", Json()),
        sa.Column("error", Json()),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("completed_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_commands"),
    )
    op.create_index("ix_commands_charge_point_id", "commands", ["charge_point_id", "id"])
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant()),
        sa.PrimaryKeyConstraint("name", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )
    op.create_table(
        "policy_revisions",
        sa.Column("id", _SEQUENCE, nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("rolled_back_from", sa.Text()),
        sa.Column("files", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_revisions"),
        sa.UniqueConstraint("revision", name="uq_policy_revisions_revision"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    counters = sa.table("counters", sa.column("name"), sa.column("next"))
    op.bulk_insert(counters, [{"name": "transactionId", "next": 1}])


def downgrade() -> None:
    """To nothing."""
    op.drop_table("counters")
    op.drop_table("policy_revisions")
    op.drop_table("tokens")
    op.drop_table("commands")
    op.drop_table("exchanges")
    op.drop_table("meter_values")
    op.drop_table("unmatched_stops")
    op.drop_table("transactions")
    op.drop_table("id_tags")
    op.drop_table("connectors")
    op.drop_table("charge_points")
