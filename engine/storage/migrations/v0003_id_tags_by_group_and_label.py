"""Id tags are found by group, status, label and beginning; outer spaces mean nothing."""

import sqlalchemy as sa
from alembic import op

from engine.storage.columns import Json
from protocol.types import id_tag_key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TAGS = sa.table(
    "id_tags",
    sa.column("key"),
    sa.column("id_tag"),
    sa.column("parent_id_tag"),
    sa.column("parent_key"),
    sa.column("labels", Json()),
)
_BATCH = 1_000


def upgrade() -> None:
    """To the keys and indexes of id tags."""
    op.add_column("id_tags", sa.Column("parent_key", _KEY))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("id_tags", "key", type_=sa.Text(collation="C"))
    labels = op.create_table(
        "id_tag_labels",
        sa.Column("name", _KEY, nullable=False),
        sa.Column("value", _KEY, nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("name", "key", name="pk_id_tag_labels"),
    )
    _trim()
    _fill(labels)
    op.create_index("ix_id_tag_labels_value", "id_tag_labels", ["name", "value", "key"])
    op.create_index("ix_id_tag_labels_key", "id_tag_labels", ["key"])
    op.create_index("ix_id_tags_parent_key", "id_tags", ["parent_key", "key"])
    op.create_index("ix_id_tags_status", "id_tags", ["status", "key"])


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_id_tags_status", "id_tags")
    op.drop_index("ix_id_tags_parent_key", "id_tags")
    op.drop_table("id_tag_labels")
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("id_tags", "key", type_=sa.Text(collation="default"))
    op.drop_column("id_tags", "parent_key")


def _trim() -> None:
    """Spaces around a tag told it from the same without them; now they would make it unknown."""
    connection = op.get_bind()
    spaced = _TAGS.c.key != sa.func.trim(_TAGS.c.key)
    for (key,) in connection.execute(sa.select(_TAGS.c.key).where(spaced)).all():
        one = _TAGS.c.key == key
        trimmed = id_tag_key(key)
        if connection.execute(sa.select(_TAGS.c.key).where(_TAGS.c.key == trimmed)).first():
            connection.execute(sa.delete(_TAGS).where(one))
        else:
            connection.execute(
                sa.update(_TAGS).where(one).values(key=trimmed, id_tag=sa.func.trim(_TAGS.c.id_tag))
            )


def _fill(labels: sa.Table) -> None:
    """What is new of the tags that there are, page by page: there may be a million."""
    connection, last = op.get_bind(), ""
    page = sa.select(_TAGS).order_by(_TAGS.c.key).limit(_BATCH)
    while rows := connection.execute(page.where(_TAGS.c.key > last)).all():
        last = rows[-1].key
        parents = [
            {"tag": row.key, "parent": id_tag_key(row.parent_id_tag)}
            for row in rows
            if row.parent_id_tag is not None
        ]
        if parents:
            connection.execute(
                sa.update(_TAGS)
                .where(_TAGS.c.key == sa.bindparam("tag"))
                .values(parent_key=sa.bindparam("parent")),
                parents,
            )
        named = [
            {"name": name, "value": value, "key": row.key}
            for row in rows
            for name, value in row.labels.items()
        ]
        if named:
            connection.execute(sa.insert(labels), named)
