"""Bearer tokens of the admin API: made at random, shown once, stored as a hash (DESIGN §6)."""

import hashlib
import hmac
import secrets
from enum import StrEnum

PREFIX = "voltrule_"
"""Lets people and secret scanners see what a leaked text is."""

ENTROPY_BYTES = 32


class Scope(StrEnum):
    """What a token may do; each scope includes those before it."""

    read = "read"
    command = "command"
    admin = "admin"

    def allows(self, needed: "Scope") -> bool:
        """Say whether a token of this scope may use what needs `needed`."""
        ranks = list(Scope)
        return ranks.index(self) >= ranks.index(needed)


def make() -> str:
    """Make a new token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(ENTROPY_BYTES)


def digest(token: str) -> str:
    """
    Hash a token for the store.

    Plain SHA-256: a token has 256 random bits, so a slow hash would protect nothing and only
    delay each request.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def verify(token: str, stored: str) -> bool:
    """Say whether `stored` is the hash of `token`, in a time that tells nothing."""
    return hmac.compare_digest(digest(token), stored)
