"""Problems as SARIF: one run, a rule for each kind of problem, each with its place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.policy import PolicyProblems, Problem, compile_set
from engine.policy.editors.sarif import KINDS, as_sarif, kind_of

PROBLEM = Problem(
    file="sites/öl.yaml", line=3, column=7, message="undeclared name `tagg`", hint="did you mean?"
)


def sarif(*problems: Problem, base: str = "policies/") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(as_sarif(problems, base))
    return document


def kinds(text: str, file: str = "p.yaml") -> list[str]:
    """The kinds of what is wrong in a file."""
    with pytest.raises(PolicyProblems) as broken:
        compile_set({file: text.encode()})
    return [kind_of(problem).id for problem in broken.value.problems]


def test_a_problem_is_a_result_with_its_rule_and_place() -> None:
    document = sarif(PROBLEM)
    (run,) = document["runs"]
    (result,) = run["results"]
    assert (document["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert run["tool"]["driver"]["rules"][result.pop("ruleIndex")]["id"] == "expression-name"
    assert result == {
        "ruleId": "expression-name",
        "level": "error",
        "message": {"text": "undeclared name `tagg`\nhint: did you mean?"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "policies/sites/%C3%B6l.yaml"},
                    "region": {"startLine": 3, "startColumn": 7},
                }
            }
        ],
    }


def test_a_warning_has_its_level() -> None:
    warning = Problem(file="a.yaml", line=1, column=1, severity="warning", message="column `a`")
    (result,) = sarif(warning)["runs"][0]["results"]
    assert result["level"] == "warning"


def test_a_directory_that_is_unusable_has_no_line() -> None:
    message = "the policy directory is not usable: there is no such directory"
    problem = Problem(file="/nowhere", line=1, column=1, message=message)
    (result,) = sarif(problem, base="file:///nowhere/")["runs"][0]["results"]
    (location,) = result["locations"]
    assert location == {"physicalLocation": {"artifactLocation": {"uri": "file:///nowhere/"}}}


def test_no_problem_is_a_run_without_results() -> None:
    (run,) = sarif()["runs"]
    assert run["results"] == []


def test_every_problem_has_a_kind_and_every_kind_its_own_id() -> None:
    assert len({kind.id for kind in KINDS}) == len(KINDS)
    assert kind_of(Problem(file="a", line=1, column=1, message="news of all sorts")).id == "shape"


POLICY = "name: p\naction: Authorize\nrule:\n  match:\n    - {}\n"
ITEMS = (
    ("{ condition: 'tag ==', response: {} }", ["expression-syntax", "response"]),
    (
        "{ condition: tagg == null, response: { idTagInfo: { status: Invalid } } }",
        ["expression-name"],
    ),
    (
        "{ condition: tag.statusx == 'x', response: { idTagInfo: { status: Invalid } } }",
        ["expression-name"],
    ),
    (
        "{ condition: request.idTag, response: { idTagInfo: { status: Invalid } } }",
        ["expression-type"],
    ),
    ("{ response: { idTagInfo: { status: Rejected } } }", ["response"]),
    ("{ response: { idTagInfo: { statux: Invalid } } }", ["response"]),
    ("{ responses: {} }", ["shape", "response"]),
    ("{ condition: !yes, response: { idTagInfo: { status: Invalid } } }", ["yaml"]),
)


@pytest.mark.parametrize(("item", "found"), ITEMS)
def test_the_kind_is_told_by_the_problem(item: str, found: list[str]) -> None:
    assert kinds(POLICY.replace("{}", item)) == found


def test_files_and_policies_have_kinds_too() -> None:
    good = POLICY.replace("{}", "{ response: { idTagInfo: { status: Invalid } } }")
    assert kinds(good.replace("Authorize", "Authorizee")) == ["action"]
    assert kinds(f"{good}---\n{good}") == ["duplicate"]
    assert kinds(good + "    - { response: { idTagInfo: { status: Invalid } } }\n") == [
        "unreachable"
    ]
    assert kinds("a,b\n1\n", "data/t.csv") == ["table"]
    assert kinds("a:itn,b:int\n1,x\n", "data/t.csv") == ["table", "table"]
    assert kinds("constants: []\n", "shared.yaml") == ["shape"]
    assert kinds("name: [") == ["yaml"]


def test_the_documentation_names_every_kind() -> None:
    text = (Path(__file__).parents[4] / "docs" / "policy-language.md").read_text()
    (sentence,) = [line for line in text.splitlines() if "SARIF groups problems by kind" in line]
    assert {kind.id for kind in KINDS} <= set(re.findall("`([^`]+)`", sentence))


def test_mistakes_in_effects_are_of_the_kinds_of_answers() -> None:
    effect = "name: p\naction: Authorize\neffects:\n  - { id: a, command: { COMMAND } }\n"
    assert [
        kinds(effect.replace("COMMAND", command))
        for command in (
            "action: Resets",
            "action: Authorize",
            "action: Reset",
            "action: Reset, payload: { typ: Soft, type: Soft }",
            "action: Reset, payload: Soft",
            "action: Reset, payload: { type: Warm }",
        )
    ] == [["action"], ["action"], ["response"], ["response"], ["response"], ["response"]]
