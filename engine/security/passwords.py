"""
Passwords of charge points (HTTP basic authentication), kept as salted scrypt hashes.

OCPP 1.6 security whitepaper, A00.FR.204 to 207. A password is raw bytes, not text: what a charge
point sends need not be UTF-8.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections import OrderedDict

MINIMUM_BYTES = 16
MAXIMUM_BYTES = 20

COST = 2**12
"""scrypt's N: about 10 ms and 4 MiB each. A fleet that returns after an outage must get in."""
BLOCK_SIZE = 8
SALT_BYTES = 16
HASH_BYTES = 32


class PasswordError(ValueError):
    """A password that a charge point can't have."""


def check(password: bytes) -> bytes:
    """
    Give back a password that may be set.

    Raises:
        PasswordError: if it is not 16 to 20 bytes long (Security A00.FR.205).
    """
    if not MINIMUM_BYTES <= len(password) <= MAXIMUM_BYTES:
        raise PasswordError(
            f"has {len(password)} bytes, a password has {MINIMUM_BYTES} to {MAXIMUM_BYTES}"
        )
    return password


def from_authorization_key(key: str) -> bytes:
    """
    Read a password from its hexadecimal form, as the configuration key AuthorizationKey has it.

    Raises:
        PasswordError: if it is not hexadecimal.
    """
    try:
        return binascii.unhexlify(key)
    except ValueError:
        raise PasswordError("is not hexadecimal, with two digits per byte") from None


def hash_password(password: bytes) -> str:
    """Hash a password with a salt of its own: `scrypt$N$r$p$salt$hash`."""
    salt = secrets.token_bytes(SALT_BYTES)
    hashed = _scrypt(password, salt, COST, BLOCK_SIZE, 1)
    return f"scrypt${COST}${BLOCK_SIZE}$1${_encode(salt)}${_encode(hashed)}"


def verify(password: bytes, stored: str) -> bool:
    """Say whether `stored` is a hash of `password`. Takes about 10 ms of one core."""
    scheme, cost, block_size, parallel, salt, hashed = stored.split("$")
    if scheme != "scrypt":
        raise ValueError(f"a stored password has the unknown scheme `{scheme}`")
    actual = _scrypt(password, _decode(salt), int(cost), int(block_size), int(parallel))
    return hmac.compare_digest(actual, _decode(hashed))


class PasswordVerifier:
    """
    Verifies passwords off the event loop and remembers the outcomes.

    A charge point that reconnects then costs microseconds, and one that repeats a wrong password
    for ever costs no more. What is remembered is a keyed hash whose key never leaves the process.
    """

    def __init__(self, *, remembered: int = 100_000) -> None:
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[str, bytes] = OrderedDict()
        # Apart from the right ones, so that nobody can push those out by guessing.
        self._wrong: OrderedDict[tuple[str, bytes], None] = OrderedDict()
        self._remembered = remembered
        # Guesses may keep the cores busy, but never every thread of the process.
        self._threads = asyncio.Semaphore(os.cpu_count() or 1)

    async def verify(self, password: bytes, stored: str) -> bool:
        """Say whether `stored` is a hash of `password`."""
        if len(password) > MAXIMUM_BYTES:
            return False
        fingerprint = hashlib.blake2b(password, key=self._key, digest_size=32).digest()
        right = self._right.get(stored)
        if right is not None and hmac.compare_digest(right, fingerprint):
            self._right.move_to_end(stored)
            return True
        if (stored, fingerprint) in self._wrong:
            return False
        async with self._threads:
            verified = await asyncio.to_thread(verify, password, stored)
        self._remember(stored, fingerprint, verified)
        return verified

    def _remember(self, stored: str, fingerprint: bytes, verified: bool) -> None:
        if verified:
            self._right[stored] = fingerprint
            if len(self._right) > self._remembered:
                self._right.popitem(last=False)
        else:
            self._wrong[stored, fingerprint] = None
            if len(self._wrong) > self._remembered:
                self._wrong.popitem(last=False)


def _scrypt(password: bytes, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        password, salt=salt, n=cost, r=block_size, p=parallel, dklen=HASH_BYTES, maxmem=2**27
    )


def _encode(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
