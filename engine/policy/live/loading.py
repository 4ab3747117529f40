"""What the host does with files in a thread, while the loop goes on answering."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import Conflict
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.live.directory import read_directory
from engine.policy.live.yielding import yielding
from engine.policy.problems import PolicyProblems, Problem, sorted_by_place
from engine.policy.reading.compiling import compile_set
from engine.policy.testing.green_tests import test_problems
from engine.policy.testing.runs import check_files

Compiler = Callable[[Mapping[str, bytes]], PolicySet]
"""What makes a set of files; raises PolicyProblems."""


@yielding()
def compile_beside(files: Mapping[str, bytes]) -> PolicySet:
    """The set that files make."""
    return compile_set(files)


async def compiled_again(revision: str, files: Mapping[str, bytes]) -> PolicySet:
    """
    A set that was live before.

    Raises:
        Conflict: it was good for an older version, and is not for this one.
    """
    try:
        return await asyncio.to_thread(compile_beside, files)
    except PolicyProblems as broken:
        message = f"the policy revision `{revision}` is not good any more"
        raise Conflict(message, hint=str(broken.problems[0])) from None


@yielding()
def check(
    path: Path, files: Mapping[str, bytes] | None, *, require_tests: bool
) -> tuple[Problem, ...]:
    """
    What `voltrule check` tells, and each test that fails where all must pass.

    The mistakes of test files are told, too, though they keep no set from going live.
    """
    if files is None:
        files = read_directory(path)
    policies, problems = check_files(files)
    if policies is None or not require_tests:
        return problems
    return sorted_by_place([*problems, *test_problems(files, policies)])


@yielding()
def load(
    path: Path,
    files: Mapping[str, bytes] | None,
    compiler: Compiler,
) -> tuple[PolicySet, Mapping[str, bytes]]:
    """The set that the directory or these files make, and the files."""
    if files is None:
        files = read_directory(path)
    return compiler(files), files
