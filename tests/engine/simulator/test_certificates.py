import pytest

from engine.simulator.certificates import CertificateStore, hash_data
from protocol.messages import CertificateUseEnumType

ROOT = """\
-----BEGIN CERTIFICATE-----
MIIBZDCCAQmgAwIBAgIEASOrzTAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290
MB4XDTI2MTEyMjA5MjM1MloXDTQ2MTExNzA5MjM1MlowDzENMAsGA1UEAwwEcm9v
dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG4dVvH0pw8nT1QTYWxChIvm4FFc
NaceaPfWuyxUMAHyuUZ8BikSD/Ccffo3O+qi5DUzRPiv3NC3yT6Cy24UGqajUzBR
MB0GA1UdDgQWBBTY0w5M6SbOkppV3e2OSF9prhkR3TAfBgNVHSMEGDAWgBTY0w5M
6SbOkppV3e2OSF9prhkR3TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kA
MEYCIQDCXf5tjtDOHSDFj5ZjiVEPN1tIZLh7oPGK76SIQPYFPwIhANxOSWl0xCwa
KdLMvHq77H+qMcCFlnzePbBY3wqrsZ9H
-----END CERTIFICATE-----
"""
"""A self-signed certificate with the serial number 0x123abcd."""

SYSTEM = CertificateUseEnumType.CentralSystemRootCertificate
MANUFACTURER = CertificateUseEnumType.ManufacturerRootCertificate


def test_a_certificate_is_known_by_its_hashes_and_serial() -> None:
    found = hash_data(ROOT)
    assert found.serial_number == "123abcd"
    assert found.issuer_name_hash == (
        "25f41f8740bf93fe2c93fba7460599f10b323459a08d3d1c22b15ba333aed56c"
    )
    assert (
        found.issuer_key_hash == "d755ee99f769ce886637b36f617073cd66d3735e16de2a82a3fad4aa10f66831"
    )


@pytest.mark.parametrize(
    ("pem", "message"),
    [
        ("hello", "no PEM certificate"),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
            "the PEM certificate is damaged",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "the certificate is cut off",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAgEF\n-----END CERTIFICATE-----",
            "not an X.509 certificate",
        ),
    ],
)
def test_what_is_no_certificate_is_refused(pem: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hash_data(pem)


def test_a_root_is_trusted_for_one_use() -> None:
    store = CertificateStore()
    assert store.install(SYSTEM, ROOT)
    assert store.of(SYSTEM) == (hash_data(ROOT),)
    assert store.of(MANUFACTURER) == ()


def test_a_full_store_takes_no_more_but_knows_what_it_has() -> None:
    store = CertificateStore(max_length=1)
    assert store.install(SYSTEM, ROOT)
    assert store.install(SYSTEM, ROOT)
    assert not store.install(MANUFACTURER, ROOT)
