"""Each group commit on PostgreSQL leaves a mark, and so does a probe of the store."""

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To a table for the marks."""
    op.create_table(
        "commits",
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("committed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("writer", "number", name="pk_commits"),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("commits")
