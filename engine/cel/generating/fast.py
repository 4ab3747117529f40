"""
Shorter Python code, where the types of an expression are known.

It may fail in any way where the expression has no value, or where one operand of `&&` fails
and another one decides: whatever it raises, the code of `Emitter` is run instead, and that
says what is wrong. What it must never do is return another value.
"""

import ast
from collections import Counter
from typing import Any

from engine.cel.checking.types import Type, not_null
from engine.cel.generating import comprehensions, elements
from engine.cel.generating.inline import INLINE
from engine.cel.generating.known import (
    attribute_of,
    is_certain,
)
from engine.cel.generating.plain_operators import UNKNOWN, OperatorEmitter
from engine.cel.generating.python import SCOPE
from engine.cel.syntax.nodes import (
    Call,
    Comprehension,
    Index,
    ListLiteral,
    Literal,
    MapLiteral,
    Select,
    walk,
)
from engine.cel.values.limits import COST_LIMIT


class FastEmitter(OperatorEmitter):
    """Emits plain Python for what is known to mean the same there."""

    visit_cost = 1

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._often = self._read_often()
        self._alone = sum(isinstance(each, Comprehension) for each in walk(self.node)) == 1

    def preamble(self) -> list[ast.stmt]:
        """Variables that are read more than once become local ones."""
        return [
            ast.Assign([ast.Name(made, ast.Store())], self._read(name))
            for name, made in self._often.items()
        ]

    def _read_often(self) -> dict[str, str]:
        uses = Counter(
            reference.name
            for reference in self.checked.references.values()
            if reference.kind == "variable"
        )
        # A name with a dot may be worked out when it is read: only if it is needed.
        often = [name for name, times in uses.items() if times > 1 and "." not in name]
        return {name: self.new_name() for name in often}

    # Names and fields

    def _variable(self, name: str) -> ast.expr:
        if name in self._often:
            return ast.Name(self._often[name], ast.Load())
        return self._read(name)

    def _read(self, name: str) -> ast.expr:
        scope = ast.Name(SCOPE, ast.Load())
        if self.environment.scope == "mapping":
            return ast.Subscript(scope, ast.Constant(name), ast.Load())
        read: ast.expr = scope
        for attribute in self.environment.attributes.get(name, name).split("."):
            read = ast.Attribute(read, attribute, ast.Load())
        return read

    def _select(self, node: Select) -> ast.expr:
        value = self.constant_value(node)
        if value is not UNKNOWN:
            return self.constant(value)
        of = not_null(self.checked.types[node.operand])
        if node.optional or of.kind not in ("struct", "map"):
            return super()._select(node)
        if of.kind == "map":
            return ast.Subscript(self.emit(node.operand), ast.Constant(node.field), ast.Load())
        attribute = attribute_of(of, node.field)
        if attribute is None:
            return super()._select(node)
        return ast.Attribute(self.emit(node.operand), attribute, ast.Load())

    def _has(self, node: Select) -> ast.expr:
        of = not_null(self.checked.types[node.operand])
        if of.kind == "map" and not node.optional:
            return ast.Compare(ast.Constant(node.field), [ast.In()], [self.emit(node.operand)])
        attribute = attribute_of(of, node.field)
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
            return self.call(elements.element, operand, at)
        if of.kind == "map" and key.kind == of.parameters[0].kind and key.kind in ("string", "int"):
            return ast.Subscript(self.emit(node.operand), self.key(node.index), ast.Load())
        return super()._index(node)

    # Calls

    def _call(self, node: Call) -> ast.expr:
        resolution = self.checked.calls.get(node)
        if resolution is None or resolution.function.lazy:
            return super()._call(node)
        folded = self.folded(node)
        if folded is not None:
            return self.constant(folded)
        inline = INLINE.get(resolution.function.name)
        arguments = self.costs.arguments(node)
        if inline is not None and len(resolution.overloads) == 1:
            made = inline(self, node)
            if made is not None:
                return made
        if not self.is_direct(node):
            return super()._call(node)
        (overload,) = resolution.overloads
        emitted = [self.emit(each) for each in arguments]
        return self.paid(node, resolution.function, overload.compute, emitted)

    def is_direct(self, node: Call) -> bool:
        resolution = self.checked.calls.get(node)
        if resolution is None or len(resolution.overloads) != 1:
            return False
        (overload,) = resolution.overloads
        arguments = self.costs.arguments(node)
        missing = len(arguments) - len(overload.parameters)
        parameters = (*overload.parameters, *overload.parameters[-1:] * missing)
        return all(map(is_certain, (self.checked.types[each] for each in arguments), parameters))

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

    def comprehension(self, node: Comprehension) -> ast.expr:
        of = self.checked.types[node.iterable]
        if of.kind not in ("list", "map") or node.kind in ("sortBy", "transformMapEntry"):
            return super().comprehension(node)
        names = [self.new_name() for _ in node.variables]
        iterable = self._walk(node, of, two=len(names) == 2)
        self.locals.extend(zip(node.variables, names, strict=True))
        made = self.fold(node, iterable, names)
        del self.locals[len(self.locals) - len(names) :]
        return made

    def _walk(self, node: Comprehension, of: Type, *, two: bool) -> ast.expr:
        visited = self.emit(node.iterable)
        cost = self.cost(node)
        if not self._alone:
            visit = comprehensions.pairs if two else comprehensions.visited
            return self.call(visit, self.budget(), visited, ast.Constant(cost))
        if not isinstance(node.iterable, ListLiteral):
            most = ast.Constant(COST_LIMIT // max(cost, 1))
            visited = self.call(comprehensions.bounded, visited, most)
        if not two:
            return visited
        if of.kind == "list":
            return self.call(enumerate, visited)
        return ast.Call(ast.Attribute(visited, "items", ast.Load()), [], [])

    def fold(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
        if node.kind not in ("all", "exists") or node.predicate is None:
            return super().fold(node, iterable, names)
        outcomes = self.generator(self.condition(node.predicate), names, iterable)
        return self.call(all if node.kind == "all" else any, outcomes)
