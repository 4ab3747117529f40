"""
Policy directories with mistakes, and what `voltrule check` says of each.

Each folder of `broken/` is such a directory; `expected.txt` in it is the whole text. After a change
that is meant to change a text, `python -m tests.engine.policy.broken_policies` writes all of them
anew: read the difference before you commit it.
"""

from pathlib import Path

from engine.policy.live.directory import read_directory
from engine.policy.problems import Problem, as_text
from engine.policy.testing.runs import check_files

FOLDER = Path(__file__).parent / "broken"
EXPECTED = "expected.txt"


def directories() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir())


def expected(name: str) -> str:
    return (FOLDER / name / EXPECTED).read_text(encoding="utf-8")


def problems(name: str) -> tuple[Problem, ...]:
    return check_files(read_directory(FOLDER / name))[1]


def text(name: str) -> str:
    """What is wrong, as an operator sees it."""
    files = read_directory(FOLDER / name)
    return as_text(check_files(files)[1], files) + "\n"


if __name__ == "__main__":
    for each in directories():
        (FOLDER / each / EXPECTED).write_text(text(each), encoding="utf-8")
