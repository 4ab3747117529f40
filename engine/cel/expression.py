"""
The compiled form of an expression.

Theory of operation. Text is parsed to a tree, the tree is checked against an environment, and
two Python functions can be made of it. The fast one has plain Python operations wherever the
types allow; it is what `evaluate` runs. It knows one way to fail: any exception. Then the
exact one is made, once, and run instead. It is a chain of calls that check every operand,
absorb errors in `&&` and `||` as the specification wants, and say what is wrong. That is safe
because expressions have no effects, and costs nothing where nothing fails. The exact function
is also what traces are made with.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import TracebackType
from typing import Any

from engine.cel.checking.checker import check
from engine.cel.checking.environment import Environment
from engine.cel.checking.findings import Checked
from engine.cel.checking.types import Type
from engine.cel.errors import (
    CelProblem,
    CelSyntaxError,
    CelTypeError,
    CostExceeded,
    EvaluationError,
    Failure,
    TooCostly,
    clipped,
    position,
)
from engine.cel.generating.emitter import Emitter
from engine.cel.generating.fast import FastEmitter
from engine.cel.generating.known import attribute_path
from engine.cel.generating.python import FILE_NAME
from engine.cel.syntax.nodes import Node, Select, walk
from engine.cel.syntax.parser import parse

TRACE_LIMIT = 1_000
"""A trace has at most so many steps where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """The value that a part of an expression had: the characters from `start` up to `end`."""

    start: int
    end: int
    value: object


@dataclass(frozen=True, slots=True)
class Trace:
    """An evaluation with the values of all parts, in the order in which they were evaluated."""

    value: object
    error: EvaluationError | None
    steps: tuple[Step, ...]


class Expression:
    """An expression that can be evaluated, any number of times, in any thread."""

    __slots__ = ("_exact", "_fast", "_fields", "_nodes", "_traced", "checked", "environment",
                 "paths", "reads", "text", "type")  # fmt: skip

    def __init__(self, text: str, checked: Checked, environment: Environment) -> None:
        self.text = text
        self.type: Type = checked.type
        self.reads: frozenset[str] = checked.variables
        self.paths: frozenset[str] = frozenset(checked.paths.values())
        self.checked = checked
        self.environment = environment
        self._fast: Callable[[Any], Any] | None = None
        self._fields: Mapping[str, Collection[str] | None] | None = None
        self._nodes: Sequence[Node] = ()
        self._exact: tuple[Callable[..., Any], Sequence[Node]] | None = None
        self._traced: tuple[Callable[..., Any], Sequence[Node]] | None = None

    def means_the_same(self, other: Environment) -> bool:
        """Whether it would be compiled to the same with the variables of another environment."""
        own = self.environment
        return other is own or all(
            own.attributes.get(name) == other.attributes.get(name)
            and (
                own.variables[name] is other.variables.get(name)
                or (name in other.variables and self._reads_the_same(name, other.variables[name]))
            )
            for name in self.reads
        )

    def _reads_the_same(self, name: str, other: Type) -> bool:
        """Whether it reads nothing of a struct but fields that another struct has just so."""
        own = self.environment.variables[name].definition
        if own is None or other.definition is None:
            return False
        if self._fields is None:
            self._fields = _fields_read(self.checked)
        fields = self._fields.get(name)
        return fields is not None and all(
            own.fields[field].is_like(other.definition.fields.get(field)) for field in fields
        )

    @property
    def evaluate(self) -> Callable[[Any], Any]:
        """
        The function that gives the value for a scope; made when it is first asked for.

        The scope is a mapping or an object with attributes, as the environment has it.
        Raises `EvaluationError` where there is none, `CostExceeded` where it would take too long.
        """
        if self._fast is None:
            emitter = FastEmitter(self.checked.node, self.checked, self.environment)
            try:
                self._fast = emitter.function(self._recover)
            except RecursionError as problem:
                raise self._error(problem, ()) from None
            self._nodes = emitter.nodes
        return self._fast

    @property
    def quick(self) -> Callable[[Any], Any]:
        """The same function as `evaluate`, or one that may fail with any exception instead."""
        path = attribute_path(self.checked, self.environment)
        return self.evaluate if path is None else attrgetter(path)

    def trace(self, scope: Any, *, limit: int | None = TRACE_LIMIT) -> Trace:
        """Evaluates with a record of the value of each part, up to a limit. Never raises."""
        steps: list[Step] = []
        nodes: Sequence[Node] = ()

        def record(number: int, value: object) -> object:
            if limit is None or len(steps) < limit:
                steps.append(Step(nodes[number].start, nodes[number].end, value))
            return value

        try:
            if self._traced is None:
                self._traced = self._make(traced=True)
            function, nodes = self._traced
            return Trace(function(scope, record), None, tuple(steps))
        except Exception as problem:
            return Trace(None, self._error(problem, nodes), tuple(steps))

    def _recover(self, scope: Any, problem: Exception) -> Any:
        if isinstance(problem, TooCostly | CostExceeded):
            raise self._error(problem, self._nodes) from None
        nodes: Sequence[Node] = ()
        try:
            if self._exact is None:
                self._exact = self._make(traced=False)
            function, nodes = self._exact
            return function(scope)
        except Exception as exact:
            raise self._error(exact, nodes) from None

    def _make(self, *, traced: bool) -> tuple[Callable[..., Any], Sequence[Node]]:
        emitter = Emitter(self.checked.node, self.checked, self.environment, traced=traced)
        return emitter.function(), emitter.nodes

    def _error(self, problem: Exception, nodes: Sequence[Node]) -> EvaluationError:
        if isinstance(problem, EvaluationError):
            # A variable that is an expression itself: it knows its own place.
            return problem
        at = _place(problem.__traceback__, nodes) or self.checked.node
        line, column = position(self.text, at.start)
        place = {"line": line, "column": column, "start": at.start, "end": at.end}
        if isinstance(problem, TooCostly):
            return CostExceeded("the expression exceeds its cost limit", **place)
        if isinstance(problem, Failure):
            return EvaluationError(clipped(str(problem)), **place)
        if isinstance(problem, RecursionError):
            return EvaluationError("the expression or its values nest too deep", **place)
        return EvaluationError(clipped(f"{type(problem).__name__}: {problem}"), **place)


def _fields_read(checked: Checked) -> Mapping[str, Collection[str] | None]:
    """By variable the fields that are all that is read of it; None where more of it is."""
    selected = {
        node.operand: node.field
        for node in walk(checked.node)
        if isinstance(node, Select) and not node.optional
    }
    found: dict[str, list[str] | None] = {}
    for node, read in checked.references.items():
        fields = found.setdefault(read.name, [])
        if node not in selected:
            found[read.name] = None
        elif fields is not None:
            fields.append(selected[node])
    return found


def _place(traceback: TracebackType | None, nodes: Sequence[Node]) -> Node | None:
    """The node of the innermost generated frame that an exception passed."""
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE_NAME:
            line = traceback.tb_lineno
            found = nodes[line - 1] if line and 0 < line <= len(nodes) else found
        traceback = traceback.tb_next
    return found


def compile(
    text: str,
    environment: Environment | None = None,
    *,
    expected: Type | None = None,
    strict: bool = True,
    lint: bool = False,
    macros: bool = True,
) -> Expression:
    """
    An expression of its text.

    Args:
        expected: the type it must have, such as `BOOL` for a condition.
        strict: refuse what the specification's checker refuses; else only what is no
            expression, and the rest fails when it is evaluated.
        lint: refuse as well what is correct CEL and can't have been meant: a text that is no
            duration, a value that the enumeration it is compared with has not.
        macros: expand `has`, `all` and the others.

    Raises:
        CelSyntaxError: the text is not an expression, or over a limit.
        CelTypeError: it names what is not there, or combines what doesn't fit.
    """
    environment = environment or Environment()
    node = parse(text, macros=macros)
    try:
        checked = check(text, node, environment, expected)
        found = [*(checked.problems if strict else ()), *(checked.warnings if lint else ())]
        if found:
            raise CelTypeError(found)
        return Expression(text, checked, environment)
    except RecursionError:  # where the caller has used up most of Python's stack
        problem = CelProblem.at(text, node.start, node.end, "the expression nests too deep")
        raise CelSyntaxError([problem]) from None
