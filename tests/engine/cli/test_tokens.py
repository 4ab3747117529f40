from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule


@pytest.fixture(autouse=True)
def _directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_only_the_token_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "token", "create", "--scope", "read", "--name", "grafana") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("voltrule_")
    assert printed.out.count("\n") == 1
    assert printed.err == "token `grafana` with scope read; it is shown only now:\n"


def test_tokens_are_listed_by_name_and_revoked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voltrule(monkeypatch, "token", "create", "--scope", "command", "--name", "backend")
    token = capsys.readouterr().out.strip()
    assert voltrule(monkeypatch, "token", "list") == 0
    listed = capsys.readouterr().out
    assert listed.startswith("backend  command  made ")
    assert token not in listed
    assert voltrule(monkeypatch, "token", "revoke", "backend") == 0
    assert voltrule(monkeypatch, "token", "list") == 0
    assert capsys.readouterr().err.endswith("there are no tokens\n")


def test_a_name_is_made_up_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "token", "create", "--scope", "admin") == 0
    assert capsys.readouterr().err.startswith("token `admin-")


def test_a_name_that_is_taken_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in (0, 2):
        assert voltrule(monkeypatch, "token", "create", "--scope", "read", "--name", "a") == code
    assert "voltrule: there is a token `a` already" in capsys.readouterr().err


def test_a_token_that_is_not_there_cannot_be_revoked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "token", "revoke", "nobody") == 2
    assert capsys.readouterr().err == "voltrule: there is no token `nobody`\n"
