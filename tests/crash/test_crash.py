"""Nothing that was answered is lost or doubled; `python -m tests.crash` kills more often."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.comparison import Comparison
from tests.crash.run import Run
from tests.engine.storage import databases

KILLS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/voltrule.db"
        return
    with contextlib.ExitStack() as stack:
        made = databases.a_postgresql_database(f"voltrule_crash_test_{os.getpid()}")
        try:
            url = stack.enter_context(made)
        except OSError:
            pytest.skip(f"no PostgreSQL server at {databases.SERVER}")
        yield url


async def test_kill_9_in_the_middle_of_traffic_loses_and_doubles_nothing(
    tmp_path: Path, store_url: str
) -> None:
    result = await Run(tmp_path, store_url, KILLS, secrets.randbelow(1000)).run()
    assert (result.missing, result.double, result.wrong) == ([], [], [])
    assert result.delivered == result.recorded > 0


async def test_a_server_that_answers_before_its_commit_is_caught(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/voltrule.db"
    result = await Run(tmp_path, url, KILLS, 1, module="tests.crash.cheating").run()
    assert result.missing != []
    assert not result.is_clean


def test_what_is_missing_and_what_is_double_is_told_apart() -> None:
    result = Comparison()
    result.compare("letter", ["a", "b", "c"], ["c", "c", "a", "d"])
    assert result.missing == ["letter: b"]
    assert result.double == ["letter: c", "letter: d"]
    assert not result.is_clean


def test_energy_that_is_not_recorded_is_not_clean() -> None:
    assert Comparison(delivered=100, recorded=100).is_clean
    assert not Comparison(delivered=100, recorded=99).is_clean
