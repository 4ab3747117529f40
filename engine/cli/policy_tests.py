"""`voltrule test`: runs the tests beside the policies."""

from dataclasses import dataclass
from pathlib import Path

import typer

from engine.cli.policies import FOUND, directory_of
from engine.policy.coverage import coverage_of
from engine.policy.testing import TestReport, run_tests


@dataclass(frozen=True)
class Wanted:
    """What the options ask for, besides the tests themselves."""

    coverage: bool = False
    minimum: float | None = None
    """Percent; fewer is a failure."""


def run(path: Path | None, config: Path | None, wanted: Wanted) -> int:
    """Run the tests of a policy directory; returns the exit code."""
    return _once(directory_of(path, config), wanted)


def _once(directory: Path, wanted: Wanted) -> int:
    report = run_tests(directory)
    typer.echo(report.text())
    enough = _covered(report, wanted)
    return 0 if report.passed and enough else FOUND


def _covered(report: TestReport, wanted: Wanted) -> bool:
    """Shows the coverage where it is asked for; whether it is enough."""
    if report.policies is None or not (wanted.coverage or wanted.minimum is not None):
        return True
    coverage = coverage_of(report)
    typer.echo(f"\n{coverage.text()}")
    if wanted.minimum is None or coverage.reaches(wanted.minimum):
        return True
    typer.echo(f"less than the {wanted.minimum:g}% that --min asks for")
    return False
