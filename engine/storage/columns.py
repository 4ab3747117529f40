"""The column types that SQLite and PostgreSQL do not share."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def instant_text(value: datetime) -> str:
    """`2026-01-31T12:00:00.000000Z`: fixed width, so that text order is time order."""
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"`{value}` has no time zone")
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


class Instant(TypeDecorator[datetime]):
    """
    A moment, always UTC and always aware in Python.

    `timestamptz` on PostgreSQL; on SQLite text that people can read and that sorts.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """
    JSON kept as text on both databases: what was sent stays readable as it was sent.

    PostgreSQL's `jsonb` refuses `\\u0000`, which charge points do send.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)
