import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.handshake import basic_credentials, choose_subprotocol, identity


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1", "ocpp1.6", "ocpp1.5"], "ocpp1.6"),
        (["ocpp2.0.1, ocpp1.6"], "ocpp1.6"),
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp2.0.1"], None),
        (["ocpp1.66", "xocpp1.6"], None),
        ([], None),
    ],
)
def test_ocpp_1_6_is_chosen_as_it_was_offered(offered: list[str], chosen: str | None) -> None:
    assert choose_subprotocol(offered) == chosen


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ocpp/CP1", "CP1"),
        ("/CP1", "CP1"),
        ("/any/path/before/it/CP1", "CP1"),
        ("/ocpp/CP1/", "CP1"),
        ("/ocpp/CP1//", "CP1"),
        ("/ocpp/CP1?token=x/y", "CP1"),
        ("/ocpp/RDAM%20123", "RDAM 123"),
        ("/ocpp/a-b_c.d~e:f", "a-b_c.d~e:f"),
        ("/ocpp/a%2Fb", "a/b"),
        ("/ocpp/a%252Fb", "a%2Fb"),
        (b"/ocpp/\xc3\xa9", "é"),
        ("/ocpp/é", "é"),
        ("/ocpp/100%", "100%"),
        ("/ocpp/" + "x" * 255, "x" * 255),
        ("/ocpp/" + "x" * 256, None),
        ("/ocpp/%00", None),
        ("/ocpp/a%0Ab", None),
        ("/ocpp/%FF", None),
        ("/ocpp/%20", None),
        ("/ocpp/\ud800", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_identity_is_the_last_part_of_the_path(path: str | bytes, name: str | None) -> None:
    assert identity(path) == name


@given(st.binary() | st.text(st.characters()))
def test_any_path_has_an_identity_or_none(path: str | bytes) -> None:
    name = identity(path)
    assert name is None or (name.isprintable() and 0 < len(name) <= 255)


def basic(credentials: bytes) -> str:
    return "Basic " + base64.b64encode(credentials).decode()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        (basic(b"CP1:secret"), ("CP1", b"secret")),
        (basic(b"CP1:secret").encode(), ("CP1", b"secret")),
        (basic(b"CP1:a:b:"), ("CP1", b"a:b:")),
        (basic(b"CP1:"), ("CP1", b"")),
        (basic(b":secret"), ("", b"secret")),
        (basic(b"CP1:\x00\xff\xfe"), ("CP1", b"\x00\xff\xfe")),
        ("basic Q1AxOng=", ("CP1", b"x")),
        ("Basic Q1AxOng", ("CP1", b"x")),
        (basic(b"no colon"), None),
        (basic(b"\xff:x"), None),
        ("Basic !!!", None),
        ("Bearer Q1AxOng=", None),
        ("Basic", None),
        ("", None),
        (None, None),
    ],
)
def test_a_password_is_any_bytes_after_the_first_colon(
    header: str | bytes | None, credentials: tuple[str, bytes] | None
) -> None:
    assert basic_credentials(header) == credentials


@given(st.binary() | st.text(st.characters()))
def test_any_header_has_credentials_or_none(header: str | bytes) -> None:
    assert basic_credentials(header) is None


@given(st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"])), st.binary())
def test_credentials_are_read_as_they_were_meant(user_name: str, password: bytes) -> None:
    header = basic(user_name.encode() + b":" + password)
    assert basic_credentials(header) == (user_name, password)
