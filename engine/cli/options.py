"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="VOLTRULE_CONFIG",
        help="The configuration file.  [default: config.yaml if there is one]",
    ),
]
