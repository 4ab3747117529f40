"""What an error of asyncpg means to who asked for the write or the read."""

import asyncpg
from sqlalchemy.exc import DBAPIError

from engine.errors import Conflict, EngineError, StoreUnavailable
from engine.storage import database
from engine.storage.errors import RowRefused

_HINT = "is the PostgreSQL server up, and `store.url` right?"
_FULL_HINT = "make room on the disk of the PostgreSQL server"
_READ_ONLY_HINT = (
    "it is a standby, or somebody made it read-only; "
    "name all servers in `store.url` (host1,host2) to follow a fail-over"
)

_SPECIAL = (
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
)
"""These say more than SQLAlchemy does, which wraps them."""


def as_engine_error(error: Exception) -> EngineError:
    """The error by its kind; a bug of ours is raised as what it is."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    match cause if isinstance(cause, _SPECIAL) else error:
        case asyncpg.UniqueViolationError():
            return Conflict(f"the store has this already: {error}")
        case asyncpg.DataError() | asyncpg.IntegrityConstraintViolationError():
            return RowRefused(f"the store refuses a row: {error}")
        case TimeoutError():
            return StoreUnavailable("the store did not answer in time", hint=_HINT)
        case asyncpg.TargetServerAttributeNotMatched() | asyncpg.ReadOnlySQLTransactionError():
            return StoreUnavailable("the store takes no writes now", hint=_READ_ONLY_HINT)
        case asyncpg.DiskFullError():
            return StoreUnavailable(f"the store failed: {error}", hint=_FULL_HINT)
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | OSError():
            return StoreUnavailable(f"the store failed: {error}", hint=_HINT)
        case asyncpg.InternalClientError():
            # What asyncpg makes of a connection that ends at an unlucky moment.
            return StoreUnavailable(f"the store failed: {error}", hint=_HINT)
        case ValueError() | TypeError() | OverflowError():
            return RowRefused(f"the store refuses a row: {error}")
        case _:
            return database.as_engine_error(error, hint=_HINT)
