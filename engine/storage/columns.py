"""The column types that SQLite and PostgreSQL do not share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# Several messages come in a millisecond.
@lru_cache(maxsize=4096)
def instant_text(value: datetime) -> str:
    """`2026-01-31T12:00:00.000000Z`: fixed width, so that text order is time order."""
    # `isoformat` is slow: 4 µs.
    since = _with_zone(value) - _EPOCH
    return f"{_second_text(since.days * 86_400 + since.seconds)}.{since.microseconds:06}Z"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat()[:19]


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"`{value}` has no time zone")
    return value


def _from_postgresql(value: datetime) -> datetime:
    # asyncpg writes the first moment of year 1, which charge points without a clock do send, as
    # `-infinity`, and reads that as one without a zone.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
        if value is None or dialect.name != "postgresql":
            return None if value is None else instant_text(value)
        # asyncpg would take one without a zone for local time.
        return _with_zone(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return _from_postgresql(value)
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


def written_as(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes the driver's value of a value that is not null; null where they are the same."""
    if not isinstance(type_, Instant):
        return None
    return _with_zone if dialect.name == "postgresql" else instant_text


def read_as(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes our value of the driver's that is not null; null where they are the same."""
    if isinstance(type_, Json):
        return msgspec.json.decode
    if isinstance(type_, Instant):
        return _from_postgresql if dialect.name == "postgresql" else datetime.fromisoformat
    if dialect.name == "postgresql":
        return None
    return bool if isinstance(type_, Boolean) else None
