"""`voltrule db`: the schema of the store's database."""

import asyncio
from pathlib import Path

import typer

from engine.configuration import load
from engine.errors import ConfigError
from engine.storage import current_revision, schema
from engine.storage import upgrade as upgrade_schema
from engine.storage.databases import sqlite_path
from engine.storage.sqlite_file import locked
from engine.telemetry.secrets import hide_in_urls

OUTDATED = 1
"""Exit code: the database has another schema than this Voltrule needs."""


def show_current(config: Path | None) -> int:
    """Say which schema the database has and what is to do; returns the exit code."""
    url = load(config).settings.store.url
    revision = asyncio.run(current_revision(url))
    shown = hide_in_urls(url)
    if revision == schema.HEAD:
        typer.echo(f"{shown} is up to date, at revision {revision}")
        return 0
    if revision is None:
        typer.echo(f"{shown} has no tables yet; `voltrule db upgrade` makes them")
        return OUTDATED
    schema.require_known(revision)
    typer.echo(
        f"{shown} is at revision {revision}, this Voltrule needs {schema.HEAD}: "
        "run `voltrule db upgrade`"
    )
    return OUTDATED


def upgrade(config: Path | None) -> None:
    """Bring the schema up to date and say what it was before."""
    url = load(config).settings.store.url
    before, after = asyncio.run(_upgrade(url))
    shown = hide_in_urls(url)
    if before == after:
        typer.echo(f"{shown} is up to date, at revision {after}")
    else:
        typer.echo(f"{shown} is now at revision {after} (before: {before or 'no tables'})")


async def _upgrade(url: str) -> tuple[str | None, str | None]:
    before = await current_revision(url)
    await upgrade_schema(url)
    return before, await current_revision(url)


def downgrade(config: Path | None, revision: str, *, confirmed: bool) -> None:
    """Take the schema back, once somebody agrees to what that may lose."""
    url = load(config).settings.store.url
    before = asyncio.run(current_revision(url))
    schema.require_older(revision, before)
    if url.startswith("sqlite:"):
        with locked(Path(sqlite_path(url))):
            # Only to know that no server is running.
            pass
    shown = hide_in_urls(url)
    if not confirmed and not typer.confirm(
        f"Take {shown} from revision {before} back to {revision}? "
        "What only newer revisions hold is lost; back it up first"
    ):
        raise ConfigError("nothing was changed")
    asyncio.run(schema.downgrade(url, revision))
    typer.echo(f"{shown} is now at revision {revision} (before: {before})")
