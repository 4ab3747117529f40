"""The first admin token: the one that is configured, or one made at the first start."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from engine.errors import Conflict
from engine.security import tokens
from engine.security.tokens import Scope

CONFIGURED = "configured"
"""The name of the token that `VOLTRULE_ADMIN__TOKEN` sets."""
FIRST = "first"
"""The name of the token that is made when there is none."""
SHORT = 20
"""A configured token below this many characters can be guessed."""

log = structlog.get_logger(__name__)


class TokenRecord(Protocol):
    """What is known of a token."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...


class Tokens(Protocol):
    """The stored tokens."""

    async def list(self) -> Sequence[TokenRecord]: ...
    async def add(self, *, name: str, scope: str, digest: str, time: datetime) -> Any: ...
    async def delete(self, name: str) -> None: ...


class TokenStore(Protocol):
    """What keeps the tokens: `engine.storage.Store` does."""

    @property
    def tokens(self) -> Tokens: ...


async def ensure_first_token(store: TokenStore, configured: str | None) -> str | None:
    """
    See to it that an admin can get in.

    A configured token is stored under the name `configured` and replaces the one before. Without
    one, and with no token in the store, a token is made.

    Returns:
        The token in plain text where it was just made, to be shown this once; else None.
    """
    known = {record.name: record for record in await store.tokens.list()}
    if configured is not None:
        await _keep_configured(store, known.get(CONFIGURED), configured)
        return None
    if known:
        return None
    token = tokens.make()
    try:
        await _add(store, FIRST, token)
    except Conflict:
        # Another node of the cluster started at the same moment and shows its own.
        return None
    return token


async def _keep_configured(store: TokenStore, known: TokenRecord | None, token: str) -> None:
    if len(token) < SHORT:
        log.warning("configured token is short", characters=len(token), recommended=SHORT)
    if known is not None:
        if tokens.verify(token, known.digest):
            return
        await store.tokens.delete(CONFIGURED)
    elif any(tokens.verify(token, record.digest) for record in await store.tokens.list()):
        # It is there under another name already.
        return
    await _add(store, CONFIGURED, token)


async def _add(store: TokenStore, name: str, token: str) -> None:
    digest, now = tokens.digest(token), datetime.now(UTC)
    await store.tokens.add(name=name, scope=Scope.admin, digest=digest, time=now)
