"""The vectors of the CEL specification pass, but for those that are listed with a reason."""

from pathlib import Path

import pytest

from tests.conformance.cel_spec import EXCEPTIONS, main, read_vectors, run

_FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "cel-spec"
if not _FOLDER.is_dir():
    pytest.skip(
        "the CEL specification's vectors are not beside this checkout", allow_module_level=True
    )
_FILES = sorted(_FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_all_vectors_pass_but_the_listed_ones(path: Path) -> None:
    failed = {
        f"{vector['section']}/{vector['name']}" for vector in read_vectors(path) if run(vector)
    }
    assert failed == (set(EXCEPTIONS) if path.stem == "parse" else set())


def test_at_most_one_in_a_hundred_is_listed() -> None:
    vectors = sum(1 for path in _FILES for _ in read_vectors(path))
    assert vectors > 800
    assert len(EXCEPTIONS) <= vectors / 100


def test_the_runner_says_what_failed_and_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_FOLDER / "parse.json")]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "97 passed, 2 failed"
    assert "bytes_literals/triple_single_quoted_unescaped_punctuation" in printed[0]


def test_the_runner_exits_with_zero_when_all_passed() -> None:
    assert main([str(_FOLDER / "logic.json")]) == 0
