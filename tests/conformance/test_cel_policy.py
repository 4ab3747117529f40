"""Rules mean what the public CEL Policy format says they mean; `aggregate` is not part of ours."""

from pathlib import Path

import pytest

from tests.conformance.cel_policy import main, run

_FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "cel-policy"
if not _FOLDER.is_dir():
    pytest.skip("the public CEL Policy cases are not beside this checkout", allow_module_level=True)
_NOT_YET = {
    "agent_tool_execution_governance": "declares functions of its own",
    "compose_conflicting_output": "outputs of one rule may differ in type so far",
}
_CASES = sorted(
    path.parent
    for path in _FOLDER.rglob("policy.yaml")
    if path.parent.name not in _NOT_YET and "aggregate" not in path.parent.name
)


@pytest.mark.parametrize("folder", _CASES, ids=lambda folder: folder.name)
def test_every_case_comes_out_as_the_format_says(folder: Path) -> None:
    outcomes = dict(run(folder))
    assert outcomes
    assert outcomes == dict.fromkeys(outcomes)


def test_the_runner_says_how_many_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_FOLDER / "nested_rule5")]) == 0
    assert capsys.readouterr().out == "4 passed, 0 failed\n"
