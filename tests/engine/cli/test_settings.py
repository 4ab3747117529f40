import json
from pathlib import Path

import pytest

from engine.policy.editors.editor_schemas import NAMES, editor_schema
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


def test_the_schemas_for_editors_are_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "editor" / "schemas"
    assert voltrule(monkeypatch, "config", "--schemas", str(folder)) == 0
    files = [folder / f"{name}.schema.json" for name in NAMES]
    assert capsys.readouterr().out == "".join(f"wrote {file}\n" for file in files)
    assert [json.loads(file.read_text()) for file in files] == list(map(editor_schema, NAMES))


def test_schemas_that_cannot_be_written_say_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert voltrule(monkeypatch, "config", "--schemas", str(tmp_path / "file")) == 2
    assert capsys.readouterr().err == (
        f"voltrule: can't write `{tmp_path}/file/policy.schema.json`: file exists\n"
        "hint: name a directory that can be written\n"
    )
