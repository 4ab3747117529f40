"""`voltrule db backup` and `restore`: copies of a SQLite store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from engine.configuration import load
from engine.storage import backups


def back_up(config: Path | None, path: Path, *, overwrite: bool) -> None:
    """Copy the store and say what the copy is."""
    store = backups.store_file(load(config).settings.store.url)
    with _shown("copying") as progress:
        revision = backups.back_up(store, path, progress, overwrite=overwrite)
    typer.echo(
        f"{path} is a whole copy of {store}: {_size(path)}, at revision {revision or 'no tables'}"
    )


def restore(config: Path | None, path: Path) -> None:
    """Put a copy in the store's place and say where the old store is."""
    settings = load(config).settings.store
    store = backups.store_file(settings.url)
    with _shown("restoring") as progress:
        kept = backups.restore(path, store, progress)
    typer.echo(f"{store} is now what {path} was: {_size(store)}")
    if kept is not None:
        typer.echo(f"{kept} is what it was before; delete it when nobody misses it")


@contextmanager
def _shown(what: str) -> Iterator[backups.Progress]:
    """A bar on a terminal; nothing where the output goes elsewhere."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what)

        def progress(done: int, total: int) -> None:
            # Of the copy itself; it is checked after that.
            bar.update(task, completed=done, total=total)
            if done == total:
                bar.update(task, description="checking")

        yield progress


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1_048_576:,.1f} MiB" if size >= 1_048_576 else f"{size / 1024:,.1f} KiB"
