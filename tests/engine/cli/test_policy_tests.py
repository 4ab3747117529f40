"""`voltrule test`: what its options print, and its exit codes."""

from pathlib import Path

import pytest

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
