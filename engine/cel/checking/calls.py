"""Calls: which function and which of its overloads they mean."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from engine.cel.checking.findings import Resolution, suggestion
from engine.cel.checking.hints import FUNCTIONS, MACROS, overload_hint
from engine.cel.checking.operations import OperatorChecking
from engine.cel.checking.types import ERROR, Type, mentions
from engine.cel.errors import CelProblem, Failure
from engine.cel.functions.table import Function, Overload
from engine.cel.syntax.nodes import Call, Literal, Node

_ALIKE = 0.8
_LONGEST_NAME = 60


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
        message = f"undeclared function `{name}`"
        if name in MACROS:
            # Its arguments are not looked at: they name a variable that there is not.
            self._report_name(node, message, f"on a list or a map, write `….{MACROS[name]}`")
            return ERROR
        for argument in node.arguments:
            self.visit(argument)
        hint = suggestion(name, self._functions_like(name))
        for known in get_close_matches(name[:_LONGEST_NAME], FUNCTIONS, n=1, cutoff=_ALIKE):
            hint = f"write `{FUNCTIONS[known]}`" if hint is None or name in FUNCTIONS else hint
        self._report_name(node, message, hint)
        return ERROR

    def _functions_like(self, name: str) -> list[str]:
        """Those of the same namespace."""
        spaced = "." in name
        return [each for each in self.environment.functions.by_name if ("." in each) == spaced]

    def _report_name(self, node: Call, message: str, hint: str | None) -> None:
        start = self.text.find(node.function, node.target.end if node.target else node.start)
        start = max(start, node.start)
        end = start + len(node.function)
        self.result.problems.append(CelProblem.at(self.text, start, end, message, hint=hint))

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
        return any(mentions(self.substitution.resolve(each, final=True), "dyn") for each in types)

    def _report_overload(
        self, node: Call, function: Function, member: bool, types: Sequence[Type]
    ) -> None:
        kinds = [self.substitution.resolve(each, final=True) for each in types]
        shown = ", ".join(map(str, kinds[1:] if member else kinds))
        on = f" on {kinds[0]}" if member else ""
        message = f"no matching overload: `{function.name}({shown})`{on}"
        if function.name == "contains" and kinds[0].kind in ("list", "map"):
            self.report(node, message, "write `… in …`")
            return
        other = [each for each in function.overloads if each.member != member]
        signatures = [(_parameters(each, len(types)), each.result) for each in other]
        taken = self.resolve(signatures, types)[1] is not None
        self.report(node, message, overload_hint(function, member, len(types), taken))

    def _check_literals(self, node: Call, function: Function, member: bool) -> None:
        arguments = (node.target, *node.arguments) if member else node.arguments
        for number, read in function.literals.items():
            argument = arguments[number] if number < len(arguments) else None
            if argument is None:
                continue
            value = self._written(argument)
            if isinstance(value, str):
                self._try_literal(argument, read, value)

    def _written(self, node: Node) -> object:
        """The value of a literal, or of a constant of the policy."""
        if isinstance(node, Literal):
            return node.value
        return self.constant_at(node) if self.is_own_constant(node) else None

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
    return any(mentions(parameter, "dyn") for parameter in overload.parameters)
