"""The values of literals. langdef.md, "Numeric Values", "String and Bytes Values"."""

import math
import re

from engine.cel.values.numbers import INT_MAX, INT_MIN, UINT_MAX, Uint

_SIMPLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    r"|([0-3][0-7]{2})|([\s\S]))"
)


class BadLiteral(ValueError):
    """A literal that has no value; `offset` and `length` point into its text."""

    def __init__(
        self, message: str, offset: int = 0, length: int | None = None, *, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.hint = hint


def read_int(text: str) -> int:
    value = int(text, 16 if "x" in text else 10) if len(text) < 40 else INT_MAX + 1
    if not INT_MIN <= value <= INT_MAX:
        raise BadLiteral("this number does not fit into 64 bits")
    return value


def read_uint(text: str) -> Uint:
    digits = text[:-1]
    value = int(digits, 16 if "x" in digits else 10) if len(digits) < 40 else UINT_MAX + 1
    if value > UINT_MAX:
        raise BadLiteral("this number does not fit into 64 bits")
    return Uint(value)


def read_double(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise BadLiteral("this number does not fit into a double")
    return value


def read_string(text: str) -> str:
    """The text of a string literal with its quotes and, where raw, its `r`."""
    body, offset, raw = _unquote(text)
    if raw:
        return body

    def replace(match: re.Match[str]) -> str:
        simple, pair, four, eight, octal, _ = match.groups()
        if simple is not None:
            return _SIMPLE[simple]
        code = _code_point(match, (pair, four, eight, octal), offset)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise BadLiteral(
                f"`{match[0]}` is not a character", offset + match.start(), len(match[0])
            )
        return chr(code)

    return _ESCAPE.sub(replace, body)


def read_bytes(text: str) -> bytes:
    """Escapes of two hexadecimal or three octal digits are bytes; all else is UTF-8."""
    body, offset, raw = _unquote(text[1:])
    if raw:
        return body.encode()
    parts: list[bytes] = []
    at = 0
    for match in _ESCAPE.finditer(body):
        parts.append(body[at : match.start()].encode())
        simple, pair, _, _, octal, _ = match.groups()
        if simple is not None:
            parts.append(_SIMPLE[simple].encode())
        else:
            parts.append(bytes([_code_point(match, (pair, None, None, octal), offset + 1)]))
        at = match.end()
    parts.append(body[at:].encode())
    return b"".join(parts)


def _unquote(text: str) -> tuple[str, int, bool]:
    raw = text[0] in "rR"
    start = 1 if raw else 0
    quotes = 3 if text[start : start + 3] in ('"""', "'''") and len(text) >= start + 6 else 1
    body = text[start + quotes : len(text) - quotes]
    return body, start + quotes, raw


def _code_point(match: re.Match[str], hexadecimal: tuple[str | None, ...], offset: int) -> int:
    *digits, octal = hexadecimal
    for text in digits:
        if text is not None:
            return int(text, 16)
    if octal is not None:
        return int(octal, 8)
    raise BadLiteral(
        f"`{match[0]}` is not an escape sequence",
        offset + match.start(),
        len(match[0]),
        hint="write two backslashes for one, or an r before the quote",
    )
