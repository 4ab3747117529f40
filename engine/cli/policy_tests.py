"""`voltrule test`: runs the tests beside the policies, once or after each change."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from engine.cli.policies import FOUND, directory_of, hint_at_tables
from engine.errors import EngineError
from engine.policy.live.directory import signature
from engine.policy.live.watching import changes
from engine.policy.testing.coverage import coverage_of
from engine.policy.testing.junit import as_junit
from engine.policy.testing.runs import TestReport, run_tests

QUIET_SECONDS = 0.3
"""So long nothing must change before the tests are run again."""


@dataclass(frozen=True)
class Wanted:
    """What the options ask for, besides the tests themselves."""

    coverage: bool = False
    minimum: float | None = None
    """Percent; fewer is a failure."""
    junit: Path | None = None
    """The file that gets the results as JUnit XML."""
    watch: bool = False


def run(path: Path | None, config: Path | None, wanted: Wanted) -> int:
    """Run the tests of a policy directory; returns the exit code, of the last run with `watch`."""
    directory = directory_of(path, config)
    codes: list[int] = []

    def once() -> None:
        codes.append(_once(directory, wanted))

    if not wanted.watch:
        once()
        return codes[-1]
    try:
        asyncio.run(watch(directory, once))
    except KeyboardInterrupt:
        typer.echo("")
    return codes[-1] if codes else FOUND


async def watch(
    directory: Path, once: Callable[[], None], quiet_seconds: float = QUIET_SECONDS
) -> None:
    """Runs the tests now and after each change, until cancelled."""
    # Taken before the first run: a change during it is seen as one.
    seen = signature(directory)
    once()
    async for _ in changes(directory, seen, quiet_seconds):
        typer.echo(f"\n{directory} has changed\n")
        once()


def _once(directory: Path, wanted: Wanted) -> int:
    report = run_tests(directory)
    if wanted.junit is not None:
        _write(wanted.junit, as_junit(report))
    typer.echo(report.text())
    hint_at_tables(directory, len(report.problems))
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


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EngineError(f"`{path}` can't be written: {error.strerror}") from None
