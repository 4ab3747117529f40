"""Reservations, transactions that run or were abandoned, and stops that are matched later."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NO_STOP = "stopped_at IS NULL"
_RUNNING = "stopped_at IS NULL AND abandoned_at IS NULL"

_NEW_COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "id_tags": (sa.Column("max_active_transactions", sa.BigInteger()),),
    "transactions": (
        sa.Column("parent_id_tag", sa.Text()),
        sa.Column("parent_id_tag_key", sa.Text()),
        sa.Column("received_at", Instant()),
        sa.Column("stop_received_at", Instant()),
        sa.Column("abandoned_at", Instant()),
        sa.Column("abandoned_reason", sa.Text()),
        sa.Column("reconciled", sa.Text()),
    ),
    "unmatched_stops": (
        sa.Column("cause", sa.Text()),
        sa.Column("transaction_data", Json()),
        sa.Column("matched_transaction_id", sa.BigInteger()),
        sa.Column("matched_at", Instant()),
        sa.Column("matched_by", sa.Text()),
    ),
}
_NEW_INDEXES = (
    ("ix_transactions_no_stop", "transactions", ["charge_point_id", "connector_id"], _NO_STOP),
    ("ix_transactions_running_id_tag", "transactions", ["id_tag_key"], _RUNNING),
    ("ix_transactions_running_parent_id_tag", "transactions", ["parent_id_tag_key"], _RUNNING),
    ("ix_unmatched_stops_no_match", "unmatched_stops", ["id"], "matched_at IS NULL"),
)


def upgrade() -> None:
    """Add them; what is recorded already has none of it."""
    for table, columns in _NEW_COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "reservations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("parent_id_tag", sa.Text()),
        sa.Column("expiry_date", Instant(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("end", sa.Text()),
        sa.Column("transaction_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_reservations"),
    )
    op.create_index(
        "ix_reservations_charge_point_id",
        "reservations",
        ["charge_point_id", "reservation_id", "id"],
    )
    _create_index(
        "ix_reservations_active",
        "reservations",
        ["charge_point_id", "expiry_date"],
        "ended_at IS NULL",
    )
    op.create_table(
        "faults",
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("charge_point_id", "connector_id", "reported_at", name="pk_faults"),
    )
    for index in _NEW_INDEXES:
        _create_index(*index)


def downgrade() -> None:
    """Take them away. A stop that was matched stays the stop of its transaction."""
    for name, table, _, _ in _NEW_INDEXES:
        op.drop_index(name, table)
    op.drop_table("faults")
    op.drop_table("reservations")
    for table, columns in _NEW_COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)


def _create_index(name: str, table: str, columns: list[str], where: str) -> None:
    few = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=few, postgresql_where=few)
