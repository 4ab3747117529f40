import pytest

from tests.engine.cli.running import voltrule


def test_every_command_of_the_database_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voltrule(monkeypatch, "db", "--help")
    shown = capsys.readouterr().out
    for name in ("current", "upgrade", "downgrade", "backup", "restore"):
        assert f"\n  {name} " in shown
