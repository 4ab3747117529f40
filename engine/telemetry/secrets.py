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
_URL_USER = re.compile(r"(://)[^/@\s\"'\\]+@")
_KEY_VALUE = re.compile(
    r'("key"\s*:\s*"authorizationkey"[^{}]*?"value"\s*:\s*)"(?:[^"\\]|\\.)*"', re.I
)
_VALUE_KEY = re.compile(
    r'("value"\s*:\s*)"(?:[^"\\]|\\.)*"([^{}]*"key"\s*:\s*"authorizationkey")', re.I
)


def is_secret(name: str) -> bool:
    """Whether what stands under this name must not be shown, in any spelling of the name."""
    return name.replace("_", "").replace("-", "").lower() in _NAMES


def hide_in_urls(text: str) -> str:
    """Replace user and password of every URL in a text."""
    return _URL_USER.sub(rf"\1{HIDDEN}@", text) if "://" in text else text


def hide_in_frame(text: str) -> str:
    """Replace the AuthorizationKey's value, and passwords in URLs, in a message or payload."""
    if "uthorization" in text.lower():
        text = _KEY_VALUE.sub(rf'\1"{HIDDEN}"', text)
        text = _VALUE_KEY.sub(rf'\1"{HIDDEN}"\2', text)
    return hide_in_urls(text)
