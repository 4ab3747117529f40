"""Passwords of charge points: salted, 16 to 20 raw bytes, cheap to verify again."""

import asyncio

import pytest

from engine.security import passwords
from engine.security.passwords import PasswordError, PasswordVerifier

PASSWORD = bytes(range(240, 256))
"""16 bytes that are not UTF-8."""


def test_a_password_is_raw_bytes_known_by_a_salted_hash() -> None:
    first, second = passwords.hash_password(PASSWORD), passwords.hash_password(PASSWORD)
    assert first != second
    assert first.startswith("scrypt$4096$8$1$")
    assert passwords.verify(PASSWORD, first)
    assert not passwords.verify(PASSWORD[:-1], first)


def test_a_hash_of_another_cost_is_verified_with_that_cost() -> None:
    stored = "scrypt$2$8$1$c2FsdA==$0lZ9yuTlQ1SpuGcSLlxCzuDaTVcCr5MZFFYlB3ACPqM="
    assert not passwords.verify(PASSWORD, stored)


def test_a_hash_of_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown scheme `md5`"):
        passwords.verify(PASSWORD, "md5$1$1$1$AA==$AA==")


@pytest.mark.parametrize("length", [16, 20])
def test_16_to_20_bytes_may_be_a_password(length: int) -> None:
    assert passwords.check(b"x" * length) == b"x" * length


@pytest.mark.parametrize("length", [0, 15, 21])
def test_other_lengths_may_not(length: int) -> None:
    with pytest.raises(PasswordError) as raised:
        passwords.check(b"x" * length)
    assert str(raised.value) == f"has {length} bytes, a password has 16 to 20"


def test_an_authorization_key_is_the_password_in_hexadecimal() -> None:
    assert passwords.from_authorization_key(PASSWORD.hex().upper()) == PASSWORD
    with pytest.raises(PasswordError, match="is not hexadecimal, with two digits per byte"):
        passwords.from_authorization_key("abc")


async def test_a_verified_password_is_not_hashed_again() -> None:
    verifier, stored = PasswordVerifier(), passwords.hash_password(PASSWORD)
    assert await verifier.verify(PASSWORD, stored)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert all([await verifier.verify(PASSWORD, stored) for _ in range(1000)])
    assert loop.time() - began < 1


async def test_a_wrong_password_stays_wrong_and_the_right_one_right() -> None:
    verifier, stored = PasswordVerifier(), passwords.hash_password(PASSWORD)
    wrong = bytes(16)
    outcomes = [await verifier.verify(given, stored) for given in (wrong, PASSWORD) * 2]
    assert outcomes == [False, True, False, True]


async def test_a_changed_password_ends_the_old_one_at_once() -> None:
    verifier, new = PasswordVerifier(), b"another password"
    assert await verifier.verify(PASSWORD, passwords.hash_password(PASSWORD))
    stored = passwords.hash_password(new)
    assert not await verifier.verify(PASSWORD, stored)
    assert await verifier.verify(new, stored)


async def test_more_passwords_than_are_remembered_are_verified_all_the_same() -> None:
    verifier = PasswordVerifier(remembered=1)
    pairs = [(bytes([n]) * 16, passwords.hash_password(bytes([n]) * 16)) for n in range(3)]
    for _ in range(2):
        assert [await verifier.verify(password, stored) for password, stored in pairs] == [True] * 3
        assert [await verifier.verify(b"-" * 16, stored) for _, stored in pairs] == [False] * 3


async def test_an_over_long_password_is_wrong_without_any_work() -> None:
    assert not await PasswordVerifier().verify(b"x" * 1_000_000, "no hash at all")
