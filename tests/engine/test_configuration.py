import re
from pathlib import Path

import pytest

from engine.config import Settings
from engine.config_entries import KEYS
from engine.configuration import Configuration, load
from engine.errors import ConfigError

ROOT = Path(__file__).parent.parent.parent


def load_text(tmp_path: Path, text: str, **environment: str) -> Configuration:
    """The configuration of a file with this text, and these variables."""
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return load(file, {f"VOLTRULE_{name}": value for name, value in environment.items()})


def problems(tmp_path: Path, text: str, **environment: str) -> str:
    """What is said about it, without the directory."""
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, text, **environment)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_without_a_file_the_defaults_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {}).settings
    assert settings.ocpp == Settings().ocpp
    assert settings.policies.path == tmp_path / "policies"
    assert settings.store.url == f"sqlite:///{tmp_path}/data/voltrule.db"


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    text = "ocpp:\n  listen: 127.0.0.1:1\n  call_timeout_seconds: 5\n"
    configuration = load_text(tmp_path, text, OCPP__LISTEN="127.0.0.1:2")
    assert configuration.settings.ocpp.listen == "127.0.0.1:2"
    assert configuration.settings.ocpp.call_timeout_seconds == 5
    assert configuration.origins == {
        "ocpp.listen": "environment VOLTRULE_OCPP__LISTEN",
        "ocpp.call_timeout_seconds": f"{tmp_path}/config.yaml:3:25",
    }


def test_the_environment_writes_every_type_as_text(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path,
        "",
        OCPP__REQUIRE_SUBPROTOCOL="true",
        OCPP__PING_INTERVAL_SECONDS="null",
        OCPP__MESSAGE_LIMIT_BYTES="2048",
        SECURITY__TRUSTED_PROXIES="10.0.0.0/8, ::1",
    ).settings
    assert settings.ocpp.require_subprotocol is True
    assert settings.ocpp.ping_interval_seconds is None
    assert settings.ocpp.message_limit_bytes == 2048
    assert settings.security.trusted_proxies == ("10.0.0.0/8", "::1")


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path, "policies: {path: rules}\nstore: {url: 'sqlite:///a.db'}\n"
    ).settings
    assert settings.policies.path == tmp_path / "rules"
    assert settings.store.url == f"sqlite:///{tmp_path}/a.db"


def test_absolute_paths_stay(tmp_path: Path) -> None:
    text = "policies: {path: /etc/rules}\nstore: {url: 'sqlite:////var/a.db'}\n"
    settings = load_text(tmp_path, text).settings
    assert settings.policies.path == Path("/etc/rules")
    assert settings.store.url == "sqlite:////var/a.db"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    (tmp_path / "url").write_text("postgresql://u:p@h/d\n")
    text = "admin: {token_file: token}\nstore: {url_file: url}\n"
    configuration = load_text(tmp_path, text)
    assert configuration.settings.admin.token == "from-a-file"
    assert configuration.settings.store.url == "postgresql://u:p@h/d"
    assert configuration.origins["admin.token"] == "file token"


def test_a_secret_in_the_file_itself_is_refused(tmp_path: Path) -> None:
    text = "admin:\n  token: abc\nstore:\n  url: postgresql://u:p@h/d\n"
    assert problems(tmp_path, text) == (
        "config.yaml:2:10: `admin.token` holds a secret, and secrets don't belong in a "
        "configuration file\n"
        "hint: set VOLTRULE_ADMIN__TOKEN in the environment, or name a file in `admin.token_file`\n"
        "config.yaml:4:8: `store.url` holds a secret, and secrets don't belong in a "
        "configuration file\n"
        "hint: set VOLTRULE_STORE__URL in the environment, or name a file in `store.url_file`"
    )


def test_a_password_among_the_parameters_of_a_url_is_a_secret_too(tmp_path: Path) -> None:
    text = "store: {url: 'postgres://h/d?sslmode=require&password=p'}\n"
    assert problems(tmp_path, text).startswith("config.yaml:1:14: `store.url` holds a secret")


def test_a_secret_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "admin: {token_file: /nowhere}\n") == (
        "config.yaml:1:21: can't read `/nowhere` for `admin.token`: no such file or directory"
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = "ocpp:\n  lisen: x\n  message_limit_bytes: 5\n"
    assert problems(tmp_path, text, OCPP__PING_TIMEOUT_SECONDS="x").splitlines() == [
        "config.yaml:2:3: there is no key `lisen` in section `ocpp`",
        "hint: did you mean `listen`?",
        "config.yaml:3:24: `ocpp.message_limit_bytes` must be a whole number of at least 1024, "
        "not `5`",
        "environment VOLTRULE_OCPP__PING_TIMEOUT_SECONDS: `ocpp.ping_timeout_seconds` must be "
        "a number above 0 or null, not `x`",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ocpp: {listen: 9000}", "1:16: `ocpp.listen` must be text, not `9000`"),
        ("ocpp: {listen: here}", "1:16: `ocpp.listen`: `here` is no address to listen on"),
        ("store: {upgrade: yes}", "1:18: `store.upgrade` must be true or false, not `yes`"),
        (
            "store: {group_seconds: 2}",
            "1:24: `store.group_seconds` must be a number from 0 to 1, not `2`",
        ),
        (
            "telemetry: {log_format: xml}",
            "1:25: `telemetry.log_format` must be one of `auto`, `console`, `json`, not `xml`",
        ),
        ("policies: {path: null}", "1:18: `policies.path` must be a path, not `null`"),
        ("store: {url: 'mysql://x'}", "1:14: `store.url` names no database that can be used"),
        (
            "security: {trusted_proxies: [x]}",
            "1:29: `security.trusted_proxies`: `x` is no address and no network",
        ),
        (
            "security: {trusted_proxies: x}",
            "1:29: `security.trusted_proxies` must be a list of texts, not `x`",
        ),
        (
            "admin: {listen: '0.0.0.0:9000'}",
            "1:17: `ocpp.listen` and `admin.listen` are both `0.0.0.0:9000`",
        ),
        (
            "cluster: {redis_url: 'redis://h'}",
            "1:22: `cluster.redis_url` is set, but this version of Voltrule runs as a single node",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_told(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text).splitlines()[0] == f"config.yaml:{problem}"


def test_what_is_shown_holds_no_secret(tmp_path: Path) -> None:
    configuration = load_text(
        tmp_path, "", ADMIN__TOKEN="s3cret", STORE__URL="postgresql://u:s3cret@h/d"
    )
    shown = {key: (value, origin) for key, value, origin in configuration.rows()}
    assert shown["admin.token"] == ("***", "environment VOLTRULE_ADMIN__TOKEN")
    assert shown["store.url"] == ("postgresql://***@h/d", "environment VOLTRULE_STORE__URL")
    assert shown["ocpp.require_subprotocol"] == ("false", "default")
    assert "s3cret" not in str(shown)


def test_config_yaml_has_every_key_with_its_default_and_a_comment() -> None:
    file = ROOT / "config.yaml"
    configuration = load(file, {})
    assert sorted(configuration.origins) == sorted(KEYS)
    shipped, defaults = configuration.settings, load(Path("/dev/null"), {}).settings
    assert shipped.ocpp == defaults.ocpp
    assert shipped.admin == defaults.admin
    assert shipped.telemetry == defaults.telemetry
    assert shipped.policies.path == ROOT / "policies"
    assert shipped.store.url == f"sqlite:///{ROOT}/data/voltrule.db"
    lines = file.read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"  \w+:", line)]
    assert [lines[number] for number in keys if "#" not in lines[number - 1]] == []


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [key for key in KEYS if f"`{key}`" not in text] == []


def test_every_key_is_read_by_something() -> None:
    sources = [*(ROOT / "engine").rglob("*.py")]
    text = "".join(
        p.read_text() for p in sources if p.name not in ("config.py", "config_entries.py")
    )
    assert [key for key in KEYS if f".{key.partition('.')[2]}" not in text] == []
