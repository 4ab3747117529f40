import io
import json
import sys
from pathlib import Path

import pytest

from engine.cli.explaining import run
from engine.policy.testing.fixtures import FIXTURES
from tests.engine.cli.running import voltrule

POLICY = """\
name: depot
action: Authorize
scope: { group: depot }
rule:
  match:
    - id: closed
      condition: now.getHours() < 6 && connector == null
      response: { idTagInfo: { status: Blocked } }
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where policies and facts lie, and where the command runs."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/depot.yaml").write_text(POLICY)
    (tmp_path / "depot.json").write_text('{"groups": ["depot"]}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


ASKED = ("explain", "Authorize", "--policies", "policies", "--now", "2026-01-31T05:00:00Z")


def decided(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> list[str]:
    """The first lines of the explanation: the answer, and by whom."""
    assert voltrule(monkeypatch, *ASKED, *arguments) == 0
    return capsys.readouterr().out.splitlines()[:2]


BLOCKED = [
    'Authorize is answered {"idTagInfo": {"status": "Blocked"}}',
    "  by `depot`, rule `closed`",
]


def test_a_request_is_explained_with_facts_from_files(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = ("--request", '{"idTag": "A"}')
    given = ("--charge-point", "depot.json")
    assert decided(monkeypatch, capsys, *request, *given) == BLOCKED
    (directory / "card.yaml").write_text("status: Accepted\n")
    assert decided(monkeypatch, capsys, *request, "--tag", "card.yaml") == [
        'Authorize is answered {"idTagInfo": {"status": "Accepted"}}',
        "  by the built-in default: no policy decides",
    ]


def test_the_request_may_come_from_a_file_or_from_standard_input(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--charge-point", "depot.json", "--request")
    (directory / "request.yaml").write_text("idTag: A\n")
    (directory / "request.json").write_text('{"idTag": "A"}')
    assert decided(monkeypatch, capsys, *given, "@request.yaml") == BLOCKED
    assert decided(monkeypatch, capsys, *given, "@request.json") == BLOCKED
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"idTag": "A"}'))
    assert decided(monkeypatch, capsys, *given, "-") == BLOCKED


def test_programs_get_the_explanation_as_json(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = ("--request", '{"idTag": "A"}', "--format", "json")
    assert voltrule(monkeypatch, *ASKED, *request) == 0
    found = json.loads(capsys.readouterr().out)
    (policy,) = found["policies"]
    assert (policy["result"], policy["reason"]) == ("outOfScope", "it is about group depot")
    assert found["facts"]["now"] == "2026-01-31T05:00:00.000Z"
    assert found["decision"]["source"] == "default"


@pytest.mark.usefixtures("directory")
def test_every_fact_has_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "explain", "--help") == 0
    shown = capsys.readouterr().out
    for name in FIXTURES:
        option = "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
        assert f"--{option} " in shown


MISTAKES = [
    (
        ("--request", '{"idTg": "A"}', "--tag", "tag.yaml", "--charge-point", "cp.json"),
        "voltrule: what was given can't be used\n"
        "  idTg: the request: `idTg` is not a field here (did you mean `idTag`?)\n"
        "  cp.json: id: `id` must be text, not a whole number\n"
        "  tag.yaml:2:9: `status` can't be `Acceptd` (did you mean `Accepted`?)\n",
    ),
    (
        ("--request", "[1"),
        "voltrule: what was given can't be used\n"
        "  request: is not JSON: Expecting ',' delimiter: line 1 column 3 (char 2)\n",
    ),
    (
        ("--request", "[1]"),
        "voltrule: what was given can't be used\n  request: is no object, `{ … }`\n",
    ),
    (
        ("--request", "@none.json"),
        "voltrule: `none.json` can't be read: no such file or directory\n",
    ),
    (
        ("--now", "today"),
        "voltrule: `--now`: `today` is no date and time\n"
        "hint: write it like `2026-01-31T12:00:00Z`\n",
    ),
    (
        ("--policies", "none"),
        "voltrule: none: the policy directory is not usable: there is no such directory\n",
    ),
    (
        ("--policies", "broken"),
        "voltrule: the policies in broken have mistakes\n\n"
        "a.yaml:1:1: the policy has no `rule`\n    name: a\n    ^\n",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_what_is_wrong_is_said_and_the_exit_code_is_2(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    (directory / "tag.yaml").write_text("idTag: A\nstatus: Acceptd\n")
    (directory / "cp.json").write_text('{"id": 5}')
    (directory / "broken").mkdir()
    (directory / "broken/a.yaml").write_text("name: a\naction: Heartbeat\n")
    request = () if "--request" in arguments else ("--request", '{"idTag": "A"}')
    assert voltrule(monkeypatch, *ASKED, *request, *arguments) == 2
    assert capsys.readouterr().err == message


def test_an_action_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voltrule(monkeypatch, "explain", "authorize") == 2
    assert capsys.readouterr().err == (
        "voltrule: `authorize` is not an action a policy decides\nhint: did you mean `Authorize`?\n"
    )


@pytest.mark.usefixtures("directory")
def test_on_a_terminal_what_counts_stands_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    facts = {"chargePoint": Path("depot.json")}
    now = "2026-01-31T05:00:00Z"
    assert run("Authorize", '{"idTag": "A"}', facts, now, Path("policies"), None, "text") == 0
    assert "`depot`: \x1b[32mdecides\x1b[0m\n" in capsys.readouterr().out
