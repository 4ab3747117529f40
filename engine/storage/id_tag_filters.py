"""Which id tags are meant: the filters of lists, exports and local authorization lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, select

from engine.storage.tables import id_tag_labels as labels
from engine.storage.tables import id_tags as table
from protocol.types import id_tag_key

_LAST = "\U0010ffff"


class IdTagFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """All conditions must hold; without any, all id tags are meant."""

    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] | None = None
    """The status as it is registered; an expiry date does not change it."""
    parent_id_tag: str | None = None
    """Only the tags of this group, in any letter case."""
    labels: Mapping[str, str] = {}
    """Only the tags that have all these labels with these values."""
    label: str | None = None
    """Only the tags that have a label of this name, whatever its value."""
    prefix: str | None = None
    """Only the tags that begin with this, in any letter case."""
    expired_at: datetime | None = None
    """Only the tags that have expired by then."""
    valid_at: datetime | None = None
    """Only the tags that have not."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the table of id tags."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(table.c.status == self.status)
        if self.parent_id_tag is not None:
            found.append(table.c.parent_key == id_tag_key(self.parent_id_tag))
        if self.label is not None:
            found.append(table.c.key.in_(_with_label(self.label)))
        for name, value in self.labels.items():
            found.append(table.c.key.in_(_with_label(name).where(labels.c.value == value)))
        if self.prefix is not None:
            # Not stripped at its end: `A ` may be the beginning of `A 1`.
            prefix = self.prefix.lstrip().casefold()
            found += [table.c.key >= prefix, table.c.key < prefix + _LAST]
        if self.expired_at is not None:
            found.append(table.c.expiry_date <= self.expired_at)
        if self.valid_at is not None:
            has_none = table.c.expiry_date.is_(None)
            found.append(has_none | (table.c.expiry_date > self.valid_at))
        return found


def _with_label(name: str) -> Select[Any]:
    return select(labels.c.key).where(labels.c.name == name)
