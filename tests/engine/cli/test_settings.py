from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule


def test_every_setting_is_printed_with_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("ocpp:\n  listen: 127.0.0.1:1\n")
    monkeypatch.setenv("VOLTRULE_ADMIN__TOKEN", "s3cret")
    assert voltrule(monkeypatch, "config") == 0
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line.split(None, 1)[1] for line in printed.splitlines()}
    assert rows["ocpp.listen:"].split() == ["127.0.0.1:1", "#", "config.yaml:2:11"]
    assert rows["admin.token:"].split("#")[1] == " environment VOLTRULE_ADMIN__TOKEN"
    assert rows["store.upgrade:"].split() == ["true", "#", "default"]
    assert "s3cret" not in printed
