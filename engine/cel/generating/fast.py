"""
Shorter Python code, where the types of an expression are known.

It may fail in any way where the expression has no value, or where one operand of `&&` fails
and another one decides: whatever it raises, the code of `Emitter` is run instead, and that
says what is wrong. What it must never do is return another value.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from engine.cel.checking.types import NUMBERS, Type, not_null
from engine.cel.functions.standard import pattern
from engine.cel.generating import operations
from engine.cel.generating.emitter import SCOPE, Emitter
from engine.cel.generating.operations import ARITHMETIC
from engine.cel.syntax.nodes import (
    Binary,
    Call,
    Comprehension,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Node,
    Select,
    Unary,
    children,
)
from engine.cel.values.equality import DOUBLE_EXACT
from engine.cel.values.limits import COST_LIMIT
from engine.cel.values.time import FineTimestamp

_SAME_IN_PYTHON = frozenset({"bool", "int", "uint", "double", "string", "bytes", "duration"})
"""Kinds whose values Python compares with each other as CEL does."""
_UNKNOWN: Any = object()
_TEXTS = frozenset({"string", "bytes"})
_COMPARE: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_FLOATS: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


class FastEmitter(Emitter):
    """Emits plain Python for what is known to mean the same there."""

    visit_cost = 1

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._often = _read_often(self)
        self._alone = _comprehensions(self.node) == 1

    def preamble(self) -> list[ast.stmt]:
        """Variables that are read more than once become local ones."""
        return [
            ast.Assign([ast.Name(made, ast.Store())], self._read(name))
            for name, made in self._often.items()
        ]

    def kind(self, node: Node) -> str:
        return not_null(self.checked.types[node]).kind

    def _is_bool(self, node: Node) -> bool:
        """Certainly a bool, so that Python's `and`, `or`, `not` mean the same."""
        return self.checked.types[node].kind == "bool"

    def constant_value(self, node: Node) -> Any:
        """The value of `constants.name` and the like; `_UNKNOWN` where it is none."""
        reference = self.checked.references.get(node)
        if reference is not None:
            known = reference.kind == "constant"
            return self.environment.constants[reference.name] if known else _UNKNOWN
        if isinstance(node, Select) and not node.optional:
            value = self.constant_value(node.operand)
            if isinstance(value, dict) and node.field in value:
                return value[node.field]
        return _UNKNOWN

    # Names and fields

    def _variable(self, name: str) -> ast.expr:
        if name in self._often:
            return ast.Name(self._often[name], ast.Load())
        return self._read(name)

    def _read(self, name: str) -> ast.expr:
        scope = ast.Name(SCOPE, ast.Load())
        if self.environment.scope == "mapping":
            return ast.Subscript(scope, ast.Constant(name), ast.Load())
        return ast.Attribute(scope, self.environment.attributes.get(name, name), ast.Load())

    def _select(self, node: Select) -> ast.expr:
        value = self.constant_value(node)
        if value is not _UNKNOWN:
            return self.constant(value)
        of = not_null(self.checked.types[node.operand])
        if node.optional or of.kind not in ("struct", "map"):
            return super()._select(node)
        if of.kind == "map":
            return ast.Subscript(self.emit(node.operand), ast.Constant(node.field), ast.Load())
        attribute = _attribute(of, node.field)
        if attribute is None:
            return super()._select(node)
        return ast.Attribute(self.emit(node.operand), attribute, ast.Load())

    def _has(self, node: Select) -> ast.expr:
        of = not_null(self.checked.types[node.operand])
        if of.kind == "map" and not node.optional:
            return ast.Compare(ast.Constant(node.field), [ast.In()], [self.emit(node.operand)])
        attribute = _attribute(of, node.field)
        if attribute is None or node.optional:
            return super()._has(node)
        read = ast.Attribute(self.emit(node.operand), attribute, ast.Load())
        return ast.Compare(read, [ast.IsNot()], [ast.Constant(None)])

    def _index(self, node: Index) -> ast.expr:
        of = not_null(self.checked.types[node.operand])
        key = self.checked.types[node.index]
        if node.optional:
            return super()._index(node)
        if of.kind == "list" and key.kind == "int":
            operand, at = self.emit(node.operand), self.emit(node.index)
            value = node.index.value if isinstance(node.index, Literal) else None
            if isinstance(value, int) and value >= 0:
                return ast.Subscript(operand, at, ast.Load())
            return self.call(operations.element, operand, at)
        if of.kind == "map" and key.kind == of.parameters[0].kind and key.kind in ("string", "int"):
            return ast.Subscript(self.emit(node.operand), self.emit(node.index), ast.Load())
        return super()._index(node)

    # Operators

    def condition(self, node: Node) -> ast.expr:
        return self.emit(node) if self._is_bool(node) else super().condition(node)

    def _logical(self, node: Logical) -> ast.expr:
        operator = ast.And() if node.operator == "&&" else ast.Or()
        return ast.BoolOp(operator, [self.condition(each) for each in node.operands])

    def _unary(self, node: Unary) -> ast.expr:
        if node.operator == "!" and self._is_bool(node.operand):
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
            case operator:
                made = self._arithmetic(node, operator)
                if made is not None:
                    return made
        return super()._binary(node)

    def _compare(self, node: Binary, operator: ast.cmpop) -> ast.expr:
        return ast.Compare(self.emit(node.left), [operator], [self.emit(node.right)])

    def _equality(self, node: Binary) -> ast.expr:
        equal = node.operator == "=="
        for literal, other in ((node.right, node.left), (node.left, node.right)):
            if not isinstance(literal, Literal):
                continue
            value = literal.value
            if value is None or (isinstance(value, bool) and not self._is_bool(other)):
                same = ast.Is() if equal else ast.IsNot()
                return ast.Compare(self.emit(other), [same], [ast.Constant(value)])
            if self._plain_literal(value, other):
                return self._compare(node, _COMPARE[node.operator]())
        if self._same_in_python(node):
            return self._compare(node, _COMPARE[node.operator]())
        return super()._binary(node)

    def _plain_literal(self, value: object, other: Node) -> bool:
        """Whether Python's `==` is right for this literal and values of any type."""
        if isinstance(value, str | bytes):
            return True
        if not isinstance(value, int | float) or not -DOUBLE_EXACT < value < DOUBLE_EXACT:
            return False
        # Python takes True for 1.
        return value not in (0, 1) or self.kind(other) in NUMBERS

    def _same_in_python(self, node: Binary) -> bool:
        left, right = self.kind(node.left), self.kind(node.right)
        if left == right:
            if left == "timestamp":
                return self._coarse(node.left) or self._coarse(node.right)
            return left in _SAME_IN_PYTHON or left == "null"
        if {left, right} == {"int", "uint"}:
            return True
        return bool(_TEXTS & {left, right}) or "null" in (left, right)

    def _ordered_in_python(self, node: Binary) -> bool:
        left, right = self.kind(node.left), self.kind(node.right)
        if left == right:
            if left == "timestamp":
                return self._coarse(node.left) and self._coarse(node.right)
            return left in _SAME_IN_PYTHON
        if {left, right} == {"int", "uint"}:
            return True
        numbers = {left, right} <= NUMBERS
        return numbers and (_small_number(node.left) or _small_number(node.right))

    def _coarse(self, node: Node) -> bool:
        """A timestamp that comes from outside or is written down: no nanoseconds."""
        if isinstance(node, Call):
            return not isinstance(self._folded(node), FineTimestamp | None)
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
            texts = frozenset(value for value in constant if isinstance(value, str))
            return self._in_constant(node, texts)
        of = self.checked.types[right]
        if of.kind == "map" and left_kind in ("string", "int"):
            key = of.parameters[0].kind
            if key == left_kind or (key == "dyn" and left_kind == "string"):
                return self._compare(node, ast.In())
        if of.kind == "list" and self._depth == 0 and not self._always_charged:
            element = not_null(of.parameters[0]).kind
            if left_kind == "string" or (left_kind == element == "int"):
                return self._compare(node, ast.In())
        return super()._binary(node)

    def _in_constant(self, node: Binary, values: Any) -> ast.expr:
        return ast.Compare(self.emit(node.left), [ast.In()], [self.shared(values)])

    def _arithmetic(self, node: Binary, operator: str) -> ast.expr | None:
        left, right = self.checked.types[node.left], self.checked.types[node.right]
        if left.kind == right.kind == "double":
            if operator in _FLOATS:
                return ast.BinOp(self.emit(node.left), _FLOATS[operator](), self.emit(node.right))
        elif left.kind == right.kind == "string" and _bounded(node.left) and _bounded(node.right):
            return ast.BinOp(self.emit(node.left), ast.Add(), self.emit(node.right))
        compute = ARITHMETIC[operator].get((left.kind, right.kind))
        if compute is None:
            return None
        arguments = self.emit(node.left), self.emit(node.right)
        if left.kind in ("string", "bytes", "list"):
            return self.sized(compute, *arguments)
        return self.call(compute, *arguments)

    # Calls

    def _call(self, node: Call) -> ast.expr:
        resolution = self.checked.calls.get(node)
        if resolution is None or resolution.function.lazy:
            return super()._call(node)
        folded = self._folded(node)
        if folded is not None:
            return self.constant(folded)
        inline = _INLINE.get(resolution.function.name)
        arguments = self.arguments(node)
        if inline is not None and len(resolution.overloads) == 1:
            made = inline(self, node)
            if made is not None:
                return made
        if len(resolution.overloads) != 1:
            return super()._call(node)
        (overload,) = resolution.overloads
        missing = len(arguments) - len(overload.parameters)
        parameters = (*overload.parameters, *overload.parameters[-1:] * missing)
        types = [self.checked.types[each] for each in arguments]
        if not all(map(_certain, types, parameters)):
            return super()._call(node)
        emitted = [self.emit(each) for each in arguments]
        if resolution.function.constant_time:
            return self.call(overload.compute, *emitted)
        return self.sized(
            overload.compute, *emitted, cost=resolution.function.cost, always=self.heavy(node)
        )

    def _folded(self, node: Call) -> Any:
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

    # Comprehensions

    def _map(self, node: MapLiteral) -> ast.expr:
        keys = [entry.key.value for entry in node.entries if isinstance(entry.key, Literal)]
        plain = len(keys) == len(node.entries) and not any(e.optional for e in node.entries)
        if plain and all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
            return ast.Dict(
                [ast.Constant(key) for key in keys],
                [self.emit(entry.value) for entry in node.entries],
            )
        return super()._map(node)

    def _comprehension(self, node: Comprehension) -> ast.expr:
        of = self.checked.types[node.iterable]
        if of.kind not in ("list", "map") or node.kind in ("sortBy", "transformMapEntry"):
            return super()._comprehension(node)
        names = [self.new_name() for _ in node.variables]
        iterable = self._walk(node, of, two=len(names) == 2)
        self._locals.extend(zip(node.variables, names, strict=True))
        made = self._fold(node, iterable, names)
        del self._locals[len(self._locals) - len(names) :]
        return made

    def _walk(self, node: Comprehension, of: Type, *, two: bool) -> ast.expr:
        visited = self.emit(node.iterable)
        cost = self.cost(node)
        if not self._alone:
            walk = operations.pairs if two else operations.elements
            return self.call(walk, self.budget(), visited, ast.Constant(cost))
        if not isinstance(node.iterable, ListLiteral):
            most = ast.Constant(COST_LIMIT // max(cost, 1))
            visited = self.call(operations.bounded, visited, most)
        if not two:
            return visited
        if of.kind == "list":
            return self.call(enumerate, visited)
        return ast.Call(ast.Attribute(visited, "items", ast.Load()), [], [])

    def _fold(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
        if node.kind not in ("all", "exists") or node.predicate is None:
            return super()._fold(node, iterable, names)
        outcomes = self.generator(self.condition(node.predicate), names, iterable)
        return self.call(all if node.kind == "all" else any, outcomes)


def _attribute(of: Type, field: str) -> str | None:
    if of.definition is None or of.kind != "struct":
        return None
    row = of.definition.fields.get(field)
    return None if row is None else row.attribute


def _certain(argument: Type, parameter: Type) -> bool:
    """Whether an argument of this type surely is what the parameter takes."""
    if parameter.kind in ("dyn", "param"):
        return True
    if parameter.kind == "nullable":
        return argument.kind == "null" or _certain(not_null(argument), parameter.parameters[0])
    return (
        argument.kind == parameter.kind
        and argument.name == parameter.name
        and all(map(_certain, argument.parameters, parameter.parameters))
    )


def _small_number(node: Node) -> bool:
    return (
        isinstance(node, Literal)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and -DOUBLE_EXACT < node.value < DOUBLE_EXACT
    )


def _bounded(node: Node) -> bool:
    """A text that this expression can't make long by adding it to itself."""
    match node:
        case Binary(operator="+", left=left, right=right):
            return _bounded(left) and _bounded(right)
        case Literal():
            return True
        case Select(operand=operand):
            return _bounded(operand)
        case Call(function="string", arguments=(argument,)):
            return _bounded(argument)
        case _:
            return False


def _read_often(emitter: Emitter) -> dict[str, str]:
    uses: dict[str, int] = {}
    for reference in emitter.checked.references.values():
        if reference.kind == "variable":
            uses[reference.name] = uses.get(reference.name, 0) + 1
    # A name with a dot may be worked out when it is read: only if it is needed.
    return {
        name: emitter.new_name() for name, times in uses.items() if times > 1 and "." not in name
    }


def _comprehensions(node: Node) -> int:
    found = 0
    stack = [node]
    while stack:
        at = stack.pop()
        found += isinstance(at, Comprehension)
        stack.extend(children(at))
    return found


def _method(name: str) -> Callable[[FastEmitter, Call], ast.expr | None]:
    def inline(emitter: FastEmitter, node: Call) -> ast.expr | None:
        arguments = emitter.arguments(node)
        if any(emitter.kind(each) != "string" for each in arguments) or emitter._depth:
            return None
        target, *rest = map(emitter.emit, arguments)
        return ast.Call(ast.Attribute(target, name, ast.Load()), rest, [])

    return inline


def _contains(emitter: FastEmitter, node: Call) -> ast.expr | None:
    text, part = emitter.arguments(node)
    if emitter.kind(text) != "string" or emitter.kind(part) != "string" or emitter._depth:
        return None
    # The order of evaluation doesn't matter: an expression has no effects.
    return ast.Compare(emitter.emit(part), [ast.In()], [emitter.emit(text)])


def _matches(emitter: FastEmitter, node: Call) -> ast.expr | None:
    text, expression = emitter.arguments(node)
    if emitter.kind(text) != "string" or not isinstance(expression, Literal) or emitter._depth:
        return None
    try:
        search = pattern(str(expression.value)).search
    except Exception:  # it fails when it is evaluated, too, and says so there
        return None
    encoded = ast.Call(ast.Attribute(emitter.emit(text), "encode", ast.Load()), [], [])
    found = ast.Call(emitter.shared(search), [encoded], [])
    return ast.Compare(found, [ast.IsNot()], [ast.Constant(None)])


def _string(emitter: FastEmitter, node: Call) -> ast.expr | None:
    (value,) = node.arguments
    if emitter.checked.types[value].kind != "int":
        return None
    return emitter.call(str, emitter.emit(value))


_INLINE: Mapping[str, Callable[[FastEmitter, Call], ast.expr | None]] = {
    "startsWith": _method("startswith"),
    "endsWith": _method("endswith"),
    "contains": _contains,
    "matches": _matches,
    "string": _string,
}
