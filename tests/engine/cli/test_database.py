from pathlib import Path

import pytest

from engine.storage.schema import HEAD
from tests.engine.cli.running import voltrule


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The store of a directory without a configuration file."""
    monkeypatch.chdir(tmp_path)
    return f"sqlite:///{tmp_path}/data/voltrule.db"


def test_an_upgrade_says_what_it_did(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "db", "upgrade") == 0
    assert capsys.readouterr().out == f"{url} is now at revision {HEAD} (before: no tables)\n"
    assert voltrule(monkeypatch, "db", "upgrade") == 0
    assert capsys.readouterr().out == f"{url} is up to date, at revision {HEAD}\n"


def test_the_current_revision_is_told_with_what_is_to_do(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [
        (1, f"{url} has no tables yet; `voltrule db upgrade` makes them\n"),
        (0, f"{url} is up to date, at revision {HEAD}\n"),
        (
            1,
            f"{url} is at revision 0001, this Voltrule needs {HEAD}: run `voltrule db upgrade`\n",
        ),
    ]
    found = []
    for before in ([], ["upgrade"], ["downgrade", "0001", "--yes"]):
        if before:
            voltrule(monkeypatch, "db", *before)
        capsys.readouterr()
        found.append((voltrule(monkeypatch, "db", "current"), capsys.readouterr().out))
    assert found == told


def test_a_downgrade_says_what_it_did_once_it_was_agreed_to(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voltrule(monkeypatch, "db", "upgrade")
    capsys.readouterr()
    monkeypatch.setattr("typer.confirm", lambda question: "lost; back it up" not in question)
    assert voltrule(monkeypatch, "db", "downgrade", "0001") == 2
    assert capsys.readouterr().err == "voltrule: nothing was changed\n"
    assert voltrule(monkeypatch, "db", "downgrade", "0001", "--yes") == 0
    assert capsys.readouterr().out == f"{url} is now at revision 0001 (before: {HEAD})\n"


def test_a_downgrade_goes_only_to_an_older_revision(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "db", "downgrade", "0001") == 2
    assert capsys.readouterr().err == (
        "voltrule: the database has no tables yet: there is nothing to take back\n"
    )
    voltrule(monkeypatch, "db", "upgrade")
    voltrule(monkeypatch, "db", "downgrade", "0002", "--yes")
    capsys.readouterr()
    assert voltrule(monkeypatch, "db", "downgrade", "0002", "--yes") == 2
    assert capsys.readouterr().err == (
        "voltrule: `0002` is no revision older than `0002`, which the database has\n"
        "hint: the older ones are `0001`, `base`; `base` removes all tables\n"
    )
