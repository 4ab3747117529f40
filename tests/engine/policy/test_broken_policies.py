"""Every mistake is said once, at its place, with what to do: whole texts, as people see them."""

import json
from pathlib import Path

import pytest

from engine.policy.editors.sarif import KINDS
from tests.engine.cli.running import voltrule
from tests.engine.policy.broken_policies import FOLDER, directories, expected, problems, text


@pytest.mark.parametrize("name", directories())
def test_a_broken_directory_is_explained_in_these_words(name: str) -> None:
    assert text(name) == expected(name)


@pytest.mark.parametrize("name", directories())
def test_json_and_sarif_say_the_same_as_the_text(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = problems(name)
    worst = int(any(problem.severity == "error" for problem in found))
    outputs = {}
    for form in ("json", "sarif"):
        assert voltrule(monkeypatch, "check", str(FOLDER / name), "--format", form) == worst
        outputs[form] = json.loads(capsys.readouterr().out)
    assert [str(each["message"]) for each in outputs["json"]["problems"]] == [
        problem.message for problem in found
    ]
    results = outputs["sarif"]["runs"][0]["results"]
    assert [
        (r["locations"][0]["physicalLocation"].get("region"), r["level"], r["message"]["text"])
        for r in results
    ] == [
        (
            {"startLine": problem.line, "startColumn": problem.column},
            problem.severity,
            problem.message + (f"\nhint: {problem.hint}" if problem.hint else ""),
        )
        for problem in found
    ]
    assert {result["ruleId"] for result in results} <= {kind.id for kind in KINDS}


def test_the_place_of_every_problem_is_in_its_file() -> None:
    for name in directories():
        for problem in problems(name):
            lines = (FOLDER / name / problem.file).read_text(encoding="utf-8").split("\n")
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem


def test_every_directory_has_a_problem() -> None:
    assert [name for name in directories() if not problems(name)] == []
    assert len(directories()) >= 40
    assert Path(FOLDER).is_dir()
