"""
`python -m tests.crash --database sqlite --kills 50`: is anything lost that was answered?

The real server runs under load and is killed with SIGKILL at random moments. In the end each
answered message is looked for in the history, and the energy is counted.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tests.crash.comparison import Comparison
from tests.crash.run import Run
from tests.engine.storage import databases

SHOWN = 20
"""Lines of what is missing, double or wrong."""


class Database(StrEnum):
    """What the server stores in."""

    sqlite = "sqlite"
    postgresql = "postgresql"


def main(
    database: Annotated[Database, typer.Option(help="What the server stores in.")],
    kills: Annotated[int, typer.Option(min=1, help="How often it is killed.")] = 50,
    seed: Annotated[
        int | None, typer.Option(help="Of the moments and the charging.  [default: any]")
    ] = None,
    charge_points: Annotated[int, typer.Option(min=1, help="How many charge.")] = 20,
) -> None:
    """Kill the server under load, again and again; exit code 1 if anything answered is lost."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    typer.echo(f"{database}: {kills} kills, seed {seed}")
    name = f"voltrule_crash_{os.getpid()}"
    with contextlib.ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix=f"{name}_"))
        stack.callback(shutil.rmtree, directory)
        if database is Database.postgresql:
            url = stack.enter_context(databases.a_postgresql_database(name))
        else:
            url = f"sqlite:///{directory}/voltrule.db"
        began = time.monotonic()
        run = Run(directory, url, kills, seed, charge_points, typer.echo)
        result = asyncio.run(run.run())
        retries = sum(each.retries for each in run.fleet)
        _print(f"{database}: {kills} kills in {time.monotonic() - began:.0f} s", result, retries)
        if not result.is_clean:
            typer.echo(f"left for you to look at: {directory}, {url}")
            stack.pop_all()
            sys.exit(1)


def _print(head: str, result: Comparison, retries: int) -> None:
    kinds = {"missing": result.missing, "double": result.double, "wrong": result.wrong}
    for kind, lines in kinds.items():
        for line in lines[:SHOWN]:
            typer.echo(f"{kind}: {line}")
    counts = ", ".join(f"{len(lines)} {kind}" for kind, lines in kinds.items())
    typer.echo(
        f"{head}: {result.answers:,} answered messages after {retries:,} retries, "
        f"{result.transactions:,} transactions, {result.meter_values:,} meter values; {counts}; "
        f"{result.delivered:,} Wh delivered, {result.recorded:,} Wh recorded"
    )


if __name__ == "__main__":
    typer.run(main)
