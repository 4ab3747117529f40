from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule


def test_an_upgrade_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/data/voltrule.db"
    assert voltrule(monkeypatch, "db", "upgrade") == 0
    first = capsys.readouterr().out
    assert first.startswith(f"{url} is now at revision ")
    assert first.endswith("(before: no tables)\n")
    assert voltrule(monkeypatch, "db", "upgrade") == 0
    assert capsys.readouterr().out.startswith(f"{url} is up to date, at revision ")
