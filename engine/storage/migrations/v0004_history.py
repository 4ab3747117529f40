"""Meter values and transactions are found quickly by whatever the API filters them by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF_TRANSACTIONS = (
    ("ix_transactions_open", ["started_at", "transaction_id"], "stopped_at IS NULL"),
    (
        "ix_transactions_refused",
        ["id_tag_status", "started_at", "transaction_id"],
        "id_tag_status <> 'Accepted'",
    ),
    (
        "ix_transactions_reason",
        ["reason", "started_at", "transaction_id"],
        "reason IS NOT NULL",
    ),
    (
        "ix_transactions_stopped_at",
        ["stopped_at", "transaction_id"],
        "stopped_at IS NOT NULL",
    ),
)


def upgrade() -> None:
    """From indexes that need the whole log to be read for a charge point."""
    for name, columns, condition in _OF_TRANSACTIONS:
        where = sa.text(condition)
        op.create_index(name, "transactions", columns, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_meter_values_segment", "meter_values")
    if op.get_context().dialect.name == "sqlite":
        op.create_index("ix_meter_values_segment", "meter_values", ["segment", "charge_point_id"])
        return
    op.drop_index("ix_meter_values_stray", "meter_values")
    for column in ("transaction_id", "charge_point_id"):
        op.create_index(f"ix_meter_values_{column}", "meter_values", [column, "measured_at"])


def downgrade() -> None:
    """To those."""
    for name, _, _ in _OF_TRANSACTIONS:
        op.drop_index(name, "transactions")
    if op.get_context().dialect.name == "sqlite":
        op.drop_index("ix_meter_values_segment", "meter_values")
    else:
        for column in ("transaction_id", "charge_point_id"):
            op.drop_index(f"ix_meter_values_{column}", "meter_values")
        stray = sa.text("stray")
        op.create_index(
            "ix_meter_values_stray", "meter_values", ["transaction_id"], postgresql_where=stray
        )
    op.create_index("ix_meter_values_segment", "meter_values", ["segment", "transaction_id"])
