import json
from pathlib import Path

import pytest

from tests.engine.cli.running import ROOT, voltrule

GOOD = "name: a\naction: Heartbeat\nrule: { match: [{ response: {} }] }\n"
BROKEN = "name: a\naction: Heartbeet\nrule: { match: [{ response: {} }] }\n"


def test_good_policies_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    assert voltrule(monkeypatch, "check", str(tmp_path)) == 0
    assert capsys.readouterr().out == f"1 policy in {tmp_path}: no errors\n"


def test_a_problem_is_shown_with_its_line_and_a_caret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN)
    assert voltrule(monkeypatch, "check", str(tmp_path)) == 1
    first, line, caret, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("a.yaml:2:9: ")
    assert (line, caret) == ("    action: Heartbeet", "            ^")
    assert last == f"1 error in {tmp_path}"


def test_programs_get_the_problems_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN)
    assert voltrule(monkeypatch, "check", str(tmp_path), "--format", "json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem.keys() == {"file", "line", "column", "severity", "message", "hint"}
    assert (problem["file"], problem["line"], problem["column"]) == ("a.yaml", 2, 9)
    (tmp_path / "a.yaml").write_text(GOOD)
    assert voltrule(monkeypatch, "check", str(tmp_path), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_a_directory_that_is_not_there_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "check", "nowhere") == 1
    assert "there is no such directory" in capsys.readouterr().out


def test_the_configured_directory_is_checked_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert voltrule(monkeypatch, "check") == 0
    assert f"in {ROOT / 'policies'}: no errors" in capsys.readouterr().out


def test_an_empty_directory_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert voltrule(monkeypatch, "check", str(tmp_path)) == 0
    first, hint, _, last = capsys.readouterr().out.splitlines()
    assert first.endswith("there are no policies here: the built-in defaults answer everything")
    assert hint.startswith("hint: they let any charge point connect")
    assert last == f"0 policies in {tmp_path}: no errors"


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_folder_whose_tables_are_beside_it_gets_a_hint(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vips.csv").write_text("idTag\nA\n")
    (tmp_path / "mine").mkdir()
    policy = GOOD.replace("[{", "[{ condition: \"'A' in data.vips\",")
    (tmp_path / "mine" / "a.yaml").write_text(policy)
    assert voltrule(monkeypatch, command, str(tmp_path)) == 0
    assert "hint" not in capsys.readouterr().out
    assert voltrule(monkeypatch, command, str(tmp_path / "mine")) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"hint: the tables are in {tmp_path / 'data'}: name the directory {tmp_path}"


@pytest.mark.parametrize("shared", ["shared.yaml", "shared/sites.yaml"])
def test_a_folder_whose_shared_values_are_beside_it_gets_a_hint(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    shared: str,
) -> None:
    for folder in ("shared", "mine"):
        (tmp_path / folder).mkdir()
    (tmp_path / shared).write_text("variables: [{ name: a, expression: now > now }]\n")
    policy = GOOD.replace("[{", "[{ condition: variables.a,")
    (tmp_path / "mine" / "a.yaml").write_text(policy)
    assert voltrule(monkeypatch, "check", str(tmp_path / "mine")) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    where = tmp_path / shared
    assert last == f"hint: shared values are in {where}: name the directory {tmp_path}"


def test_code_hosts_get_the_problems_as_sarif(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "my policies"
    folder.mkdir()
    (folder / "a.yaml").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)
    for path, base in (
        ("my policies", "my%20policies/"),
        (str(folder), "my%20policies/"),
    ):
        assert voltrule(monkeypatch, "check", path, "--format", "sarif") == 1
        (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": f"{base}a.yaml"},
            "region": {"startLine": 2, "startColumn": 9},
        }
    monkeypatch.chdir(folder)
    voltrule(monkeypatch, "check", ".", "--format", "sarif")
    assert '"uri": "a.yaml"' in capsys.readouterr().out
    monkeypatch.chdir("/")
    voltrule(monkeypatch, "check", str(folder), "--format", "sarif")
    assert '/my%20policies/a.yaml"' in capsys.readouterr().out
