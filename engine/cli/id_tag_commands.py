"""The commands of `voltrule id-tags` and their options."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import ConfigOption

id_tag_app = typer.Typer(help="Id tags as CSV files.", no_args_is_help=True)


@id_tag_app.command("import")
def import_id_tags(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file (docs/id-tags.md).")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete the id tags that are not in the file.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing, and say what would be.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Take over a file of id tags. Exit code 1, and nothing written, if a line is wrong."""
    from engine.cli.id_tags import import_file

    raise typer.Exit(import_file(config, path, replace=replace, dry_run=dry_run))


@id_tag_app.command("export")
def export_id_tags(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="[default: standard output]", show_default=False),
    ] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", help="Only the tags of this group.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write the id tags as CSV; `import` takes them back."""
    from engine.cli.id_tags import export_file

    export_file(config, path, parent)
