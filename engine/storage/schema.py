"""The schema of the database: which one it has, and how it gets the current one."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.storage.databases import open_database
from engine.storage.errors import SchemaMismatch

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
    database = open_database(url)
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
    database = open_database(url)
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


def head_revision() -> str:
    """The revision of the schema that this Voltrule works with."""
    return str(_scripts().get_current_head())


def require_current(connection: Connection) -> None:
    """
    Make sure that the tables are those of this Voltrule.

    Raises:
        SchemaMismatch: they are older, newer, or not there.
    """
    revision, head = _revision(connection), head_revision()
    if revision is None:
        raise SchemaMismatch("the database has no tables yet", hint=_UPGRADE)
    _require_known(revision)
    if revision != head:
        raise SchemaMismatch(
            f"the database has schema `{revision}`, this Voltrule needs `{head}`", hint=_UPGRADE
        )


def _require_known(revision: str) -> None:
    if revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise SchemaMismatch(
            f"the database has schema `{revision}`, which this Voltrule does not know",
            hint="a newer Voltrule made it: run that one, or restore a backup",
        )


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    revision = _revision(connection)
    if revision is not None:
        _require_known(revision)
    head = head_revision()
    _migrate(connection, head)
    return head


def _migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    scripts = _scripts()
    steps = scripts._downgrade_revs if down else scripts._upgrade_revs
    environment = EnvironmentContext(
        Config(), scripts, fn=lambda current, _: steps(revision, current)
    )
    environment.configure(connection=connection)
    environment.run_migrations()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    # The revisions are modules beside each other; there is no `env.py`, this module is it.
    here = Path(__file__).parent / "migrations"
    return ScriptDirectory(str(here), version_locations=[str(here)])
