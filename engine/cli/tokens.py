"""`voltrule token`: API tokens, straight in the store; a running server knows them at once."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import typer

from engine.cli.stores import with_store
from engine.security import tokens


def create(config: Path | None, scope: str, name: str | None) -> None:
    """Make a token; only the token goes to standard output, so that `$(…)` holds it alone."""
    token = tokens.make()
    name = name or f"{scope}-{secrets.token_hex(3)}"
    with_store(
        config,
        lambda store: store.tokens.add(
            name=name, scope=scope, digest=tokens.digest(token), time=datetime.now(UTC)
        ),
    )
    typer.echo(f"token `{name}` with scope {scope}; it is shown only now:", err=True)
    typer.echo(token)


def print_all(config: Path | None) -> None:
    """One line for each token."""
    found = with_store(config, lambda store: store.tokens.list())
    if not found:
        typer.echo("there are no tokens", err=True)
    width = max((len(record.name) for record in found), default=0)
    for record in found:
        used = "never used" if record.last_used_at is None else f"used {_day(record.last_used_at)}"
        made = f"made {_day(record.created_at)}"
        typer.echo(f"{record.name:{width}}  {record.scope:7}  {made}  {used}")


def revoke(config: Path | None, name: str) -> None:
    """Delete a token."""
    with_store(config, lambda store: store.tokens.delete(name))
    typer.echo(f"token `{name}` is revoked", err=True)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
