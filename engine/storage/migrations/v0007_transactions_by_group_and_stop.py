"""Transactions are found quickly by group, and by reason together with the time of the stop."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    (
        "ix_transactions_reason_stopped_at",
        ["reason", "stopped_at", "transaction_id"],
        "reason IS NOT NULL",
    ),
    (
        "ix_transactions_parent_id_tag_key",
        ["parent_id_tag_key", "started_at", "transaction_id"],
        "parent_id_tag_key IS NOT NULL",
    ),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "transactions", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    for name, _, _ in _INDEXES:
        op.drop_index(name, "transactions")
