"""Operators: whether their operands fit, and what they make of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.cel.checking.choices import ChoiceChecking
from engine.cel.checking.hints import index_hint, operator_hint, unlike_hint
from engine.cel.checking.operators import OPERATORS, SCALARS, Signature
from engine.cel.checking.types import BOOL, DYN, ERROR, NUMBERS, Type, not_null, optional_of
from engine.cel.syntax.nodes import Binary, Name, Node

_SCALARS = frozenset({"bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"})


class OperatorChecking(ChoiceChecking):
    """Checks operators and indices."""

    def resolve(
        self, overloads: Iterable[Signature], arguments: Sequence[Type]
    ) -> tuple[list[int], Type | None]:
        """Which signatures the arguments fit, and the type of the result."""
        fitting: list[int] = []
        result: Type | None = None
        before = after = self.substitution.state
        for number, (parameters, declared) in enumerate(overloads):
            if any(map(_never_fits, arguments, parameters)):
                continue
            self.substitution.state = before
            if all(map(_surely_fits, arguments, parameters)) and declared.kind in _SCALARS:
                made = declared
            else:
                *fresh, made = self.substitution.instance((*parameters, declared))
                if not self.substitution.assign(fresh, arguments):
                    continue
            fitting.append(number)
            # Where more than one fits, none says what an unknown type is.
            after = self.substitution.state if len(fitting) == 1 else before
            made = self.substitution.resolve(made)
            if result is None:
                result = made
            elif result != made:
                result = DYN
        self.substitution.state = after
        return fitting, result

    def operator(
        self, node: Node, shown: str, signatures: Iterable[Signature], arguments: Sequence[Type]
    ) -> Type:
        result = SCALARS.get((shown, *(argument.kind for argument in arguments)))
        if result is None:
            _, result = self.resolve(signatures, arguments)
        if result is not None:
            return result
        kinds = [self.substitution.resolve(each, final=True) for each in arguments]
        types = ", ".join(map(str, kinds))
        self.report(
            node,
            f"no matching overload: `{shown}` doesn't take ({types})",
            operator_hint(shown, [not_null(kind).kind for kind in kinds]),
        )
        return ERROR

    def binary(self, node: Binary) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        one, other = (self.substitution.resolve(each) for each in (left, right))
        self._hint_quotes(node.left, other)
        self._hint_quotes(node.right, one)
        self.check_choices(node, not_null(one), not_null(other))
        if node.operator in ("==", "!="):
            self.check_null(node, one, other)
            if {not_null(one).kind, not_null(other).kind} <= NUMBERS:
                return BOOL
            if not self.substitution.assign([left], [right]) and not self.substitution.assign(
                [right], [left]
            ):
                self._report_unlike(node, one, other)
            return BOOL
        if node.operator == "in" and not_null(one).kind in NUMBERS and other.parameters:
            element = not_null(self.substitution.resolve(other.parameters[0]))
            if other.kind in ("list", "map") and element.kind in NUMBERS:
                return BOOL
        return self.operator(node, node.operator, OPERATORS[node.operator], [left, right])

    def _report_unlike(self, node: Binary, left: Type, right: Type) -> None:
        message = f"no matching overload: {left} and {right} are never equal"
        hint = unlike_hint(not_null(left), not_null(right))
        if "null" in (left.kind, right.kind) and self.is_of_a_map(node.left):
            hint = f"a key that is missing is an error: ask `has({self.text_of(node.left)})`"
        self.report(node, message, hint)

    def _hint_quotes(self, name: Node, other: Type) -> None:
        """`request.status == Available`: a value of an enumeration without its quotes."""
        if isinstance(name, Name) and name.name in not_null(other).choices:
            for at, problem in enumerate(self.result.problems):
                if problem.start == name.start:
                    hint = f"text is written in quotes: '{name.name}'"
                    self.result.problems[at] = replace(problem, hint=hint)

    def index(self, node: Node, types: list[Type], name: str) -> Type:
        operand = self.substitution.resolve(types[0])
        types = [not_null(operand), types[1]]
        if operand.kind in ("dyn", "error"):
            return optional_of(DYN) if name == "[?]" else DYN
        self.check_key(node, name)
        _, result = self.resolve(OPERATORS[name], types)
        if result is not None:
            return result
        kind = not_null(self.substitution.resolve(types[1])).kind
        of = not_null(operand)
        inner = of.parameters[0] if of.kind == "optional" else of
        if inner.kind == "map" and kind in NUMBERS and inner.parameters[0].kind in NUMBERS:
            found = inner.parameters[1]
            return optional_of(found) if name == "[?]" or of.kind == "optional" else found
        shown = self.substitution.resolve(of, final=True)
        key = self.substitution.resolve(types[1], final=True)
        self.report(node, f"no matching overload: {shown} has no index {key}", index_hint(of))
        return ERROR


def _surely_fits(argument: Type, parameter: Type) -> bool:
    return argument.kind == parameter.kind and argument.kind in _SCALARS


def _never_fits(argument: Type, parameter: Type) -> bool:
    """Quick to say of two scalars, which most arguments are."""
    return (
        argument.kind != parameter.kind and argument.kind in _SCALARS and parameter.kind in _SCALARS
    )
