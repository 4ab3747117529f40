"""
Python code for an expression, correct for values of any types.

Every operation is a call of `operations`, which checks what it gets. `FastEmitter` emits
shorter code where the types are known. Each Python node carries, as its line number, the
number of the expression's node it was made for: that is how an error finds its place.
"""

import ast
from collections.abc import Callable
from typing import Any

from engine.cel.checking.environment import Environment
from engine.cel.checking.findings import Checked
from engine.cel.checking.types import not_null
from engine.cel.functions.table import CALL_COST, Function
from engine.cel.generating import comprehensions, elements, operations
from engine.cel.generating.costs import SIZED_COST, Costs
from engine.cel.generating.loops import LoopEmitter
from engine.cel.generating.python import SCOPE, TRACE
from engine.cel.syntax.nodes import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Has,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Name,
    Node,
    OptionalMap,
    Select,
    Unary,
)
from engine.cel.values import equality

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": equality.equal,
    "!=": operations.unequal,
    "<": equality.is_less,
    "<=": equality.is_at_most,
    ">": equality.is_greater,
    ">=": equality.is_at_least,
    "in": equality.contains,
}


_WITHIN: dict[str, Callable[[Any, Any, Any], Any]] = {
    "==": operations.equal_within,
    "!=": operations.unequal_within,
    "in": operations.contains_within,
}
_TEXTS_WITHIN: dict[str, Callable[[Any, Any, Any], Any]] = {
    "==": operations.equal_within,
    "!=": operations.unequal_within,
    "<": operations.paying(equality.is_less),
    "<=": operations.paying(equality.is_at_most),
    ">": operations.paying(equality.is_greater),
    ">=": operations.paying(equality.is_at_least),
}
"""In loops, where comparing long texts counts."""
_LONG_KINDS = frozenset({"string", "bytes", "dyn", "param"})
SCALAR_KINDS = frozenset(
    {"bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "null", "type"}
)


class Emitter(LoopEmitter):
    """Emits a call that checks its operands for every operation."""

    def __init__(
        self, node: Node, checked: Checked, environment: Environment, *, traced: bool = False
    ) -> None:
        super().__init__(traced=traced)
        self.node = node
        self.checked = checked
        self.environment = environment
        self.nodes: list[Node] = []
        self._depth = 0
        self._always_charged = self.costs.together() > SIZED_COST

    @property
    def costs(self) -> Costs:
        """Of the expression that is emitted now."""
        return Costs(self.checked)

    @property
    def repeated(self) -> bool:
        """Whether costs are counted, because what is emitted now may run many times."""
        return self._depth > 0 or self._always_charged

    def kind(self, node: Node) -> str:
        """The kind of a node's type; it may be null, too."""
        return not_null(self.checked.types[node]).kind

    def result(self) -> ast.expr:
        return self.emit(self.node)

    # Nodes

    def emit(self, node: Node) -> ast.expr:
        self.nodes.append(node)
        number = len(self.nodes)
        made = self._emit(node)
        if self.traced:
            made = ast.Call(ast.Name(TRACE, ast.Load()), [ast.Constant(number - 1), made], [])
        made.lineno = number
        return made

    def _emit(self, node: Node) -> ast.expr:
        match node:
            case Literal(value=value):
                return self.constant(value)
            case Name():
                return self._name(node)
            case Select():
                if node in self.checked.references:
                    return self._name(node)
                return self._select(node)
            case Has(selection=selection):
                return self._has(selection)
            case Index():
                return self._index(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Logical():
                return self._logical(node)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return ast.IfExp(self.condition(condition), self.emit(then), self.emit(otherwise))
            case Call():
                return self._call(node)
            case Comprehension():
                self._depth += 1
                made = self.comprehension(node)
                self._depth -= 1
                return made
            case _:
                return self._emit_aggregate(node)

    def _emit_aggregate(self, node: Node) -> ast.expr:
        match node:
            case ListLiteral():
                return self._list(node)
            case MapLiteral():
                return self._map(node)
            case Bind(variable=variable, value=value, body=body):
                return ast.Call(self._bound(variable, body), [self.emit(value)], [])
            case OptionalMap(target=target, variable=variable, body=body, flat=flat):
                return self.call(
                    elements.optional_map_value,
                    self.emit(target),
                    self._bound(variable, body),
                    ast.Constant(flat),
                )
            case _:
                return self._refuse("this can't be constructed")

    def _refuse(self, message: str) -> ast.expr:
        return self.call(operations.fail, ast.Constant(message))

    def _bound(self, variable: str, body: Node) -> ast.expr:
        name = self.new_name()
        self.locals.append((variable, name))
        made = self.thunk(self.emit(body), name)
        self.locals.pop()
        return made

    def _name(self, node: Node) -> ast.expr:
        reference = self.checked.references.get(node)
        if reference is None:
            return self._refuse(f"undeclared name `{getattr(node, 'name', '')}`")
        match reference.kind:
            case "local":
                found = next(made for name, made in reversed(self.locals) if name == reference.name)
                return ast.Name(found, ast.Load())
            case "variable":
                return self._variable(reference.name)
            case "constant":
                return self.constant(self.environment.constants[reference.name])
            case _:
                named = self.environment.type_named(reference.name)
                assert named is not None
                return self.shared(named[0])

    def _variable(self, name: str) -> ast.expr:
        scope = ast.Name(SCOPE, ast.Load())
        if self.environment.scope == "mapping":
            return self.call(operations.read_key, scope, ast.Constant(name))
        attribute = ast.Constant(self.environment.attributes.get(name, name))
        return self.call(operations.read_attribute, scope, ast.Constant(name), attribute)

    def _select(self, node: Select) -> ast.expr:
        compute = elements.optional_select if node.optional else elements.select
        return self.call(compute, self.emit(node.operand), ast.Constant(node.field))

    def _has(self, node: Select) -> ast.expr:
        return self.call(elements.has, self.emit(node.operand), ast.Constant(node.field))

    def _index(self, node: Index) -> ast.expr:
        compute = elements.optional_index if node.optional else elements.index
        return self.call(compute, self.emit(node.operand), self.key(node.index))

    def _unary(self, node: Unary) -> ast.expr:
        compute = operations.negation if node.operator == "!" else operations.negate
        return self.call(compute, self.emit(node.operand))

    def _binary(self, node: Binary) -> ast.expr:
        left, right = self.emit(node.left), self.emit(node.right)
        within = _WITHIN.get(node.operator)
        if within is not None and not self._scalars(node):
            return self.call(within, self.budget(), left, right)
        if node.operator in _TEXTS_WITHIN and self.compares_texts(node):
            return self.call(_TEXTS_WITHIN[node.operator], self.budget(), left, right)
        if node.operator == "+":
            return self.sized(self._dynamic(node.operator), left, right)
        return self.call(self._dynamic(node.operator), left, right)

    def compares_texts(self, node: Binary) -> bool:
        """Whether long texts may be compared here again and again."""
        return self._depth > 0 and self._may_be_long(node.left) and self._may_be_long(node.right)

    def _may_be_long(self, node: Node) -> bool:
        return not isinstance(node, Literal) and self.kind(node) in _LONG_KINDS

    def key(self, node: Node) -> ast.expr:
        """A key that is looked for in a map; a long one is paid for in a loop."""
        made = self.emit(node)
        if self._depth > 0 and self._may_be_long(node):
            return self.call(operations.key_within, self.budget(), made)
        return made

    def _scalars(self, node: Binary) -> bool:
        """Whether the operands surely have nothing inside."""
        kinds = map(self.kind, (node.left, node.right))
        return node.operator != "in" and any(kind in SCALAR_KINDS for kind in kinds)

    def _dynamic(self, operator: str) -> Callable[[Any, Any], Any]:
        return _COMPARISONS.get(operator) or operations.DYNAMIC[operator]

    def _logical(self, node: Logical) -> ast.expr:
        compute = operations.conjunction if node.operator == "&&" else operations.disjunction
        return self.call(compute, *(self.thunk(self.emit(each)) for each in node.operands))

    def condition(self, node: Node) -> ast.expr:
        return self.call(operations.truth, self.emit(node))

    def sized(
        self, compute: Any, *arguments: ast.expr, cost: int = CALL_COST, always: bool = False
    ) -> ast.expr:
        """A call whose cost grows with its arguments: paid for where it may happen often."""
        if always or self.repeated:
            price = ast.Constant(cost)
            charged = self.shared(compute)
            return self.call(comprehensions.charged, self.budget(), price, charged, *arguments)
        return self.call(compute, *arguments)

    def _call(self, node: Call) -> ast.expr:
        resolution = self.checked.calls.get(node)
        if resolution is None:
            return self._refuse(f"undeclared function `{node.function}`")
        arguments = [self.emit(each) for each in self.costs.arguments(node)]
        function = resolution.function
        if function.lazy:
            arguments[-1] = self.thunk(arguments[-1])
            compute: Any = _checking_first(function.overloads[0].compute)
        else:
            compute = function.call_member if resolution.member else function.call
        return self.paid(node, function, compute, arguments)

    def paid(
        self, node: Call, function: Function, compute: Any, arguments: list[ast.expr]
    ) -> ast.expr:
        """A call of a function, paid for as the function's row says."""
        if function.constant_time:
            return self.call(compute, *arguments)
        if function.budgeted:
            arguments = [self.budget(), *arguments]
        always = function.budgeted or self.heavy(node)
        return self.sized(compute, *arguments, cost=self.costs.call(node), always=always)

    def price(self, node: Node) -> int:
        direct = isinstance(node, Call) and self.is_direct(node)
        return self.costs.visit(node, self.visit_cost, direct=direct)

    def is_direct(self, node: Call) -> bool:
        """Whether it is known which overload a call means."""
        return False

    def heavy(self, node: Call) -> bool:
        """Whether it works through lists or maps."""
        kinds = map(self.kind, self.costs.arguments(node))
        return not all(kind in SCALAR_KINDS for kind in kinds)

    def _list(self, node: ListLiteral) -> ast.expr:
        made: ast.expr = ast.List([self.emit(each) for each in node.elements], ast.Load())
        if not any(node.optional):
            return made
        return self.call(elements.optional_list, made, self.shared(node.optional))

    def _map(self, node: MapLiteral) -> ast.expr:
        keys = ast.List([self.emit(entry.key) for entry in node.entries], ast.Load())
        values = ast.List([self.emit(entry.value) for entry in node.entries], ast.Load())
        flags = tuple(entry.optional for entry in node.entries)
        if any(flags):
            return self.call(elements.optional_map, keys, values, self.shared(flags))
        return self.call(equality.make_map, keys, values)


def _checking_first(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`or` and `orValue`, whose target must be an optional."""

    def checked(target: Any, other: Callable[[], Any]) -> Any:
        return compute(elements.needed(target), other)

    return checked
