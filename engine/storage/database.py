"""The seam between the store and a database: SQLite and PostgreSQL each fill it."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError

from engine.errors import Conflict, EngineError, StoreUnavailable
from engine.storage.statements import Query, Row, Write

T = TypeVar("T")

Call = Sequence[Write]
"""The writes of one call: all of them are kept, or none."""


class Database(Protocol):
    """What the store needs of a database."""

    is_ours_alone: bool
    """Whether no other process writes charge points' messages to it."""

    async def commit(self, calls: Sequence[Call]) -> list[EngineError | None]:
        """
        Commit a group of calls and say for each what went wrong.

        A call with a row that the database refuses fails alone: `Conflict` where the row exists
        already, `RowRefused` otherwise. Without the database all fail with `StoreUnavailable`.
        """
        ...

    async def fetch(self, query: Query, *parameters: Any) -> list[Row]:
        """Read a few rows by key."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run reading statements of SQLAlchemy Core."""
        ...

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run statements of SQLAlchemy Core in a transaction of their own, and commit."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


def as_engine_error(error: Exception, *, hint: str) -> EngineError:
    """What a failed statement of SQLAlchemy means to who asked for it."""
    match error:
        case EngineError():
            return error
        case IntegrityError():
            return Conflict(f"the store has this already: {error.orig}")
        case DBAPIError():
            return StoreUnavailable(f"the store failed: {error.orig}", hint=hint)
        case TimeoutError():
            return StoreUnavailable(f"the store failed: {error}", hint=hint)
        case _:
            # A bug of ours: it must show as what it is.
            raise error
