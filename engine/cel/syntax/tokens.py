"""The words, numbers, texts and signs of an expression, found without parsing it."""

import re
from collections.abc import Iterator

LONG_TEXTS = (
    r'[rR]"""[\s\S]*?"""',
    r"[rR]'''[\s\S]*?'''",
    r'"""(?:\\[\s\S]|[^\\])*?"""',
    r"'''(?:\\[\s\S]|[^\\])*?'''",
)
SHORT_TEXTS = (
    r'[rR]"[^"\r\n]*"',
    r"[rR]'[^'\r\n]*'",
    r'"(?:\\[^\r\n]|[^"\\\r\n])*"',
    r"'(?:\\[^\r\n]|[^'\\\r\n])*'",
)
OPENING = frozenset("([{")
CLOSING = frozenset(")]}")
_TOKEN = re.compile(
    f"//.*|[bB]?(?:{'|'.join((*LONG_TEXTS, *SHORT_TEXTS))})"
    r"|[A-Za-z_][A-Za-z_0-9]*|[0-9][0-9a-zA-Z]*|\S"
)
"""Texts are read as the grammar reads them, or more could be hidden from who counts."""


def tokens(text: str) -> Iterator[tuple[str, int]]:
    """Each token and its offset, up to a text that is not closed: no parser comes further."""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if not token.startswith("//"):
            yield token, match.start()
        if token in ("'", '"'):
            return
