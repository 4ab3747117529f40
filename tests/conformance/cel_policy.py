"""
Runs cases of the CEL Policy format: `python -m tests.conformance.cel_policy FOLDER…`.

A folder is a case or holds cases, however deep. The rules are read and evaluated by what reads
and evaluates ours; only what they may name and what they answer is another: any variables, any
values. Of a case that must be refused the places of the problems are compared; the words are
ours. Prints each failure and, last, `N passed, N failed`; the exit status is 1 if any failed.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.cel import Environment, EvaluationError
from engine.cel.values.equality import equal
from engine.cel.values.kinds import NOTHING, Optional
from engine.policy.deciding.evaluation import match
from engine.policy.deciding.policy import Rule, variables_of
from engine.policy.deciding.response import List, Response, Template, Value
from engine.policy.deciding.scope import scope_type
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.conditions import Conditions
from engine.policy.reading.expressions import Expressions
from engine.policy.reading.imports import read_imports
from engine.policy.reading.rules import Beside, Rules
from engine.policy.yaml.nodes import MappingNode, Node
from engine.policy.yaml.shape import Shape
from protocol.types import Message
from tests.conformance.cel_policy_cases import (
    NeedsMessages,
    attribute,
    cases,
    documents,
    environment,
    rule_of,
    value,
)

PLACES: Mapping[str, tuple[str, ...]] = {
    "aggregate_errors": ('output: "403"',),
    "aggregate_false_condition": ('condition: "false"',),
    "aggregate_heterogeneous_outputs": ('output: "403"', "output: \"{'reason'"),
    "aggregate_nested_mixed_semantics": ("              aggregate:",),
    "aggregate_nested_mixed_semantics_error": ('output: "403"',),
    "aggregate_subrule_heterogeneous_outputs": ('output: "403"',),
    "aggregate_unreachable_in_nested_first_match": ("resource.is_admin",),
    "compose_conflicting_output": ("output: \"{'banned': true}\"",),
    "compose_conflicting_subrule": ("output: \"{'banned': false}\"",),
    "duplicate_variable": ("- name: want\n      expression: \"'2'\"",),
    "import": ("punc.Import!", "bad import"),
    "incompatible_outputs": ("output: \"'false'\"",),
    "nested_incompatible_outputs": ("match:\n          - condition: x == 2",),
    "syntax": ("!(lin resource", "{1:305 2:569}", "variables.missing]"),
    "undeclared_reference": ("spec.labels",),
    "unreachable": ("- condition: variables.missing", '- condition: "false"'),
    "unreachable_under_unconditional_aggregate_subrule": ('- condition: "true"\n      output',),
}
"""
By case what stands at the places of its problems: the lines that the public implementations
name. For what is never reached that is here the first item that isn't, and not the one before it.
"""


class _AnyValue:
    """Reads outputs that may be anything; those of an aggregate make a list."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions

    def output(self, node: Node, visible: Environment, _: Beside) -> Response | None:
        compiled = self.expressions.read(node, "output", visible)
        return None if compiled is None else Response(Value(compiled), lambda: _no_message)

    def response(self, node: Node, visible: Environment, _: Beside) -> Response | None:
        self.expressions.report(node.problem("`response` is not part of the format"))
        return None

    def sure(self, items: Sequence[MappingNode], visible: Environment) -> tuple[Template, ...]:
        return ()

    def together(self, responses: Sequence[Response]) -> Response:
        return Response(
            List(tuple(response.template for response in responses)), lambda: _no_message
        )


def _no_message(scope: Any, owned: Mapping[str, object]) -> Message:
    raise AssertionError("these outputs are no messages")


def compile_rule(folder: Path) -> Rule:
    """The rule of a case. Raises PolicyProblems."""
    problems: list[Problem] = []
    (document,) = documents(folder / "policy.yaml", problems)
    assert isinstance(document, MappingNode)
    node = rule_of(document)
    assert node is not None
    short = read_imports(document.get("imports"), Shape(problems.append))
    visible = environment(folder).abbreviated(short)
    expressions = Expressions(problems.append)
    rule = Rules(expressions, Conditions(), _AnyValue(expressions), problems.append).read(
        node, visible
    )
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or rule is None:
        raise PolicyProblems(errors)
    return rule


def evaluate(rule: Rule, given: Mapping[str, object]) -> object:
    """The output of the item that applies; `optional.none()` where none does."""
    variables = {each.attribute: each.cel for each in variables_of(rule)}
    facts: Any = SimpleNamespace(**{attribute(name): each for name, each in given.items()})
    scope = scope_type(variables)(facts)
    answer = match(rule, scope)
    return NOTHING if answer is None else _output(answer.response.template, scope)


def _output(template: Template, scope: object) -> object:
    if isinstance(template, List):
        return [_output(item, scope) for item in template.items]
    assert isinstance(template, Value)
    return template.cel.expression.evaluate(scope)


def run(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Each case by name, and what was wrong with it."""
    rule: Rule | PolicyProblems
    try:
        rule = compile_rule(folder)
    except PolicyProblems as problems:
        rule = problems
    for name, case in cases(folder):
        yield name, _outcome(folder, rule, case)
    if not (folder / "tests.yaml").exists():
        yield folder.name, _refused(folder, rule)


def _outcome(folder: Path, rule: Rule | PolicyProblems, case: Mapping[str, Any]) -> str | None:
    expected = case["output"]
    if "error_set" in expected:
        return _refused(folder, rule)
    if isinstance(rule, PolicyProblems):
        return f"was refused: {rule}"
    given = {name: value(each) for name, each in case.get("input", {}).items()}
    try:
        got = evaluate(rule, given)
    except EvaluationError as error:
        return f"error: {error}"
    wanted = value(expected)
    # Whether a rule that always answers has an optional or its value is the same to the format.
    bare = wanted.value if isinstance(wanted, Optional) and wanted.present else wanted
    return None if equal(got, wanted) or equal(got, bare) else f"expected {wanted}, got {got}"


def _refused(folder: Path, rule: Rule | PolicyProblems) -> str | None:
    if isinstance(rule, Rule):
        return "must be refused"
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    places = [text.index(place) for place in PLACES.get(folder.name, ()) if place in text]
    wanted = [text.count("\n", 0, place) + 1 for place in places]
    lines = [problem.line for problem in rule.problems]
    missing = sorted(set(wanted) - set(lines))
    return f"has no problem in line {missing[0]}: {rule}" if missing else None


def folders(path: Path) -> Sequence[Path]:
    """The folders of cases in a folder, which may be one itself."""
    return sorted(policy.parent for policy in path.rglob("policy.yaml"))


def main(arguments: Sequence[str]) -> int:
    passed = failed = 0
    for folder in (each for argument in arguments for each in folders(Path(argument))):
        try:
            outcomes = list(run(folder))
        except NeedsMessages:
            print(f"{folder.name}: not run: it needs messages of protocol buffers")
            continue
        for name, wrong in outcomes:
            passed, failed = passed + (wrong is None), failed + (wrong is not None)
            if wrong is not None:
                print(f"{name}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
