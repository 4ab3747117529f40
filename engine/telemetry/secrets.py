"""
Secrets are hidden before anything is logged or recorded (DESIGN §7).

Three kinds occur here: values under a telling name, passwords inside URLs (a GetDiagnostics
`location` often is `ftp://user:password@host`), and the AuthorizationKey, which OCPP carries as
an ordinary configuration key (OCPP 1.6 security whitepaper §4.1).
"""

import re

HIDDEN = "***"

_NAMES = frozenset(
    {"authorization", "authorizationkey", "password", "passwordhash", "secret", "token", "apikey"}
)
_URL_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&\s\"'\\]+", re.I)
_URL_USER = re.compile(r"(://)[^/@\s\"'\\]+@")
_TEXT = r'"(?:[^"\\]|\\.)*+"?'
_VALUE = re.compile(rf'("value"\s*:\s*){_TEXT}', re.I | re.S)
_PART = re.compile(
    r'(?P<key>"key"\s*:\s*"authorizationkey")'
    rf'|"value"\s*:\s*(?P<value>{_TEXT})|{_TEXT}|(?P<begin>\{{)|(?P<end>\}})',
    re.I | re.S,
)
_LONG = 65_536
"""Characters of a frame beyond which it is not taken apart, as that holds up everyone else."""


def is_secret(name: str) -> bool:
    """Whether what stands under this name must not be shown, in any spelling of the name."""
    return name.replace("_", "").replace("-", "").lower() in _NAMES


def hide_in_urls(text: str) -> str:
    """Replace user and password of every URL in a text, and passwords among its parameters."""
    if "://" not in text:
        return text
    return _URL_PASSWORD.sub(rf"\1{HIDDEN}", _URL_USER.sub(rf"\1{HIDDEN}@", text))


def hide_in_frame(text: str) -> str:
    """
    Replace the AuthorizationKey's value, and passwords in URLs, in a message or payload.

    A charge point may send anything, so this takes time in proportion to the text. In a long
    text that names the key, every value is hidden.
    """
    if "uthorization" in text.lower():
        if len(text) > _LONG:
            text = _VALUE.sub(rf'\1"{HIDDEN}"', text)
        else:
            text = _hide_authorization_keys(text)
    return hide_in_urls(text)


def _hide_authorization_keys(text: str) -> str:
    parts, done = [], 0
    for begin, end in sorted(_values_of_authorization_keys(text)):
        parts += [text[done:begin], f'"{HIDDEN}"']
        done = end
    return "".join([*parts, text[done:]])


def _values_of_authorization_keys(text: str) -> list[tuple[int, int]]:
    """Where they stand: the values of each object that has the AuthorizationKey as its key."""
    found: list[tuple[int, int]] = []
    objects: list[_Object] = [_Object()]
    for part in _PART.finditer(text):
        match part.lastgroup:
            case "begin":
                objects.append(_Object())
            case "end" if len(objects) > 1:
                found += objects.pop().hidden()
            case "key":
                objects[-1].is_authorization_key = True
            case "value":
                objects[-1].values.append(part.span("value"))
    # A frame that was cut off has objects without an end.
    for left in objects:
        found += left.hidden()
    return found


class _Object:
    """What is known of a JSON object so far."""

    __slots__ = ("is_authorization_key", "values")

    def __init__(self) -> None:
        self.is_authorization_key = False
        self.values: list[tuple[int, int]] = []

    def hidden(self) -> list[tuple[int, int]]:
        return self.values if self.is_authorization_key else []
