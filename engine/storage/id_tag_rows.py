"""Id tags as rows: read and written inside a transaction of somebody else's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.policy.facts import Tag
from engine.storage.records import TagRecord
from engine.storage.tables import id_tag_labels
from engine.storage.tables import id_tags as table
from protocol.types import id_tag_key

FACTS = (
    table.c.id_tag,
    table.c.status,
    table.c.expiry_date,
    table.c.parent_id_tag,
    table.c.labels,
    table.c.max_active_transactions,
)
"""The columns that make the fact, in the order of `as_tag`."""

_CHANGING = tuple(column.name for column in table.columns if column.name not in ("key", "version"))


def trimmed(tag: Tag) -> Tag:
    """The tag as it is kept: without the spaces around it. ocpp16.md §7."""
    parent = tag.parent_id_tag and tag.parent_id_tag.strip()
    return msgspec.structs.replace(tag, id_tag=tag.id_tag.strip(), parent_id_tag=parent or None)


def write(connection: Connection, tags: Sequence[Tag], time: datetime) -> None:
    """Make or replace tags; each replacement counts its version on."""
    new = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = new(table)
    changes = {name: statement.excluded[name] for name in _CHANGING}
    statement = statement.on_conflict_do_update(
        index_elements=["key"], set_=changes | {"version": table.c.version + 1}
    )
    connection.execute(statement, [_row(tag, time) for tag in tags])
    _write_labels(connection, tags)


def remove(connection: Connection, keys: Sequence[str]) -> None:
    """Forget tags."""
    connection.execute(delete(id_tag_labels).where(id_tag_labels.c.key.in_(keys)))
    connection.execute(delete(table).where(table.c.key.in_(keys)))


def record(connection: Connection, key: str, *, lock: bool = False) -> TagRecord | None:
    """The tag with its edit counter; locked, nobody else edits it before we are done."""
    statement = select(table).where(table.c.key == key)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else as_record(row)


def tags(connection: Connection, keys: Sequence[str], *, lock: bool = False) -> dict[str, Tag]:
    """The tags of these keys that there are."""
    statement = select(table.c.key, *FACTS).where(table.c.key.in_(keys))
    rows = connection.execute(statement.with_for_update() if lock else statement)
    return {row[0]: as_tag(row[1:]) for row in rows}


def as_tag(row: Any) -> Tag:
    """The fact of the columns `FACTS`."""
    id_tag, status, expiry_date, parent_id_tag, labels, max_active_transactions = row
    return Tag(
        id_tag=id_tag,
        status=status,
        expiry_date=expiry_date,
        parent_id_tag=parent_id_tag,
        labels=labels,
        max_active_transactions=max_active_transactions,
    )


def as_record(row: Any) -> TagRecord:
    """The record of a whole row."""
    tag = as_tag([getattr(row, column.name) for column in FACTS])
    return TagRecord(tag=tag, version=row.version, updated_at=row.updated_at)


def _row(tag: Tag, time: datetime) -> dict[str, object]:
    return {
        "key": id_tag_key(tag.id_tag),
        "id_tag": tag.id_tag,
        "status": tag.status,
        "expiry_date": tag.expiry_date,
        "parent_id_tag": tag.parent_id_tag,
        "parent_key": tag.parent_id_tag and id_tag_key(tag.parent_id_tag),
        "labels": tag.labels,
        "max_active_transactions": tag.max_active_transactions,
        "version": 1,
        "updated_at": time,
    }


def _write_labels(connection: Connection, tags: Sequence[Tag]) -> None:
    keys = [id_tag_key(tag.id_tag) for tag in tags]
    connection.execute(delete(id_tag_labels).where(id_tag_labels.c.key.in_(keys)))
    rows = [
        {"name": name, "value": value, "key": key}
        for key, tag in zip(keys, tags, strict=True)
        for name, value in tag.labels.items()
    ]
    if rows:
        connection.execute(insert(id_tag_labels), rows)
