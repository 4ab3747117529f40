"""Rules mean what the public CEL Policy format says they mean; `aggregate` is not part of ours."""

from pathlib import Path

import pytest

from tests.conformance.cel_policy import main, run

_FOLDER = Path(__file__).parent / "vectors" / "cel-policy"
_CASES = sorted(path.parent for path in _FOLDER.rglob("policy.yaml"))


@pytest.mark.parametrize("folder", _CASES, ids=lambda folder: folder.name)
def test_every_case_comes_out_as_the_format_says(folder: Path) -> None:
    outcomes = dict(run(folder))
    assert outcomes
    assert outcomes == dict.fromkeys(outcomes)


def test_the_runner_says_how_many_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_FOLDER / "nested_rule5")]) == 0
    assert capsys.readouterr().out == "4 passed, 0 failed\n"
