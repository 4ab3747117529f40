"""Bearer tokens: who calls, and whether their scope is enough. RFC 6750, DESIGN §6."""

from datetime import UTC, datetime, timedelta

from starlette.requests import HTTPConnection

from engine.api.problems import FORBIDDEN, UNAUTHORIZED, ProblemError
from engine.security import tokens
from engine.security.tokens import Scope
from engine.storage import Store, TokenRecord

USE_NOTED_EVERY = timedelta(minutes=1)
"""A token's last use is known this precisely, for a write at every request would be waste."""

CHALLENGE = 'Bearer realm="voltrule"'


async def authorize(connection: HTTPConnection, store: Store, needed: Scope) -> str:
    """
    Find the token of a request and give back its name.

    Raises:
        ProblemError: 401 without a known token, 403 where its scope is smaller than `needed`.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ProblemError(
            UNAUTHORIZED,
            "There is no bearer token in the request",
            hint="send the header `Authorization: Bearer <token>`; "
            "`voltrule token create --scope read` makes one",
            headers={"WWW-Authenticate": CHALLENGE},
        )
    digest = tokens.digest(token.strip())
    record = await store.tokens.by_hash(digest)
    if record is None or not tokens.verify(token.strip(), record.digest):
        raise ProblemError(
            UNAUTHORIZED,
            "Nobody knows this token",
            hint="`voltrule token create` makes a new one",
            headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'},
        )
    scope = Scope(record.scope)
    if not scope.allows(needed):
        raise ProblemError(
            FORBIDDEN,
            f"This needs a token of scope `{needed}`; `{record.name}` has `{scope}`",
            hint=f"`voltrule token create --scope {needed}` makes one",
            headers={
                "WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{needed}"'
            },
        )
    _note_use(store, record)
    return record.name


def _note_use(store: Store, record: TokenRecord) -> None:
    now = datetime.now(UTC)
    if record.last_used_at is None or now - record.last_used_at > USE_NOTED_EVERY:
        # Nobody waits for it; a store that fails has been told by the request itself.
        noted = store.write(store.tokens.used(record.name, now))
        noted.add_done_callback(lambda future: future.cancelled() or future.exception())
