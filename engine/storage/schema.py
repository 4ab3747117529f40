"""
The schema of the database: which one it has, and how it gets the current one.

Alembic is imported only where a migration is due: it costs a good part of a second, and nearly
every start finds the schema current.
"""

from sqlalchemy import Connection, inspect, text

from engine.storage.databases import open_database
from engine.storage.errors import SchemaMismatch

HEAD = "0010"
"""The revision of the schema that this Voltrule works with: the last of the migrations."""

_UPGRADE = "run `voltrule db upgrade`"
# Any number, the same on all nodes: two that start at once must not upgrade at once.
_LOCK = 7_310_116


async def upgrade(url: str) -> str:
    """
    Bring the database that `store.url` names to the current schema; gives its revision.

    Raises:
        StoreUnavailable: it can't be reached.
        SchemaMismatch: a newer Voltrule made its tables.
    """
    database = open_database(url, patient=True)
    try:
        return await database.transact(_upgrade)
    finally:
        await database.close()


async def downgrade(url: str, revision: str) -> None:
    """
    Take the database back to an older schema; what that one can't hold is lost.

    Raises:
        StoreUnavailable: it can't be reached.
    """
    database = open_database(url, patient=True)
    try:
        await database.transact(lambda connection: _migrate(connection, revision, down=True))
    finally:
        await database.close()


async def current_revision(url: str) -> str | None:
    """The revision of the database's schema; null when it has no tables yet."""
    database = open_database(url)
    try:
        return await database.read(_revision)
    finally:
        await database.close()


def require_current(connection: Connection) -> None:
    """
    Make sure that the tables are those of this Voltrule.

    Raises:
        SchemaMismatch: they are older, newer, or not there.
    """
    revision = _revision(connection)
    if revision is None:
        raise SchemaMismatch("the database has no tables yet", hint=_UPGRADE)
    if revision != HEAD:
        require_known(revision)
        raise SchemaMismatch(
            f"the database has schema `{revision}`, this Voltrule needs `{HEAD}`", hint=_UPGRADE
        )


def require_known(revision: str) -> None:
    """
    Make sure that this Voltrule has the migrations from and to a schema.

    Raises:
        SchemaMismatch: a newer Voltrule made it.
    """
    from engine.storage.migrating import revisions

    if revision not in revisions():
        raise SchemaMismatch(
            f"the database has schema `{revision}`, which this Voltrule does not know",
            hint="a newer Voltrule made it: run that one, or restore a backup",
        )


def require_older(revision: str, current: str | None) -> None:
    """
    Make sure that a database can be taken back to a revision.

    Raises:
        SchemaMismatch: there is no such revision, or it is not older than what the database has.
    """
    from engine.storage.migrating import revisions

    if current is None:
        raise SchemaMismatch("the database has no tables yet: there is nothing to take back")
    require_known(current)
    # The last one first.
    known = revisions()
    older = known[known.index(current) + 1 :]
    if revision not in [*older, "base"]:
        listed = ", ".join(f"`{each}`" for each in [*reversed(older), "base"])
        raise SchemaMismatch(
            f"`{revision}` is no revision older than `{current}`, which the database has",
            hint=f"the older ones are {listed}; `base` removes all tables",
        )


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    revision = _revision(connection)
    if revision != HEAD:
        if revision is not None:
            require_known(revision)
        _migrate(connection, HEAD)
    return HEAD


def _migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    from engine.storage.migrating import migrate

    migrate(connection, revision, down=down)


def _revision(connection: Connection) -> str | None:
    """What Alembic has noted."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    noted: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return noted
