"""How far each log had grown at what time: what is older than that is pruned by its place."""

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To a table for the marks."""
    op.create_table(
        "log_marks",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("marked_at", Instant(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "marked_at", name="pk_log_marks"),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("log_marks")
    op.execute("DELETE FROM counters WHERE name <> 'transactionId'")
