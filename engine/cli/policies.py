"""`voltrule check` and `voltrule test`: the policies, without a server."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote

import typer

from engine.configuration import load
from engine.policy.directory import read_directory
from engine.policy.policy_set import compile_set
from engine.policy.problems import PolicyProblems, Problem, as_json, as_text
from engine.policy.sarif import as_sarif
from engine.policy.testing import run_tests

FOUND = 1
"""Exit code: there is something to mend."""


def check_policies(
    path: Path | None, config: Path | None, form: Literal["text", "json", "sarif"]
) -> int:
    """Show what is wrong with a policy directory; returns the exit code."""
    directory = _directory(path, config)
    files: dict[str, bytes] = {}
    good = ""
    problems: tuple[Problem, ...]
    try:
        files = read_directory(directory)
        policies = compile_set(files)
        problems = policies.warnings
        good = f"{_count(len(policies.policies), 'policy', 'policies')} in {directory}: no errors"
    except PolicyProblems as broken:
        problems = broken.problems
    errors = sum(problem.severity == "error" for problem in problems)
    match form:
        case "json":
            typer.echo(as_json(problems))
        case "sarif":
            typer.echo(as_sarif(problems, _base(directory)))
        case "text":
            if problems:
                typer.echo(as_text(problems, files) + "\n")
            typer.echo(good or f"{_count(errors, 'error', 'errors')} in {directory}")
    return FOUND if errors else 0


def test_policies(path: Path | None, config: Path | None) -> int:
    """Run the tests of a policy directory; returns the exit code."""
    report = run_tests(_directory(path, config))
    typer.echo(report.text())
    return 0 if report.passed else FOUND


def _base(directory: Path) -> str:
    """Where the files are, as a URI: relative to where we are, as code hosts want it, if below."""
    whole, here = directory.resolve(), Path.cwd()
    if not whole.is_relative_to(here):
        return f"{whole.as_uri()}/"
    below = whole.relative_to(here).as_posix()
    return "" if below == "." else f"{quote(below)}/"


def _directory(path: Path | None, config: Path | None) -> Path:
    return path if path is not None else load(config).settings.policies.path


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
