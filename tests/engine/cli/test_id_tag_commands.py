import pytest

from tests.engine.cli.running import voltrule


def test_every_command_of_id_tags_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voltrule(monkeypatch, "id-tags", "--help")
    shown = capsys.readouterr().out
    for name in ("import", "export"):
        assert f"\n  {name} " in shown
