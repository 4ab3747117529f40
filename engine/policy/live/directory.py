"""The files of a policy directory: which count, what is in them, and whether they have changed."""

import os
from collections.abc import Iterator
from pathlib import Path

from engine.policy.files import counts
from engine.policy.problems import PolicyProblems, Problem

TOTAL_LIMIT = 64_000_000
"""Bytes of all files together."""

Signature = frozenset[tuple[str, int, int, int]]
"""Of each file its path, identity, time and size: another one after any change."""


def read_directory(path: Path) -> dict[str, bytes]:
    """
    The policy files, tables and tests under a directory, by path relative to it.

    Raises:
        PolicyProblems: there is no such directory, or it can't be read.
    """
    if path.is_file():
        hint = f"name its directory: `{path.parent}`"
        raise PolicyProblems([_unusable(path, "it is a file", hint)])
    if not path.is_dir():
        raise PolicyProblems([_unusable(path, "there is no such directory")])
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for file, where in _walk(path):
        try:
            files[file] = Path(where).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            if os.path.islink(where) and not os.path.exists(where):
                problems.append(_dangling(file, where))
            # Else gone between listing and reading: an editor is saving, and the next change comes.
        except OSError as error:
            reason = f"`{file}` can't be read: {error.strerror}"
            raise PolicyProblems([_unusable(path, reason)]) from None
    if problems:
        raise PolicyProblems(problems)
    if sum(map(len, files.values())) > TOTAL_LIMIT:
        raise PolicyProblems([_unusable(path, f"it holds more than {TOTAL_LIMIT} bytes")])
    return files


def signature(path: Path) -> Signature:
    """What is another one after any change of a file that counts."""
    # A link to nothing is a mistake, so that its going is a change, too.
    found = ((file, _stat(where) or _stat(where, follow=False)) for file, where in _walk(path))
    return frozenset(
        (file, stat.st_ino, stat.st_mtime_ns, stat.st_size) for file, stat in found if stat
    )


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    """
    Each file that counts: its path under the directory with `/`, and where it is.

    What is hidden does not count: editors' swap files, `.git`, and Kubernetes' `..data`, whose
    files are seen through the links beside it.
    """
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        here = _stat(folder)
        if here is None or (here.st_dev, here.st_ino) in seen:
            # A link that leads back to where we have been.
            folders.clear()
            continue
        seen.add((here.st_dev, here.st_ino))
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            where = os.path.join(folder, name)
            file = os.path.relpath(where, root).replace(os.sep, "/")
            if not name.startswith(".") and counts(file):
                yield file, where


def _stat(path: str, *, follow: bool = True) -> os.stat_result | None:
    try:
        return os.stat(path, follow_symlinks=follow)
    except OSError:
        return None


def _dangling(file: str, where: str) -> Problem:
    message = f"the link leads to `{os.readlink(where)}`, which is not there"
    return Problem(file=file, line=1, column=1, message=message)


def _unusable(path: Path, reason: str, hint: str | None = None) -> Problem:
    message = f"the policy directory is not usable: {reason}"
    return Problem(file=str(path), line=1, column=1, message=message, hint=hint)
