"""Python code that looks for the first of several conditions that holds."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cel.generating.costs import SIZED_COST, Costs
from engine.cel.generating.fast import FastEmitter
from engine.cel.generating.python import SCOPE
from engine.cel.syntax.nodes import Comprehension, walk

if TYPE_CHECKING:
    from engine.cel.expression import Expression

SIZE_LIMIT = 5_000
"""With more nodes, each variable's counted wherever it is read, no function is made."""

NO_ITEM = -1
_UNSET = object()


class Unsuitable(Exception):
    """These conditions are better evaluated one by one."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One condition; None always holds. What follows is a number, or branches that decide alone."""

    condition: "Expression | None"
    outcome: "int | Sequence[Branch]"


class ChoiceEmitter(FastEmitter):
    """
    Emits `if` after `if`, each with the code of a condition.

    A variable becomes a local one, set where it is first read. As with `FastEmitter`, what is
    made may fail in any way: then the conditions are evaluated one by one.
    """

    def __init__(
        self,
        branches: Sequence[Branch],
        variables: Mapping[str, "Expression"],
        attributes: Mapping[str, str],
    ) -> None:
        self.branches = branches
        self.variables = variables
        self.attributes = attributes
        self._once: dict[str, str] = {}
        self._used = list(self._conditions(branches))
        if not self._used:
            raise Unsuitable
        first = self._used[0]
        super().__init__(first.checked.node, first.checked, first.environment)
        nodes = [node for each in self._used for node in walk(each.checked.node)]
        together = sum(Costs(each.checked).together() for each in self._used)
        self._always_charged = together > SIZED_COST
        self._alone = sum(isinstance(each, Comprehension) for each in nodes) == 1

    def statements(self) -> list[ast.stmt]:
        body = self._choice(self.branches)
        unset = [
            ast.Assign([ast.Name(made, ast.Store())], self.shared(_UNSET))
            for made in self._once.values()
        ]
        return [*unset, *body]

    def _choice(self, branches: Sequence[Branch]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for branch in branches:
            then: list[ast.stmt]
            if isinstance(branch.outcome, int):
                then = [ast.Return(ast.Constant(branch.outcome))]
            else:
                then = self._choice(branch.outcome)
            if branch.condition is None:
                return [*made, *then]
            made.append(ast.If(self._within(branch.condition, condition=True), then, []))
        return [*made, ast.Return(ast.Constant(NO_ITEM))]

    def _within(self, expression: "Expression", *, condition: bool = False) -> ast.expr:
        """The code of another expression, which has its own names and types."""
        before = self.checked, self.environment
        self.checked, self.environment = expression.checked, expression.environment
        node = self.checked.node
        made = self.condition(node) if condition else self.emit(node)
        self.checked, self.environment = before
        return made

    def _variable(self, name: str) -> ast.expr:
        attribute = self.environment.attributes.get(name, name)
        if attribute not in self.variables:
            return super()._variable(name)
        if self.locals or self.repeated:
            # A function inside this one would not set the variable of this one.
            raise Unsuitable
        local = self._once.setdefault(attribute, f"once_{attribute}")
        known = ast.Compare(ast.Name(local, ast.Load()), [ast.IsNot()], [self.shared(_UNSET)])
        value = self._within(self.variables[attribute])
        work_out = ast.NamedExpr(ast.Name(local, ast.Store()), value)
        return ast.IfExp(known, ast.Name(local, ast.Load()), work_out)

    def _read(self, name: str) -> ast.expr:
        return ast.Attribute(ast.Name(SCOPE, ast.Load()), self.attributes[name], ast.Load())

    def _read_often(self) -> dict[str, str]:
        uses = Counter(
            reference.name
            for each in self._used
            for reference in each.checked.references.values()
            if reference.kind == "variable" and reference.name in self.attributes
        )
        return {name: self.new_name() for name, times in uses.items() if times > 1}

    def _conditions(self, branches: Sequence[Branch]) -> "Iterator[Expression]":
        """All conditions, with the variables that each reads."""
        size = 0
        for expression in _all(branches):
            for used in self._with_variables(expression):
                size += sum(1 for _ in walk(used.checked.node))
                if size > SIZE_LIMIT:
                    raise Unsuitable
                yield used

    def _with_variables(self, expression: "Expression") -> "Iterator[Expression]":
        yield expression
        checked, attributes = expression.checked, expression.environment.attributes
        for reference in checked.references.values():
            variable = self.variables.get(attributes.get(reference.name, ""))
            if reference.kind == "variable" and variable is not None:
                yield from self._with_variables(variable)


def _all(branches: Sequence[Branch]) -> "Iterator[Expression]":
    for branch in branches:
        if branch.condition is not None:
            yield branch.condition
        if not isinstance(branch.outcome, int):
            yield from _all(branch.outcome)
