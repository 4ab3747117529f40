"""`voltrule test`: what its options print, and its exit codes."""

import asyncio
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from engine.cli.policy_tests import watch
from tests.engine.cli.running import ROOT, voltrule

GOOD = "name: a\naction: Heartbeat\nrule: { match: [{ response: {} }] }\n"
BROKEN = "name: a\naction: Heartbeet\nrule: { match: [{ response: {} }] }\n"


def test_the_shipped_policies_pass_their_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "test", str(ROOT / "policies")) == 0
    assert ", 0 failed" in capsys.readouterr().out


def test_tests_that_cannot_be_run_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN)
    assert voltrule(monkeypatch, "test", str(tmp_path)) == 1
    assert "a.yaml:2:9: " in capsys.readouterr().out


def test_less_coverage_than_asked_for_exits_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    assert voltrule(monkeypatch, "test", str(tmp_path), "--min", "80") == 1
    assert (
        capsys.readouterr().out
        == """\
0 passed, 0 failed

a.yaml: 0% (0 of 1)
  a: 0% (0 of 1)
    a.yaml:3:17: item `match[0]`: never fired

coverage: 0% (0 of 1)
less than the 80% that --min asks for
"""
    )


def test_coverage_alone_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    assert voltrule(monkeypatch, "test", str(tmp_path), "--coverage") == 0
    assert capsys.readouterr().out.endswith("\ncoverage: 0% (0 of 1)\n")


def test_results_are_written_for_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "results.xml"
    assert voltrule(monkeypatch, "test", str(ROOT / "policies"), "--junit", str(file)) == 0
    root = parse(file).getroot()
    assert capsys.readouterr().out == f"{root.get('tests')} passed, {root.get('failures')} failed\n"


def test_a_file_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "results.xml"
    assert voltrule(monkeypatch, "test", str(tmp_path), "--junit", str(file)) == 2
    expected = f"voltrule: `{file}` can't be written: No such file or directory\n"
    assert capsys.readouterr().err == expected


async def test_watching_runs_the_tests_now_and_after_each_change(tmp_path: Path) -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()
    watching = asyncio.create_task(watch(tmp_path, lambda: runs.put_nowait(1), 0.01))
    async with asyncio.timeout(20):
        for name in ("a.yaml", "a_test.yaml"):
            await runs.get()
            (tmp_path / name).write_text("changed")
        await runs.get()
    watching.cancel()


def test_the_end_of_watching_has_the_exit_code_of_the_last_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.yaml").write_text(GOOD)
    monkeypatch.setattr("engine.cli.policy_tests.changes", interrupted)
    assert voltrule(monkeypatch, "test", str(tmp_path), "--watch") == 0
    assert capsys.readouterr().out == "0 passed, 0 failed\n\n"
