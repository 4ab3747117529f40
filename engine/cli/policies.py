"""`voltrule check` and `voltrule test`: the policies, without a server."""

from pathlib import Path

import typer

from engine.configuration import load
from engine.policy.directory import read_directory
from engine.policy.policy_set import compile_set
from engine.policy.problems import PolicyProblems, Problem, as_json, as_text
from engine.policy.testing import run_tests

FOUND = 1
"""Exit code: there is something to mend."""


def check_policies(path: Path | None, config: Path | None, *, json: bool) -> int:
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
    if json:
        typer.echo(as_json(problems))
    elif problems:
        typer.echo(as_text(problems, files))
        typer.echo("")
    if not json:
        typer.echo(good or f"{_count(errors, 'error', 'errors')} in {directory}")
    return FOUND if errors else 0


def test_policies(path: Path | None, config: Path | None) -> int:
    """Run the tests of a policy directory; returns the exit code."""
    report = run_tests(_directory(path, config))
    typer.echo(report.text())
    return 0 if report.passed else FOUND


def _directory(path: Path | None, config: Path | None) -> Path:
    return path if path is not None else load(config).settings.policies.path


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
