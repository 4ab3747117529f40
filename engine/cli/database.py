"""`voltrule db`: the database of the store."""

import asyncio
from pathlib import Path

import typer

from engine.configuration import load
from engine.storage import current_revision
from engine.storage import upgrade as upgrade_schema
from engine.telemetry.secrets import hide_in_urls


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
