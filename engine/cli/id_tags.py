"""`voltrule id-tags`: files of id tags, straight in the store; a running server sees them soon."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import typer
from rich.console import Console
from rich.progress import Progress

from engine.api.id_tag_files.exporting import export, label_names
from engine.api.id_tag_files.importing import Import, ImportReport, Mode
from engine.api.id_tag_files.staging import ImportedLine
from engine.cli.stores import with_store
from engine.errors import ConfigError
from engine.storage import IdTagFilter, Store

REFUSED = 1
"""Exit code: a line of the file is wrong, and nothing was written."""

SHOWN = 20
"""So many wrong lines are shown."""


def import_file(config: Path | None, path: Path, *, replace: bool, dry_run: bool) -> int:
    """Import a file; returns the exit code."""
    mode: Mode = "replace" if replace else "merge"
    with _open(path, "rb") as file, _bars() as bars:
        report = with_store(config, lambda store: _import(store, file, bars, mode, dry_run))
    _print(report, dry_run=dry_run)
    return REFUSED if report.totals.refused else 0


async def _import(
    store: Store, file: BinaryIO, bars: Progress, mode: Mode, dry_run: bool
) -> ImportReport:
    reading = bars.add_task("reading", total=os.fstat(file.fileno()).st_size)
    writing = bars.add_task("comparing" if dry_run else "writing", total=None)

    def wrote(tags: int) -> None:
        bars.update(writing, total=importing.staging.good, advance=tags)

    importing = Import(
        store, reading=lambda: bars.update(reading, completed=file.tell()), writing=wrote
    )
    return await importing.run(file, datetime.now(UTC), mode=mode, dry_run=dry_run)


def _print(report: ImportReport, *, dry_run: bool) -> None:
    refused = [line for line in report.lines if line.result == "refused"]
    for line in refused[:SHOWN]:
        typer.echo(_said(line), err=True)
    if len(refused) > SHOWN:
        typer.echo(f"… and {len(refused) - SHOWN} more", err=True)
    totals = report.totals
    counts = f"{totals.created} created, {totals.updated} updated, {totals.unchanged} unchanged"
    if report.mode == "replace":
        counts += f", {totals.deleted} deleted"
    if totals.refused:
        lines = "1 line is" if totals.refused == 1 else f"{totals.refused} lines are"
        typer.echo(f"nothing was written: {lines} refused", err=True)
    elif dry_run:
        typer.echo(f"nothing was written; without --dry-run: {counts}")
    else:
        typer.echo(counts)


def _said(line: ImportedLine) -> str:
    column = f", `{line.column}`" if line.column else ""
    hint = f"\n  hint: {line.hint}" if line.hint else ""
    return f"line {line.line}{column}: {line.message}{hint}"


def export_file(config: Path | None, path: Path | None, parent: str | None) -> None:
    """Write the id tags, or those of a group, to a file or to standard output."""
    wanted = IdTagFilter(parent_id_tag=parent)
    if path is None or path == Path("-"):
        with_store(config, lambda store: _export(store, sys.stdout.buffer, wanted, None))
        return
    with _open(path, "wb") as file, _bars() as bars:
        count = with_store(config, lambda store: _export(store, file, wanted, bars))
    typer.echo(f"{count} id tags are in {path}", err=True)


async def _export(store: Store, file: BinaryIO, wanted: IdTagFilter, bars: Progress | None) -> int:
    task = None if bars is None else bars.add_task("writing", total=None)
    written = 0
    async for piece, tags in export(store, wanted, await label_names(store)):
        file.write(piece)
        written += tags
        if bars is not None and task is not None:
            bars.update(task, description=f"writing: {written} id tags")
    file.flush()
    return written


def _open(path: Path, mode: str) -> BinaryIO:
    try:
        return path.open(mode)  # type: ignore[return-value]
    except OSError as error:
        message = f"can't open `{path}`: {str(error.strerror).lower()}"
        raise ConfigError(message, hint="name a file that can be read, or written") from None


def _bars() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
