from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The store of a directory without a configuration file."""
    monkeypatch.chdir(tmp_path)
    assert voltrule(monkeypatch, "db", "upgrade") == 0
    return tmp_path / "data" / "voltrule.db"


def test_a_copy_and_its_return_are_told(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert voltrule(monkeypatch, "db", "backup", "copy.db") == 0
    assert capsys.readouterr().out.startswith(f"copy.db is a whole copy of {store}: ")
    assert voltrule(monkeypatch, "db", "restore", "copy.db") == 0
    now, before = capsys.readouterr().out.splitlines()
    assert now.startswith(f"{store} is now what copy.db was: ")
    assert before.startswith(f"{store}.before-")
    assert before.endswith("Z is what it was before; delete it when nobody misses it")


def test_a_file_is_replaced_only_when_that_was_said(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voltrule(monkeypatch, "db", "backup", "copy.db")
    assert voltrule(monkeypatch, "db", "backup", "copy.db") == 2
    assert capsys.readouterr().err == (
        "voltrule: `copy.db` exists already\nhint: name another file, or give --overwrite\n"
    )
    assert voltrule(monkeypatch, "db", "backup", "copy.db", "--overwrite") == 0
