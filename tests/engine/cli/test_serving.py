import io
import json
import sys
from pathlib import Path
from typing import Literal

import pytest

from engine.app import Started
from engine.cli.serving import announce
from engine.config import TelemetrySettings
from engine.telemetry.logs import configure_logs
from tests.engine.cli.running import voltrule


def started(
    *, token: str | None = None, open_to_all: bool = False, policies: Path = Path("/p/policies")
) -> Started:
    return Started(
        ocpp_url="ws://localhost:9000/ocpp/{chargePointId}",
        admin_url="http://127.0.0.1:8080",
        first_token=token,
        policies=policies,
        revision="sha256:abc",
        open_to_all=open_to_all,
    )


def printed(
    monkeypatch: pytest.MonkeyPatch, form: Literal["console", "json"], what: Started
) -> tuple[str, str]:
    """What is announced on standard output, and in the log."""
    out, log = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    configure_logs("info", form, log)
    announce(what, TelemetrySettings(log_format=form))
    return out.getvalue(), log.getvalue()


def test_people_read_addresses_and_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, log = printed(monkeypatch, "console", started(token="voltrule_x", open_to_all=True))
    assert log == ""
    for text in (
        "ws://localhost:9000/ocpp/{chargePointId}",
        "http://127.0.0.1:8080/docs",
        "/p/policies, revision sha256:abc",
        "voltrule_x",
        "this installation is open",
    ):
        assert text in out


@pytest.mark.parametrize(
    ("policy", "way"),
    [
        ("constants:\n  acceptUnknown: true\n", "set `acceptUnknown: false` in {}/connect.yaml."),
        ("name: my-own\n", "write a policy for `Connect` (see docs/policy-language.md)."),
    ],
)
def test_how_to_close_it_is_true_of_the_policies_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: str, way: str
) -> None:
    (tmp_path / "connect.yaml").write_text(policy)
    out, _ = printed(monkeypatch, "console", started(open_to_all=True, policies=tmp_path))
    assert f"To close it, {way.format(tmp_path)}" in out


def test_programs_read_the_same_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    out, log = printed(monkeypatch, "json", started(token="voltrule_x", open_to_all=True))
    assert out == ""
    listening, token, opened = map(json.loads, log.splitlines())
    assert listening["event"] == "listening"
    assert listening["ocppUrl"] == "ws://localhost:9000/ocpp/{chargePointId}"
    assert listening["revision"] == "sha256:abc"
    assert token["adminToken"] == "voltrule_x"
    assert opened["event"] == "open installation"


def test_a_closed_installation_with_a_token_says_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, _ = printed(monkeypatch, "console", started())
    assert "token" not in out
    assert "open" not in out


def test_policies_that_cannot_be_used_are_quoted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(
        "ocpp: {listen: '127.0.0.1:0'}\nadmin: {listen: '127.0.0.1:0'}\n"
    )
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.yaml").write_text("name: a\naction: Heartbeet\n")
    assert voltrule(monkeypatch, "serve", "--config", str(tmp_path / "config.yaml")) == 2
    told = capsys.readouterr().err
    assert "voltrule: the policies can't be used, and no earlier ones are remembered" in told
    assert "    action: Heartbeet\n            ^\n" in told
    assert f"hint: mend them (`voltrule check {tmp_path}/policies` shows the same)" in told
