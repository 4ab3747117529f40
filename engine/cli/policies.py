"""`voltrule check`: the policies, without a server."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import typer

from engine.configuration import load
from engine.policy.editors.sarif import as_sarif
from engine.policy.files import is_shared, is_table
from engine.policy.live.directory import read_directory
from engine.policy.problems import PolicyProblems, Problem, as_json, as_text
from engine.policy.testing.runs import check_files

FOUND = 1
"""Exit code: there is something to mend."""


def check_policies(
    path: Path | None, config: Path | None, form: Literal["text", "json", "sarif"]
) -> int:
    """Show what is wrong with a policy directory; returns the exit code."""
    directory = directory_of(path, config)
    files: dict[str, bytes] = {}
    good = ""
    problems: tuple[Problem, ...]
    try:
        files = read_directory(directory)
        with _no_collecting():
            policies, problems = check_files(files)
        how_many = 0 if policies is None else len(policies.policies)
        good = f"{_count(how_many, 'policy', 'policies')} in {directory}: no errors"
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
            wrong = f"{_count(errors, 'error', 'errors')} in {directory}"
            typer.echo(wrong if errors else good)
            hint_at_tables(directory, errors)
    return FOUND if errors else 0


@contextmanager
def _no_collecting() -> Iterator[None]:
    """All that is made is kept until the end, so that looking for garbage finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def hint_at_tables(directory: Path, errors: int) -> None:
    """A folder of the policy directory is checked without what lies beside it for all policies."""
    if not errors or not directory.is_dir() or _for_all(directory):
        return
    for around in directory.absolute().parents[:3]:
        if found := _for_all(around):
            typer.echo(f"hint: {found}: name the directory {around}")
            return


def _for_all(directory: Path) -> str | None:
    """Where tables or shared values are, for all policies of a directory."""
    if any(is_table(f"data/{each.name}") for each in (directory / "data").glob("*")):
        return f"the tables are in {directory / 'data'}"
    within = [*directory.glob("shared.*"), *directory.glob("shared/*")]
    shared = [each for each in within if is_shared(each.relative_to(directory).as_posix())]
    return f"shared values are in {shared[0]}" if shared else None


def _base(directory: Path) -> str:
    """Where the files are, as a URI: relative to where we are, as code hosts want it, if below."""
    whole, here = directory.resolve(), Path.cwd()
    if not whole.is_relative_to(here):
        return f"{whole.as_uri()}/"
    below = whole.relative_to(here).as_posix()
    return "" if below == "." else f"{quote(below)}/"


def directory_of(path: Path | None, config: Path | None) -> Path:
    """The directory that is named, else the configured one."""
    return path if path is not None else load(config).settings.policies.path


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
