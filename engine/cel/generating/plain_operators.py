"""Operators of Python, where they mean the same as CEL's."""

import ast
import operator
from collections.abc import Mapping
from typing import Any

from engine.cel.checking.types import not_null
from engine.cel.generating import operations
from engine.cel.generating.emitter import Emitter
from engine.cel.generating.known import (
    is_plain_literal,
    is_small_number,
    ordered_in_python,
    same_in_python,
)
from engine.cel.generating.operations import ARITHMETIC
from engine.cel.syntax.nodes import (
    Binary,
    Call,
    Index,
    ListLiteral,
    Literal,
    Logical,
    Node,
    Select,
    Unary,
)
from engine.cel.values.limits import LONG_TEXT
from engine.cel.values.time import FineTimestamp

UNKNOWN: Any = object()
_COMPARE: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_WITHIN: Mapping[str, Any] = {
    "==": operations.same_within,
    "!=": operations.differ_within,
    "<": operations.paying(operator.lt),
    "<=": operations.paying(operator.le),
    ">": operations.paying(operator.gt),
    ">=": operations.paying(operator.ge),
}
_FLOATS: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


class OperatorEmitter(Emitter):
    """Emits plain operators for operands of known types."""

    def is_bool(self, node: Node) -> bool:
        """Certainly a bool, so that Python's `and`, `or`, `not` mean the same."""
        return self.checked.types[node].kind == "bool"

    def constant_value(self, node: Node) -> Any:
        """The value of `constants.name` and the like; `UNKNOWN` where it is none."""
        reference = self.checked.references.get(node)
        if reference is not None:
            known = reference.kind == "constant"
            return self.environment.constants[reference.name] if known else UNKNOWN
        if isinstance(node, Select) and not node.optional:
            value = self.constant_value(node.operand)
            if isinstance(value, dict) and node.field in value:
                return value[node.field]
        return UNKNOWN

    def folded(self, node: Call) -> Any:
        """The value of a timestamp or duration that is written down; None if it is not."""
        resolution = self.checked.calls.get(node)
        if resolution is None or resolution.function.name not in ("timestamp", "duration"):
            return None
        (argument,) = node.arguments if len(node.arguments) == 1 else (None,)
        if not isinstance(argument, Literal) or not isinstance(argument.value, str):
            return None
        try:
            return resolution.function.call(argument.value)
        except Exception:  # it fails when it is evaluated, too, and says so there
            return None

    def condition(self, node: Node) -> ast.expr:
        return self.emit(node) if self.is_bool(node) else super().condition(node)

    def _logical(self, node: Logical) -> ast.expr:
        sign = ast.And() if node.operator == "&&" else ast.Or()
        return ast.BoolOp(sign, [self.condition(each) for each in node.operands])

    def _unary(self, node: Unary) -> ast.expr:
        if node.operator == "!" and self.is_bool(node.operand):
            return ast.UnaryOp(ast.Not(), self.emit(node.operand))
        if node.operator == "-" and self.checked.types[node.operand].kind == "double":
            return ast.UnaryOp(ast.USub(), self.emit(node.operand))
        return super()._unary(node)

    def _binary(self, node: Binary) -> ast.expr:
        match node.operator:
            case "==" | "!=":
                return self._equality(node)
            case "in":
                return self._membership(node)
            case "<" | "<=" | ">" | ">=":
                if self._ordered_in_python(node):
                    return self._compare(node, _COMPARE[node.operator]())
            case sign:
                made = self._arithmetic(node, sign)
                if made is not None:
                    return made
        return super()._binary(node)

    def _compare(self, node: Binary, sign: ast.cmpop) -> ast.expr:
        if self.compares_texts(node):
            return self._compare_texts(node, sign)
        return ast.Compare(self.emit(node.left), [sign], [self.emit(node.right)])

    def _compare_texts(self, node: Binary, sign: ast.cmpop) -> ast.expr:
        """Where one is at hand and short, as nearly always, there is nothing to pay for."""
        left, right = self.emit(node.left), self.emit(node.right)
        paid = self.call(_WITHIN[node.operator], self.budget(), left, right)
        # Both stand in the code twice.
        small = _is_path(left) and _is_path(right)
        for side, made in ((node.left, left), (node.right, right)):
            if small and isinstance(made, ast.Name) and self.checked.types[side].kind == "string":
                size = self.call(len, made)
                short = ast.Compare(size, [ast.Lt()], [ast.Constant(LONG_TEXT)])
                return ast.IfExp(short, ast.Compare(left, [sign], [right]), paid)
        return paid

    def _equality(self, node: Binary) -> ast.expr:
        equal = node.operator == "=="
        for literal, other in ((node.right, node.left), (node.left, node.right)):
            if not isinstance(literal, Literal) or isinstance(other, Literal):
                continue
            value = literal.value
            if value is None or (isinstance(value, bool) and not self.is_bool(other)):
                same = ast.Is() if equal else ast.IsNot()
                return ast.Compare(self.emit(other), [same], [ast.Constant(value)])
            if is_plain_literal(value, self.kind(other)):
                return self._compare(node, _COMPARE[node.operator]())
        if self._same_in_python(node):
            return self._compare(node, _COMPARE[node.operator]())
        return super()._binary(node)

    def _same_in_python(self, node: Binary) -> bool:
        coarse = self._coarse(node.left) or self._coarse(node.right)
        return same_in_python(self.kind(node.left), self.kind(node.right), coarse=coarse)

    def _ordered_in_python(self, node: Binary) -> bool:
        return ordered_in_python(
            self.kind(node.left),
            self.kind(node.right),
            coarse=self._coarse(node.left) and self._coarse(node.right),
            small=is_small_number(node.left) or is_small_number(node.right),
        )

    def _coarse(self, node: Node) -> bool:
        """A timestamp that comes from outside or is written down: no nanoseconds."""
        if isinstance(node, Call):
            return not isinstance(self.folded(node), FineTimestamp | None)
        return node in self.checked.references or isinstance(node, Select)

    def _membership(self, node: Binary) -> ast.expr:
        right = node.right
        left_kind = self.kind(node.left)
        if isinstance(right, ListLiteral) and not any(right.optional):
            values = [each.value for each in right.elements if isinstance(each, Literal)]
            if len(values) == len(right.elements):
                if values and all(isinstance(value, str) for value in values):
                    known = left_kind == "string"
                    return self._in_constant(node, frozenset(values) if known else tuple(values))
                if all(type(value) is int for value in values) and left_kind in ("int", "uint"):
                    return self._in_constant(node, tuple(values))
        constant = self.constant_value(right)
        if left_kind == "string" and isinstance(constant, list | tuple):
            # Found at once, in a table of any length.
            return self._in_constant(node, self.environment.known.texts_in(constant))
        of = self.checked.types[right]
        if of.kind == "map" and left_kind in ("string", "int"):
            key = of.parameters[0].kind
            if key == left_kind or (key == "dyn" and left_kind == "string"):
                return ast.Compare(self.key(node.left), [ast.In()], [self.emit(right)])
        if of.kind == "list" and not self.repeated:
            element = not_null(of.parameters[0]).kind
            if left_kind == "string" or (left_kind == element == "int"):
                return self._compare(node, ast.In())
        return super()._binary(node)

    def _in_constant(self, node: Binary, values: Any) -> ast.expr:
        return ast.Compare(self.key(node.left), [ast.In()], [self.shared(values)])

    def _arithmetic(self, node: Binary, sign: str) -> ast.expr | None:
        left, right = self.checked.types[node.left], self.checked.types[node.right]
        if left.kind == right.kind == "double":
            if sign in _FLOATS:
                return ast.BinOp(self.emit(node.left), _FLOATS[sign](), self.emit(node.right))
        elif (
            left.kind == right.kind == "string"
            and self._bounded(node.left)
            and self._bounded(node.right)
        ):
            return ast.BinOp(self.emit(node.left), ast.Add(), self.emit(node.right))
        compute = ARITHMETIC[sign].get((left.kind, right.kind))
        if compute is None:
            return None
        arguments = self.emit(node.left), self.emit(node.right)
        if left.kind in ("string", "bytes", "list"):
            return self.sized(compute, *arguments)
        return self.call(compute, *arguments)

    def _bounded(self, node: Node) -> bool:
        """A text that this expression can't make long by adding it to itself."""
        reference = self.checked.references.get(node)
        if reference is not None:
            return reference.kind != "local"
        match node:
            case Binary(operator="+", left=left, right=right):
                return self._bounded(left) and self._bounded(right)
            case Literal():
                return True
            case Select(operand=operand) | Index(operand=operand):
                return self._bounded(operand)
            case Call(function="string", arguments=(argument,)):
                return self._bounded(argument)
            case _:
                return False


def _is_path(made: ast.expr) -> bool:
    """Code that reads a name, or a field of one."""
    while not isinstance(made, ast.Name):
        match made:
            case ast.Attribute(value=value) | ast.Subscript(value=value, slice=ast.Constant()):
                made = value
            case _:
                return False
    return True
