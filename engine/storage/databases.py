"""Which database a `store.url` names."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import StoreUnavailable
from engine.storage.database import Database
from engine.storage.sqlite import SQLite

_HINT = "use sqlite:///data/voltrule.db or postgresql://user:password@host/database"


def open_database(url: str, *, patient: bool = False) -> Database:
    """
    The database a `store.url` names; nothing is connected yet.

    Args:
        patient: no statement has a time limit; a migration may take long.

    Raises:
        StoreUnavailable: it names none that the store can use.
    """
    scheme, found, _ = url.partition("://")
    match scheme:
        case _ if not found:
            raise _unreadable()
        case "sqlite":
            return SQLite(sqlite_path(url))
        case "postgresql" | "postgres":
            # asyncpg and SQLAlchemy's asyncio take a while to import; SQLite needs neither.
            from engine.storage.postgresql import PostgreSQL

            try:
                return PostgreSQL(url, patient=patient)
            except ValueError:
                raise _unreadable() from None
        case _:
            raise StoreUnavailable(f"the store can't use `{scheme}`", hint=_HINT)


def sqlite_path(url: str) -> str:
    """
    The file that a `store.url` for SQLite names.

    Raises:
        StoreUnavailable: it names none.
    """
    try:
        path = make_url(url).database
    except ArgumentError:
        raise _unreadable() from None
    if path in (None, "", ":memory:"):
        raise StoreUnavailable("the store needs a file: memory is not durable", hint=_HINT)
    return str(path)


def _unreadable() -> StoreUnavailable:
    # The URL is not shown: there may be a password in it.
    return StoreUnavailable("the store's URL can't be read", hint=_HINT)
