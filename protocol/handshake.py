"""What the WebSocket handshake says: protocol version, identity and credentials. OCPP-J 1.6 §3."""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from protocol.types import ChargePointId

SUBPROTOCOL = "ocpp1.6"
"""OCPP-J 1.6 §3.1.2."""

IDENTITY_LIMIT = 255
"""Characters of an identity. No section sets a limit; OCPP 2.0.1 allows 48."""


def choose_subprotocol(offered: Sequence[str]) -> str | None:
    """
    Chooses among the subprotocols a charge point offers; None when none of them is OCPP 1.6.

    The answer is spelled as it was offered, as clients compare the text (RFC 6455 §4.1).
    """
    names = [name.strip() for item in offered for name in item.split(",")]
    return next((name for name in names if name.lower() == SUBPROTOCOL), None)


def identity(raw_path: str | bytes) -> ChargePointId | None:
    """
    Reads the charge point's identity: the last part of the path that is not empty.

    OCPP-J 1.6 §3.1.1; it is percent-encoded as in RFC 3986. Whatever path stands before it and
    slashes after it do not count. None when there is no identity, or one that no charge point
    has: not UTF-8, with control characters, or longer than `IDENTITY_LIMIT`.
    """
    path = raw_path.encode(errors="surrogatepass") if isinstance(raw_path, str) else raw_path
    parts = [part for part in path.partition(b"?")[0].split(b"/") if part]
    if not parts:
        return None
    try:
        name = unquote_to_bytes(parts[-1]).decode()
    except UnicodeDecodeError:
        return None
    if not name.isprintable() or not name.strip() or len(name) > IDENTITY_LIMIT:
        return None
    return ChargePointId(name)


def basic_credentials(header: str | bytes | None) -> tuple[str, bytes] | None:
    """
    Reads user name and password from an Authorization header; None when there are none.

    RFC 7617 §2: the user name ends at the first colon. The password stays bytes: a charge
    point's key is up to 20 bytes of any value. Security A00.FR.205.
    """
    if header is None:
        return None
    text = header.decode("latin-1") if isinstance(header, bytes) else header
    scheme, _, token = text.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(_padded(token.strip()), validate=True)
        user_name, colon, password = decoded.partition(b":")
        return (user_name.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def _padded(token: str) -> str:
    return token + "=" * (-len(token) % 4)
