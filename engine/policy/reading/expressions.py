"""Expressions in YAML: compiled for one action, and their problems placed in the file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from engine import cel
from engine.cel import (
    DYN,
    CelError,
    CelSyntaxError,
    Constants,
    CostExceeded,
    Environment,
    Type,
    struct_type,
)
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.scope import FACT_PATHS
from engine.policy.defaults import ANSWERS
from engine.policy.facts import ChargePoint, Facts
from engine.policy.problems import Problem, Severity
from engine.policy.yaml.lines import quoted, quoting_hint
from engine.policy.yaml.nodes import MappingNode, Node, Scalar

_WORDS = re.compile(r"\s*[A-Za-z][\w-]*(?:[ ,:;]+[\w'.!-]+)*\s*")
NAMESPACES = frozenset({"variables"})


def visible_to(action: str | None, constants: Constants, *, variables: bool) -> Environment:
    """
    What every expression of a policy can name; `request` is typed by the action.

    Args:
        variables: whether the policy has any, so that the facts are read from a `Scope`.
    """
    request = DYN if action is None else struct_type(ANSWERS[action].request)
    environment = Environment.of_struct(
        Facts,
        constants=constants,
        namespaces=NAMESPACES,
        request=request,
        # Who asks is always known, if only by its name.
        chargePoint=struct_type(ChargePoint),
    )
    return environment.extended({}, FACT_PATHS) if variables else environment


def and_variable(visible: Environment, name: str, attribute: str, type_: Type) -> Environment:
    """The same with a variable; it hides one of the same name, which is another attribute."""
    full = f"variables.{name}"
    return visible.extended({full: type_}, {full: attribute})


class Expressions:
    """Compiles the expressions of one policy, and reports what is wrong with them."""

    def __init__(
        self, report: Callable[[Problem], None], compiler: "Compiler | None" = None
    ) -> None:
        self.report = report
        self.compiler = compiler or Compiler()
        self.paths: set[str] = set()
        """All that they read: facts, constants and variables, with their fields."""

    def read(
        self, node: Node | None, what: str, visible: Environment, expected: Type | None = None
    ) -> Cel | None:
        """The expression that is all of a scalar."""
        if node is None or node.tagged:
            return None
        if not isinstance(node, Scalar):
            self._not_a_scalar(node, what)
            return None
        if not node.text.strip():
            self.report(node.problem(f"`{what}` is empty", _anchor_hint(node)))
            return None
        words = _words_hint(node) if what == "explanation" else None
        return self.compile(node, node.text, 0, visible, expected, words=words)

    def compile(
        self,
        node: Scalar,
        text: str,
        offset: int,
        visible: Environment,
        expected: Type | None = None,
        *,
        words: str | None = None,
    ) -> Cel | None:
        """
        The expression that is a part of a scalar, from `offset` on.

        Args:
            words: the hint where it seems to be a sentence.
        """
        try:
            expression = self.compiler.compile(text, visible, expected)
        except CelError as error:
            syntax = isinstance(error, CelSyntaxError)
            for problem in error.problems[: 1 if words else None]:
                hint = words or (_cut_hint(node) if syntax else None) or problem.hint
                message = f"CEL: {problem.message}" if syntax else problem.message
                self.report(node.problem_at(offset + problem.start, message, hint))
            return None
        self.paths |= expression.paths
        located = Located(node, offset)
        for heavy in _too_heavy(expression, self.compiler.weight(expression), located):
            self.report(heavy)
        for each in expression.checked.suspicions:
            suspicious = located.problem(each.start, each.message, each.hint)
            self.report(msgspec.structs.replace(suspicious, severity="warning"))
        return Cel(expression, located)

    def _not_a_scalar(self, node: Node, what: str) -> None:
        kind = "mapping" if isinstance(node, MappingNode) else "list"
        bracket = node.source.text[node.index : node.index + 1]
        hint = quoting_hint(node.source, node.index) if bracket in ("[", "{") else None
        self.report(node.problem(f"`{what}` must be an expression, not a {kind}", hint))


class Compiler:
    """
    Compiles the expressions of one policy.

    A text is the same expression in another place, or for another action, if what it reads is the
    same there.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Type | None], list[cel.Expression]] = {}
        self._weights: dict[cel.Expression, cel.Weight] = {}

    def compile(self, text: str, visible: Environment, expected: Type | None) -> cel.Expression:
        known = self._known.setdefault((text, expected), [])
        for each in known:
            if each.means_the_same(visible):
                return each
        known.append(cel.compile(text, visible, expected=expected, lint=True))
        return known[-1]

    def weight(self, expression: cel.Expression) -> cel.Weight:
        if expression not in self._weights:
            self._weights[expression] = cel.weight(expression)
        return self._weights[expression]


@dataclass(frozen=True, slots=True)
class Located:
    """Where the characters of an expression stand."""

    node: Scalar
    offset: int

    def __call__(self, start: int) -> str:
        place = self.problem(start, "")
        return f"{place.file}:{place.line}:{place.column}"

    def problem(self, start: int, message: str, hint: str | None = None) -> Problem:
        return self.node.problem_at(self.offset + start, message, hint)


def _too_heavy(
    expression: cel.Expression, weight: cel.Weight, located: "Located"
) -> Iterator[Problem]:
    """What costs more than is allowed: surely, or perhaps."""
    least, most = weight
    if most <= cel.COST_LIMIT:
        return
    surely = least > cel.COST_LIMIT
    if not expression.reads:
        surely = isinstance(cel.always_fails(expression), CostExceeded)
        if not surely:
            return
    message = f"this {'always costs' if surely else 'may cost'} more than an expression may"
    hint = (
        f"up to {most:,} steps, {cel.COST_LIMIT:,} are allowed: look up a key of a table"
        " instead of going over all of it, or split it into variables"
    )
    severity: Severity = "error" if surely else "warning"
    yield msgspec.structs.replace(located.problem(0, message, hint), severity=severity)


def _anchor_hint(node: Scalar) -> str | None:
    if node.source.text[node.index : node.index + 1] == "&":
        return quoting_hint(node.source, node.index)
    return None


def _words_hint(node: Scalar) -> str | None:
    """For what is a sentence, where an expression that makes one is wanted."""
    if not _WORDS.fullmatch(node.text):
        return None
    text = node.text.strip()
    written = f"'{text}'" if "'" not in text else f'"{text}"'
    return f"text is written in quotes, inside of YAML's: `{quoted(written)}`"


def _cut_hint(node: Scalar) -> str | None:
    """A plain scalar ends at ` #`, which begins a comment."""
    if node.style is None and node.source.line_of(node.end).lstrip().startswith("#"):
        line = node.source.line_of(node.index).rstrip()
        return f"` #` begins a comment: write the expression in quotes: `{quoted(line)}`"
    return None
