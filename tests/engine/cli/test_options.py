from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule


@pytest.mark.parametrize("command", [["config"], ["db", "current"]])
def test_a_configuration_file_is_named_by_option_or_environment(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("store: {url: 'sqlite:///mine.db'}\n")
    voltrule(monkeypatch, *command, "--config", "mine.yaml")
    monkeypatch.setenv("VOLTRULE_CONFIG", "nowhere.yaml")
    assert voltrule(monkeypatch, *command) == 2
