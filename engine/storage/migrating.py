"""The migrations, run by Alembic."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    """Take the database to a revision, up or down."""
    scripts = _scripts()
    steps = scripts._downgrade_revs if down else scripts._upgrade_revs
    environment = EnvironmentContext(
        Config(), scripts, fn=lambda current, _: steps(revision, current)
    )
    environment.configure(connection=connection)
    environment.run_migrations()


def revisions() -> list[str]:
    """All revisions that there are migrations to, the last one first."""
    return [script.revision for script in _scripts().walk_revisions()]


def _scripts() -> ScriptDirectory:
    # The revisions are modules beside each other; there is no `env.py`, this module is it.
    here = Path(__file__).parent / "migrations"
    return ScriptDirectory(str(here), version_locations=[str(here)])
