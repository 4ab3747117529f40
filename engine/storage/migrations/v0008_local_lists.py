"""What is known of the local authorization lists of charge points."""

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Instant, Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """To them."""
    op.create_table(
        "local_lists",
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_version", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("selector", Json(), nullable=False),
        sa.Column("last_update", Json()),
        sa.Column("synchronized_at", Instant()),
        sa.Column("enabled", sa.Boolean()),
        sa.Column("max_length", sa.BigInteger()),
        sa.Column("send_max_length", sa.BigInteger()),
        sa.Column("limits_read_at", Instant()),
        sa.PrimaryKeyConstraint("charge_point_id", name="pk_local_lists"),
    )
    op.create_table(
        "local_list_entries",
        sa.Column("charge_point_id", sa.Text(), nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expiry_date", Instant()),
        sa.Column("parent_id_tag", sa.Text()),
        sa.PrimaryKeyConstraint("charge_point_id", "key", name="pk_local_list_entries"),
    )


def downgrade() -> None:
    """Without them: the next list is sent as a whole, with a version the charge point says."""
    op.drop_table("local_list_entries")
    op.drop_table("local_lists")
