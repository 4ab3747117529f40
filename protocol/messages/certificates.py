"""
Security extension: certificates of charge points, and the roots they trust.

"Improved security for OCPP 1.6-J" (the security whitepaper), messages §5, types §6.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from protocol.types import Message

Text40 = Annotated[str, Meta(max_length=40)]
Text128 = Annotated[str, Meta(max_length=128)]
Text5500 = Annotated[str, Meta(max_length=5500)]
Text10000 = Annotated[str, Meta(max_length=10000)]


class CertificateSignedStatusEnumType(StrEnum):
    """The answer to CertificateSigned. Security §6."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class CertificateUseEnumType(StrEnum):
    """Whom a root certificate vouches for. Security §6."""

    CentralSystemRootCertificate = "CentralSystemRootCertificate"
    ManufacturerRootCertificate = "ManufacturerRootCertificate"


class DeleteCertificateStatusEnumType(StrEnum):
    """The answer to DeleteCertificate. Security §6."""

    Accepted = "Accepted"
    Failed = "Failed"
    NotFound = "NotFound"


class GenericStatusEnumType(StrEnum):
    """The answer to SignCertificate. Security §6."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class GetInstalledCertificateStatusEnumType(StrEnum):
    """The answer to GetInstalledCertificateIds. Security §6."""

    Accepted = "Accepted"
    NotFound = "NotFound"


class HashAlgorithmEnumType(StrEnum):
    """The algorithm of a certificate's hashes. Security §6."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


class InstallCertificateStatusEnumType(StrEnum):
    """The answer to InstallCertificate. Security §6 (CertificateStatusEnumType)."""

    Accepted = "Accepted"
    Failed = "Failed"
    Rejected = "Rejected"


class CertificateHashDataType(Message):
    """What identifies a certificate. Security §6."""

    hash_algorithm: HashAlgorithmEnumType
    issuer_name_hash: Text128
    issuer_key_hash: Text128
    serial_number: Text40


class CertificateSignedReq(Message):
    """
    The signed certificate for the request the charge point made, with its chain, as PEM.

    Security §5.1, A02, A03. Central system → charge point, after SignCertificate.conf.
    """

    certificate_chain: Text10000


class CertificateSignedConf(Message):
    """Whether the certificate is in use. Security §5.2."""

    status: CertificateSignedStatusEnumType


class DeleteCertificateReq(Message):
    """
    Remove a root certificate.

    Security §5.3, M04. Central system → charge point.
    """

    certificate_hash_data: CertificateHashDataType


class DeleteCertificateConf(Message):
    """Whether the certificate is gone. Security §5.4."""

    status: DeleteCertificateStatusEnumType


class GetInstalledCertificateIdsReq(Message):
    """
    Report the root certificates that are installed.

    Security §5.7, M03. Central system → charge point.
    """

    certificate_type: CertificateUseEnumType


class GetInstalledCertificateIdsConf(Message):
    """The certificates that are installed; at least one when there is a list. Security §5.8."""

    certificate_hash_data: (
        Annotated[tuple[CertificateHashDataType, ...], Meta(min_length=1)] | None
    ) = None
    status: GetInstalledCertificateStatusEnumType


class InstallCertificateReq(Message):
    """
    Install a root certificate, as PEM.

    Security §5.11, M05. Central system → charge point.
    """

    certificate_type: CertificateUseEnumType
    certificate: Text5500


class InstallCertificateConf(Message):
    """Whether the certificate is installed. Security §5.12."""

    status: InstallCertificateStatusEnumType


class SignCertificateReq(Message):
    """
    Have this certificate signing request (PEM) signed.

    Security §5.17, A02, A03. Charge point → central system.
    """

    csr: Text5500


class SignCertificateConf(Message):
    """Whether the request will be signed; CertificateSigned brings the result. Security §5.18."""

    status: GenericStatusEnumType
