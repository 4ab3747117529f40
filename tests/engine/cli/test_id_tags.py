from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch

HEADER = "idTag,status,expiryDate,parentIdTag,maxActiveTransactions"
FILE = (
    "idTag,status,expiryDate,parentIdTag,maxActiveTransactions,label:note,label:site\r\n"
    '\'=1+1,Accepted,,,,"a, ""b""\r\nc",\r\n'
    "CARD-1,Blocked,2026-01-31T12:00:00.000Z,FLEET-1,2,''x,Bonn\r\n"
)


@pytest.fixture(autouse=True)
def _directory(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def a_file(content: str) -> str:
    Path("tags.csv").write_text(content, newline="")
    return "tags.csv"


def test_what_was_imported_is_exported_as_it_was(monkeypatch: Patch) -> None:
    assert voltrule(monkeypatch, "id-tags", "import", a_file(FILE)) == 0
    assert voltrule(monkeypatch, "id-tags", "export", "out.csv") == 0
    assert Path("out.csv").read_bytes().decode() == FILE


def test_an_import_says_what_it_did(monkeypatch: Patch, capsys: Capture) -> None:
    assert voltrule(monkeypatch, "id-tags", "import", a_file(FILE)) == 0
    assert capsys.readouterr().out == "2 created, 0 updated, 0 unchanged\n"
    again = a_file("idTag;status\nCARD-1;Accepted\nX;\n")
    assert voltrule(monkeypatch, "id-tags", "import", again, "--replace") == 0
    assert capsys.readouterr().out == "1 created, 1 updated, 0 unchanged, 1 deleted\n"


def test_a_dry_run_says_what_would_be(monkeypatch: Patch, capsys: Capture) -> None:
    assert voltrule(monkeypatch, "id-tags", "import", a_file(FILE), "--dry-run") == 0
    assert capsys.readouterr().out == (
        "nothing was written; without --dry-run: 2 created, 0 updated, 0 unchanged\n"
    )
    assert voltrule(monkeypatch, "id-tags", "export", "out.csv") == 0
    assert Path("out.csv").read_text() == HEADER + "\n"


def test_wrong_lines_are_shown_and_nothing_is_written(monkeypatch: Patch, capsys: Capture) -> None:
    content = "idTag,status\nA,Accepted\nB,Blokced\nC\n"
    assert voltrule(monkeypatch, "id-tags", "import", a_file(content)) == 1
    assert capsys.readouterr().err == (
        "line 3, `status`: must be one of `Accepted`, `Blocked`, `Expired`, `Invalid`, "
        "not `Blokced`\n  hint: did you mean `Blocked`?\n"
        "line 4: has 1 cells, the header has 2\n"
        '  hint: put text with a separator in it in quotes: "a,b"\n'
        "nothing was written: 2 lines are refused\n"
    )


def test_many_wrong_lines_are_not_all_shown(monkeypatch: Patch, capsys: Capture) -> None:
    content = "idTag,status\n" + "A,x\n" * 25
    assert voltrule(monkeypatch, "id-tags", "import", a_file(content)) == 1
    assert capsys.readouterr().err.endswith(
        "… and 5 more\nnothing was written: 25 lines are refused\n"
    )


@pytest.mark.parametrize("file", [[], ["-"]])
def test_a_group_is_exported_to_standard_output(
    monkeypatch: Patch, capsys: Capture, file: list[str]
) -> None:
    voltrule(monkeypatch, "id-tags", "import", a_file("idTag,parentIdTag\nA,G\nB,\n"))
    capsys.readouterr()
    assert voltrule(monkeypatch, "id-tags", "export", "--parent", "g", *file) == 0
    assert capsys.readouterr().out == (HEADER + "\r\nA,Accepted,,G,\r\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["import", "gone.csv"],
            "voltrule: can't open `gone.csv`: no such file or directory\n"
            "hint: name a file that can be read, or written\n",
        ),
        (
            ["export", "gone/out.csv"],
            "voltrule: can't open `gone/out.csv`: no such file or directory\n"
            "hint: name a file that can be read, or written\n",
        ),
    ],
)
def test_a_file_that_can_not_be_opened_is_named(
    monkeypatch: Patch, capsys: Capture, arguments: list[str], error: str
) -> None:
    assert voltrule(monkeypatch, "id-tags", *arguments) == 2
    assert capsys.readouterr().err == error
