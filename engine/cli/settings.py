"""`voltrule config`: the effective configuration, and schemas for editors."""

import json
from pathlib import Path

import typer

from engine.configuration import load
from engine.errors import ConfigError
from engine.policy.editors.editor_schemas import NAMES, editor_schema


def print_settings(config: Path | None) -> None:
    """Print every key with its value and where it came from, in aligned columns."""
    rows = [(f"{key}:", value, origin) for key, value, origin in load(config).rows()]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, origin in rows:
        typer.echo(f"{key:{widths[0]}}  {value:{widths[1]}}  # {origin}")


def write_schemas(directory: Path) -> None:
    """
    Write the JSON Schemas of policy, shared, test and table files.

    Raises:
        ConfigError: the directory can't be written.
    """
    for name in NAMES:
        file = directory / f"{name}.schema.json"
        text = json.dumps(editor_schema(name), indent=2, ensure_ascii=False)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            message = f"can't write `{file}`: {str(error.strerror).lower()}"
            raise ConfigError(message, hint="name a directory that can be written") from None
        typer.echo(f"wrote {file}")
