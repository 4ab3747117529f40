"""The commands of `voltrule db` and their options."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import ConfigOption

database_app = typer.Typer(help="The database of the store.", no_args_is_help=True)


@database_app.command("current")
def current(config: ConfigOption = None) -> None:
    """Show the revision of the database's schema. Exit code 1 if an upgrade is due."""
    from engine.cli.database import show_current

    raise typer.Exit(show_current(config))


@database_app.command("upgrade")
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database's schema up to date."""
    from engine.cli.database import upgrade

    upgrade(config)


@database_app.command("downgrade")
def downgrade(
    revision: Annotated[
        str, typer.Argument(help="An older revision, for example 0001; `base` removes all tables.")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it without asking, although data may be lost.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Take the schema back, before an older Voltrule is run. What it can't hold is lost."""
    from engine.cli.database import downgrade

    downgrade(config, revision, confirmed=yes)


@database_app.command("backup")
def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy is to be.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if there is one.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Copy a SQLite store, also while a server is writing to it, and check the copy."""
    from engine.cli.backups import back_up

    back_up(config, path, overwrite=overwrite)


@database_app.command("restore")
def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` made.")],
    config: ConfigOption = None,
) -> None:
    """Put a copy in the place of a SQLite store; the old file is kept beside it."""
    from engine.cli.backups import restore

    restore(config, path)
