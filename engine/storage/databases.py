"""Which database a `store.url` names."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import StoreUnavailable
from engine.storage.database import Database
from engine.storage.sqlite import SQLite

_HINT = "use sqlite:///data/voltrule.db or postgresql://user:password@host/database"


def open_database(url: str) -> Database:
    """
    The database a `store.url` names; nothing is connected yet.

    Raises:
        StoreUnavailable: it names none that the store can use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Not shown: there may be a password in it.
        raise StoreUnavailable("the store's URL can't be read", hint=_HINT) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database in (None, "", ":memory:"):
            raise StoreUnavailable("the store needs a file: memory is not durable", hint=_HINT)
        case "sqlite":
            return SQLite(parsed)
        case "postgresql" | "postgres":
            # asyncpg and SQLAlchemy's asyncio take a while to import; SQLite needs neither.
            from engine.storage.postgresql import PostgreSQL

            return PostgreSQL(parsed.set(drivername="postgresql+asyncpg"))
        case other:
            raise StoreUnavailable(f"the store can't use `{other}`", hint=_HINT)
