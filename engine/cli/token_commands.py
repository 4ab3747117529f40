"""The commands of `voltrule token` and their options."""

from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.options import ConfigOption

token_app = typer.Typer(help="API tokens of the admin API.", no_args_is_help=True)


class ScopeName(StrEnum):
    """What a token may do; each scope includes those before it."""

    read = "read"
    command = "command"
    admin = "admin"


@token_app.command("create")
def create_token(
    scope: Annotated[ScopeName, typer.Option(help="What the token may do.")],
    name: Annotated[
        str | None, typer.Option(help="What the token is for.  [default: made up]")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Make an API token and print it, this once."""
    from engine.cli.tokens import create

    create(config, scope.value, name)


@token_app.command("list")
def list_tokens(config: ConfigOption = None) -> None:
    """List the API tokens by name; the tokens themselves are not kept."""
    from engine.cli.tokens import print_all

    print_all(config)


@token_app.command("revoke")
def revoke_token(
    name: Annotated[str, typer.Argument(help="The token's name, as `voltrule token list` has it.")],
    config: ConfigOption = None,
) -> None:
    """Make an API token useless."""
    from engine.cli.tokens import revoke

    revoke(config, name)
