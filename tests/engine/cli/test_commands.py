import subprocess
import sys
from pathlib import Path

import pytest

from engine import __version__
from tests.engine.cli.running import ROOT, voltrule


def test_the_version_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"voltrule {__version__}\n"


@pytest.mark.parametrize("command", ["serve", "check", "test", "simulate", "token", "db", "config"])
def test_every_command_has_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert voltrule(monkeypatch, command, "--help") == 0
    assert command in capsys.readouterr().out


def test_an_unknown_option_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    assert voltrule(monkeypatch, "serve", "--nope") == 2


@pytest.mark.parametrize("command", [["serve"], ["config"], ["db", "upgrade"], ["check"]])
def test_a_configuration_file_that_is_named_must_exist(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert voltrule(monkeypatch, *command, "--config", "missing.yaml") == 2
    assert capsys.readouterr().err == (
        "voltrule: can't read the configuration file `missing.yaml`: no such file or directory\n"
        "hint: name another file with --config, or none to run on the defaults\n"
    )


def test_a_check_waits_for_no_database_and_no_server() -> None:
    program = (
        "import sys; from engine.cli.policies import check_policies; from pathlib import Path;"
        f"check_policies(Path({str(ROOT / 'policies')!r}), None, 'text');"
        "names = ('sqlalchemy', 'uvicorn', 'starlette', 'structlog', 'lark');"
        "print([name for name in names if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_python_m_engine_is_voltrule(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "engine", "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"voltrule {__version__}\n"
