"""
Runs cases of the CEL Policy format: `python -m tests.conformance.cel_policy FOLDER…`.

The rules are read and evaluated by what reads and evaluates ours; only what they may name and
what they answer is another: any variables, any values. Prints each failure and, last,
`N passed, N failed`; the exit status is 1 if any failed.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.cel import STRING, Environment, EvaluationError, Type, compile
from engine.cel.checking.types import DYN, parse_type
from engine.cel.values.equality import equal
from engine.cel.values.kinds import NOTHING
from engine.policy.deciding.evaluation import match
from engine.policy.deciding.policy import Rule, variables_of
from engine.policy.deciding.response import Response, Value
from engine.policy.deciding.scope import scope_type
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.expressions import NAMESPACES, Expressions
from engine.policy.reading.rules import Rules
from engine.policy.yaml.nodes import MappingNode, Node, plain
from engine.policy.yaml.yaml_text import read
from protocol.types import Message

_TYPES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}


class _AnyValue:
    """Reads outputs that may be anything."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions

    def output(self, node: Node, visible: Environment) -> Response | None:
        compiled = self.expressions.read(node, "output", visible)
        return None if compiled is None else Response(Value(compiled), _no_message)

    def response(self, node: Node, visible: Environment) -> Response | None:
        self.expressions.report(node.problem("`response` is not part of the format"))
        return None


def _no_message(scope: Any, owned: Mapping[str, object]) -> Message:
    raise AssertionError("these outputs are no messages")


def compile_rule(folder: Path) -> Rule:
    """The rule of a case. Raises PolicyProblems."""
    problems: list[Problem] = []
    (document,) = _documents(folder / "policy.yaml", problems)
    assert isinstance(document, MappingNode)
    node = document.get("rule")
    assert node is not None
    expressions = Expressions(problems.append)
    rules = Rules(expressions, _AnyValue(expressions), problems.append)
    rule = rules.read(node, _environment(folder))
    if problems or rule is None:
        raise PolicyProblems(problems)
    return rule


def _documents(path: Path, problems: list[Problem]) -> list[Node]:
    return read(path.name, path.read_bytes(), problems.append)


def _plain(path: Path) -> Any:
    (document,) = _documents(path, [])
    return plain(document)


def _environment(folder: Path) -> Environment:
    path = folder / "config.yaml"
    rows = _plain(path).get("variables", []) if path.exists() else []
    names = {row["name"]: _type(row.get("type", row)) for row in rows}
    paths = {name: f"facts.{_attribute(name)}" for name in names}
    return Environment(names, scope="attributes", attributes=paths, namespaces=NAMESPACES)


def _type(row: Mapping[str, Any]) -> Type:
    name, parameters = row["type_name"], [_type(each) for each in row.get("params", ())]
    match name:
        case "map":
            return Type("map", tuple(parameters) or (STRING, DYN))
        case "list":
            return Type("list", tuple(parameters) or (DYN,))
        case _:
            return parse_type(_TYPES.get(name, name))


def _attribute(name: str) -> str:
    return name.replace(".", "_")


def evaluate(rule: Rule, given: Mapping[str, object]) -> object:
    """The output of the item that applies; `optional.none()` where none does."""
    variables = {each.attribute: each.cel for each in variables_of(rule)}
    facts: Any = SimpleNamespace(**{_attribute(name): value for name, value in given.items()})
    scope = scope_type(variables)(facts)
    item = match(rule, scope)
    if item is None:
        return NOTHING
    assert isinstance(item.outcome, Response)
    assert isinstance(item.outcome.template, Value)
    return item.outcome.template.cel.expression.evaluate(scope)


def run(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Each case by name, and what was wrong with it."""
    tests = _plain(folder / "tests.yaml")
    rule: Rule | None = None
    refused = ""
    try:
        rule = compile_rule(folder)
    except PolicyProblems as problems:
        refused = str(problems)
    for section in tests.get("section", tests.get("sections", ())):
        for case in section["tests"]:
            name = f"{folder.name}/{section['name']}/{case['name']}"
            yield name, _outcome(rule, refused, case)


def _outcome(rule: Rule | None, refused: str, case: Mapping[str, Any]) -> str | None:
    expected = case["output"]
    if "error_set" in expected:
        return None if refused else f"must be refused: {expected['error_set']}"
    if rule is None:
        return f"was refused: {refused}"
    given = {name: _value(value) for name, value in case.get("input", {}).items()}
    try:
        got = evaluate(rule, given)
    except EvaluationError as error:
        return f"error: {error}"
    wanted = _value(expected)
    return None if equal(got, wanted) else f"expected {wanted}, got {got}"


def _value(given: Mapping[str, Any]) -> object:
    return compile(given["expr"]).evaluate({}) if "expr" in given else given["value"]


def main(arguments: Sequence[str]) -> int:
    passed = failed = 0
    for folder in map(Path, arguments):
        for name, wrong in run(folder):
            passed, failed = passed + (wrong is None), failed + (wrong is not None)
            if wrong is not None:
                print(f"{name}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
