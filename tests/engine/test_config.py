import pytest

from engine.config import Address, Settings
from engine.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("0.0.0.0:9000", "0.0.0.0", 9000),
        ("localhost:0", "localhost", 0),
        ("[::1]:8080", "::1", 8080),
        ("[::]:65535", "::", 65535),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    address = Address.parse(text)
    assert (address.host, address.port, str(address)) == (host, port, text)


@pytest.mark.parametrize(
    "text", ["9000", ":9000", "localhost", "localhost:", "::1:80", "a:65536", "a:-1", "a:x", "[]:1"]
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Address.parse(text)
    assert str(caught.value) == (
        f"`{text}` is no address to listen on\n"
        "hint: write host:port, for example `127.0.0.1:8080`, `0.0.0.0:9000` or `[::]:9000`"
    )


def test_the_defaults_are_those_that_others_rely_on() -> None:
    settings = Settings()
    assert settings.ocpp.listen == "0.0.0.0:9000"
    assert settings.admin.listen == "127.0.0.1:8080"
    assert str(settings.policies.path) == "policies"
    assert settings.store.url == "sqlite:///data/voltrule.db"
    assert settings.cluster.redis_url is None
