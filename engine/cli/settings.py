"""`voltrule config`: the effective configuration."""

from pathlib import Path

import typer

from engine.configuration import load


def print_settings(config: Path | None) -> None:
    """Print every key with its value and where it came from, in aligned columns."""
    rows = [(f"{key}:", value, origin) for key, value, origin in load(config).rows()]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, origin in rows:
        typer.echo(f"{key:{widths[0]}}  {value:{widths[1]}}  # {origin}")
