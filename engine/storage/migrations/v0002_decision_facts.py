"""A decision is kept with the facts it read, and is found by id tag, status, rule and error."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("facts", Json()),
    ("effects", Json()),
    ("shadow", Json()),
    ("shadow_differs", sa.Boolean()),
    ("id_tag_key", sa.Text()),
    ("status", sa.Text()),
)

_SELDOM = "action NOT IN ('Heartbeat', 'MeterValues', 'StatusNotification')"

_INDEXES = (
    ("ix_exchanges_action", ["segment", "action"], _SELDOM),
    ("ix_exchanges_id_tag_key", ["segment", "id_tag_key"], "id_tag_key IS NOT NULL"),
    ("ix_exchanges_status", ["segment", "status"], "status IS NOT NULL"),
    ("ix_exchanges_policy", ["segment", "policy", "rule"], "policy IS NOT NULL"),
    ("ix_exchanges_errors", ["segment"], "errors IS NOT NULL"),
    ("ix_exchanges_shadow_differs", ["segment"], "shadow_differs IS NOT NULL"),
)


def upgrade() -> None:
    """Decisions made before have no facts, and are not found by id tag or status."""
    for name, type_ in _COLUMNS:
        op.add_column("exchanges", sa.Column(name, type_))
    # "No errors" was written in two ways.
    op.execute("UPDATE exchanges SET errors = NULL WHERE errors = '[]'")
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "exchanges", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """To decisions without facts."""
    for name, _, _ in _INDEXES:
        op.drop_index(name, "exchanges")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("exchanges", name)
