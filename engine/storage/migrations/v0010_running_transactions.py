"""What runs is found without what was abandoned; on SQLite the most of it is in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NO_STOP = "stopped_at IS NULL"
_RUNNING = "stopped_at IS NULL AND abandoned_at IS NULL"
_ID_TAG, _PARENT = "ix_transactions_running_id_tag", "ix_transactions_running_parent_id_tag"


def upgrade() -> None:
    """To indexes that a start costs less for."""
    op.drop_index("ix_transactions_no_stop", "transactions")
    _create(
        "ix_transactions_no_stop", ["charge_point_id", "abandoned_at", "connector_id"], _NO_STOP
    )
    op.drop_index(_PARENT, "transactions")
    if op.get_context().dialect.name == "postgresql":
        _create(_PARENT, ["parent_id_tag_key"], f"parent_id_tag_key IS NOT NULL AND {_RUNNING}")
    else:
        op.drop_index(_ID_TAG, "transactions")


def downgrade() -> None:
    """Back to those of before."""
    op.drop_index("ix_transactions_no_stop", "transactions")
    _create("ix_transactions_no_stop", ["charge_point_id", "connector_id"], _NO_STOP)
    if op.get_context().dialect.name == "postgresql":
        op.drop_index(_PARENT, "transactions")
    else:
        _create(_ID_TAG, ["id_tag_key"], _RUNNING)
    _create(_PARENT, ["parent_id_tag_key"], _RUNNING)


def _create(name: str, columns: list[str], where: str) -> None:
    few = sa.text(where)
    op.create_index(name, "transactions", columns, sqlite_where=few, postgresql_where=few)
