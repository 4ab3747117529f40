"""Calls: which function and which of its overloads they mean."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.cel.checking.findings import Resolution, suggestion
from engine.cel.checking.operations import OperatorChecking
from engine.cel.checking.types import ERROR, Type
from engine.cel.errors import CelProblem, Failure
from engine.cel.functions.table import Function, Overload
from engine.cel.syntax.nodes import Call, Literal, Node


class CallChecking(OperatorChecking):
    """Checks calls of functions."""

    def call(self, node: Call) -> Type:
        functions = self.environment.functions
        target = node.target
        if target is not None:
            qualified = self.qualified(target)
            if qualified is not None:
                name, absolute = qualified
                for full in self.environment.candidates(
                    f"{name}.{node.function}", absolute=absolute
                ):
                    if full in functions.by_name:
                        return self._function(node, functions.by_name[full], None)
                if name in functions.namespaces and self._undeclared(name):
                    return self._unknown(node, f"{name}.{node.function}")
            types = self.visit(target)
            if node.function in functions.by_name:
                return self._function(node, functions.by_name[node.function], types)
            return self._unknown(node, node.function)
        for full in self.environment.candidates(node.function, absolute=False):
            if full in functions.by_name:
                return self._function(node, functions.by_name[full], None)
        return self._unknown(node, node.function)

    def _undeclared(self, name: str) -> bool:
        return name not in self.environment.variables and name not in self.environment.constants

    def _unknown(self, node: Call, name: str) -> Type:
        for argument in node.arguments:
            self.visit(argument)
        start = self.text.find(node.function, node.target.end if node.target else node.start)
        known = self.environment.functions.by_name
        hint = suggestion(name, known)
        self.result.problems.append(
            CelProblem.at(
                self.text,
                max(start, node.start),
                max(start, node.start) + len(node.function),
                f"undeclared function `{name}`",
                hint=hint,
            )
        )
        return ERROR

    def _function(self, node: Call, function: Function, target: Type | None) -> Type:
        member = target is not None
        types = [self.visit(argument) for argument in node.arguments]
        if target is not None:
            types.insert(0, target)
        overloads = [each for each in function.overloads if each.member == member]
        signatures = [(_parameters(each, len(types)), each.result) for each in overloads]
        fitting, result = self.resolve(signatures, types)
        # `dyn` in a signature stands for what the others leave.
        narrow = [number for number in fitting if not _takes_dyn(overloads[number])]
        if narrow and len(narrow) < len(fitting) and not self._any_dyn(types):
            fitting = narrow
            _, result = self.resolve([signatures[number] for number in narrow], types)
        chosen = tuple(overloads[number] for number in fitting)
        self.result.calls[node] = Resolution(function, chosen, member)
        if result is None:
            self._report_overload(node, function, member, types)
            return ERROR
        self._check_literals(node, function, member)
        return result

    def _any_dyn(self, types: Sequence[Type]) -> bool:
        return any("dyn" in str(self.substitution.resolve(each, final=True)) for each in types)

    def _report_overload(
        self, node: Call, function: Function, member: bool, types: Sequence[Type]
    ) -> None:
        kinds = [self.substitution.resolve(each, final=True) for each in types]
        shown = ", ".join(map(str, kinds[1:] if member else kinds))
        on = f" on {kinds[0]}" if member else ""
        known = ", ".join(f"`{each.signature}`" for each in function.overloads[:6])
        message = f"no matching overload: `{function.name}({shown})`{on}"
        self.report(node, message, f"there is {known}")

    def _check_literals(self, node: Call, function: Function, member: bool) -> None:
        arguments = (node.target, *node.arguments) if member else node.arguments
        for number, read in function.literals.items():
            argument = arguments[number] if number < len(arguments) else None
            if isinstance(argument, Literal) and isinstance(argument.value, str):
                self._try_literal(argument, read, argument.value)

    def _try_literal(self, node: Node, read: Callable[[Any], object], value: object) -> None:
        try:
            read(value)
        except Failure as problem:
            self.warn(node, str(problem))


def _parameters(overload: Overload, count: int) -> tuple[Type, ...]:
    missing = count - len(overload.parameters)
    if overload.variadic and missing > 0:
        return (*overload.parameters, *overload.parameters[-1:] * missing)
    return overload.parameters


def _takes_dyn(overload: Overload) -> bool:
    return any("dyn" in str(parameter) for parameter in overload.parameters)
