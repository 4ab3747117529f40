"""`voltrule token`: API tokens, straight in the store; a running server knows them at once."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import typer

from engine.configuration import load
from engine.security import tokens
from engine.storage import Store, upgrade

T = TypeVar("T")


def create(config: Path | None, scope: str, name: str | None) -> None:
    """Make a token; only the token goes to standard output, so that `$(…)` holds it alone."""
    token = tokens.make()
    name = name or f"{scope}-{secrets.token_hex(3)}"
    _with_store(
        config,
        lambda store: store.tokens.add(
            name=name, scope=scope, digest=tokens.digest(token), time=datetime.now(UTC)
        ),
    )
    typer.echo(f"token `{name}` with scope {scope}; it is shown only now:", err=True)
    typer.echo(token)


def print_all(config: Path | None) -> None:
    """One line for each token."""
    found = _with_store(config, lambda store: store.tokens.list())
    if not found:
        typer.echo("there are no tokens", err=True)
    width = max((len(record.name) for record in found), default=0)
    for record in found:
        used = "never used" if record.last_used_at is None else f"used {_day(record.last_used_at)}"
        made = f"made {_day(record.created_at)}"
        typer.echo(f"{record.name:{width}}  {record.scope:7}  {made}  {used}")


def revoke(config: Path | None, name: str) -> None:
    """Delete a token."""
    _with_store(config, lambda store: store.tokens.delete(name))
    typer.echo(f"token `{name}` is revoked", err=True)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _with_store(config: Path | None, work: Callable[[Store], Awaitable[T]]) -> T:
    settings = load(config).settings.store

    async def run() -> T:
        if settings.upgrade:
            await upgrade(settings.url)
        store = await Store.open(settings.url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
