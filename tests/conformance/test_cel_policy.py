"""Rules mean what the public CEL Policy format says they mean, and are refused where it says."""

from pathlib import Path

import pytest

from tests.conformance.cel_policy import PLACES, folders, main, run

_FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "cel-policy"
if not _FOLDER.is_dir():
    pytest.skip("the public CEL Policy cases are not beside this checkout", allow_module_level=True)

COND = """\
name: c
variables: [{ name: x, type_name: int }]
functions: [{ name: f, overloads: [{ id: f, args: [{ type_name: int }], return: int }] }]
"""


def a_case(path: Path, policy: str, tests: str = "", config: str = COND) -> Path:
    (path / "policy.yaml").write_text(policy)
    (path / "config.yaml").write_text(config)
    if tests:
        (path / "tests.yaml").write_text(f"section: [{{ name: s, tests: [{tests}] }}]\n")
    return path


@pytest.mark.parametrize("folder", folders(_FOLDER), ids=lambda folder: folder.name)
def test_every_case_comes_out_as_the_format_says(folder: Path) -> None:
    outcomes = dict(run(folder))
    assert outcomes
    assert outcomes == dict.fromkeys(outcomes)


def test_the_places_of_all_that_must_be_refused_are_compared() -> None:
    assert {folder.name for folder in folders(_FOLDER / "compile_errors")} <= PLACES.keys()


def test_the_runner_takes_folders_of_cases_and_says_how_many_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(_FOLDER)]) == 0
    assert capsys.readouterr().out == "44 passed, 0 failed\n"


def test_a_problem_in_another_line_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "undeclared_reference"
    folder.mkdir()
    a_case(folder, "name: p # spec.labels\nrule: { match: [{ output: spec.labels }] }\n")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == (
        "undeclared_reference: has no problem in line 1: policy.yaml:2:27: undeclared name `spec`\n"
        "0 passed, 1 failed\n"
    )


def test_a_wrong_output_and_what_is_not_refused_are_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = "{ name: t, input: { x: { value: 1 } }, output: { value: 2 } }"
    a_case(tmp_path, "name: p\nrule: { match: [{ output: x }] }\n", tests)
    assert main([str(tmp_path)]) == 1
    refused = tests.replace("value: 2", "error_set: [no]")
    a_case(tmp_path, "name: p\nrule: { match: [{ output: x }] }\n", refused)
    assert main([str(tmp_path)]) == 1
    name = f"{tmp_path.name}/s/t"
    assert capsys.readouterr().out == (
        f"{name}: expected 2, got 1\n0 passed, 1 failed\n"
        f"{name}: must be refused\n0 passed, 1 failed\n"
    )


def test_an_aggregate_in_a_match_gives_a_list_and_beside_it_stand_lists(tmp_path: Path) -> None:
    items = "[{ output: x }, { condition: x > 2, output: '9' }]"
    rule = f"{{ condition: x > 1, rule: {{ aggregate: {items} }} }}"
    policy = f"name: p\nrule: {{ match: [{rule}, {{ output: '[0]' }}] }}\n"
    rows = [(1, "[0]"), (2, "[2]"), (3, "[3, 9]")]
    tests = ", ".join(
        f"{{ name: t{x}, input: {{ x: {{ value: {x} }} }}, output: {{ expr: '{output}' }} }}"
        for x, output in rows
    )
    outcomes = dict(run(a_case(tmp_path, policy, tests)))
    assert outcomes == {f"{tmp_path.name}/s/t{x}": None for x, _ in rows}
    a_case(tmp_path, policy.replace("'[0]'", "'0'"), tests)
    assert all("incompatible output types" in str(wrong) for wrong in dict(run(tmp_path)).values())


def test_a_function_whose_meaning_the_case_does_not_say_is_an_error_when_it_is_called(
    tmp_path: Path,
) -> None:
    tests = "{ name: t, input: { x: { value: 1 } }, output: { value: 2 } }"
    case = a_case(tmp_path, "name: p\nrule: { match: [{ output: f(x) }] }\n", tests)
    assert list(run(case)) == [
        (f"{tmp_path.name}/s/t", "error: what the function `f` of the case does is not known")
    ]


def test_messages_of_protocol_buffers_are_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = "variables: [{ name: spec, type_name: google.expr.proto3.test.TestAllTypes }]\n"
    a_case(tmp_path, "name: p\nrule: { match: [{ output: 'true' }] }\n", config=config)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path.name}: not run: it needs messages of protocol buffers\n0 passed, 0 failed\n"
    )
