"""The certificates a simulated charge point holds, as far as OCPP asks about them. Security §5."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

import msgspec

from protocol.messages import (
    CertificateHashDataType,
    CertificateUseEnumType,
    HashAlgorithmEnumType,
)

CSR = """\
-----BEGIN CERTIFICATE REQUEST-----
MIHvMIGWAgEAMDQxETAPBgNVBAoMCFZvbHRydWxlMR8wHQYDVQQDDBZzaW11bGF0
ZWQtY2hhcmdlLXBvaW50MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYRnZ+40t
aPUUZC9ou6bjhhJ9Piu9oJhVxUvawpzmcYowjfcSW96ygY0S7Hm1nSD5xO98ixa8
NAH/IfY5LJGI4KAAMAoGCCqGSM49BAMCA0gAMEUCIQDWb7YGw41i2EWPwAsCKT40
zAzyhWpvPsaVC1OS50cjeQIgXOgR+FUy/XUxpfu+VgZ4sF3jS2ezf4SlVxi/Homo
TmY=
-----END CERTIFICATE REQUEST-----
"""
"""A well-formed request, the same for all simulated charge points; nobody has its key."""

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _INTEGER, _BIT_STRING, _CONTEXT_0 = 0x30, 0x02, 0x03, 0xA0


class Installed(msgspec.Struct, frozen=True):
    """A root certificate and what it is trusted for."""

    use: CertificateUseEnumType
    hash_data: CertificateHashDataType


class CertificateStore:
    """The trusted roots, known by their hashes."""

    def __init__(self, *, max_length: int = 10) -> None:
        self.full_at = max_length
        self.installed: list[Installed] = []

    def install(self, use: CertificateUseEnumType, pem: str) -> bool:
        """Trust a root certificate; False when the store is full."""
        new = Installed(use, hash_data(pem))
        if new in self.installed:
            return True
        if len(self.installed) >= self.full_at:
            return False
        self.installed.append(new)
        return True

    def of(self, use: CertificateUseEnumType) -> tuple[CertificateHashDataType, ...]:
        """The hashes of what is trusted for one use."""
        return tuple(held.hash_data for held in self.installed if held.use is use)

    def delete(self, wanted: CertificateHashDataType) -> bool:
        """Stop trusting a certificate; False when it is not here."""
        kept = [held for held in self.installed if not _same(held.hash_data, wanted)]
        removed = len(kept) < len(self.installed)
        self.installed = kept
        return removed


def hash_data(pem: str) -> CertificateHashDataType:
    """
    What identifies the first certificate of a PEM text: hashes of its issuer and key, its serial.

    Security §6, CertificateHashDataType. For a root the issuer's key is its own.

    Raises:
        ValueError: if it is no certificate.
    """
    certificate = _only(_read(_der(pem)), _SEQUENCE)
    signed = list(_read(_only(_read(certificate), _SEQUENCE)))
    if signed and signed[0][0] == _CONTEXT_0:
        signed = signed[1:]
    # RFC 5280 §4.1: serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo.
    if len(signed) < 6 or signed[0][0] != _INTEGER:
        raise ValueError("not an X.509 certificate")
    key = [content for tag, content, _ in _read(signed[5][1]) if tag == _BIT_STRING]
    if not key:
        raise ValueError("the certificate has no public key")
    return CertificateHashDataType(
        hash_algorithm=HashAlgorithmEnumType.SHA256,
        issuer_name_hash=hashlib.sha256(signed[2][2]).hexdigest(),
        # The first byte of a bit string counts its unused bits.
        issuer_key_hash=hashlib.sha256(key[0][1:]).hexdigest(),
        serial_number=f"{int.from_bytes(signed[0][1]):x}",
    )


def _der(pem: str) -> bytes:
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("no PEM certificate")
    try:
        return base64.b64decode("".join(found[1].split()), validate=True)
    except binascii.Error as error:
        raise ValueError("the PEM certificate is damaged") from error


def _read(der: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The values of a DER sequence's content: tag, content, and the whole encoding."""
    at = 0
    while at < len(der):
        if at + 2 > len(der):
            raise ValueError("the certificate is cut off")
        tag, length, start = der[at], der[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(der[start : start + octets])
            start += octets
        end = start + length
        if end > len(der):
            raise ValueError("the certificate is cut off")
        yield tag, der[start:end], der[at:end]
        at = end


def _only(values: Iterator[tuple[int, bytes, bytes]], wanted: int) -> bytes:
    for tag, content, _ in values:
        if tag == wanted:
            return content
        break
    raise ValueError("not an X.509 certificate")


def _same(one: CertificateHashDataType, other: CertificateHashDataType) -> bool:
    """Hexadecimal digits mean the same in either case."""
    return msgspec.json.encode(one).lower() == msgspec.json.encode(other).lower()
