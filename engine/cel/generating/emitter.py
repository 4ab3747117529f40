"""
Python code for an expression, correct for values of any types.

Every operation is a call of `operations`, which checks what it gets. `FastEmitter` emits
shorter code where the types are known. Each Python node carries, as its line number, the
number of the expression's node it was made for: that is how an error finds its place.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from engine.cel.checking.checker import Checked
from engine.cel.checking.environment import Environment
from engine.cel.checking.types import not_null
from engine.cel.functions.table import CALL_COST
from engine.cel.generating import operations
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
    children,
)
from engine.cel.values import equality
from engine.cel.values.limits import COST_LIMIT, EXACT_COST, Budget

SCOPE = "scope"
_BUDGET = "budget"
_TRACE = "trace"
_TEMPLATE = f"def expression({SCOPE}): pass"
_TRACED_TEMPLATE = f"def expression({SCOPE}, {_TRACE}): pass"
_EXTRA_COST = 10
_DEAR = frozenset({"sortBy", "transformMap", "transformMapEntry"})
_SIZED_CALLS = 20
"""With more calls whose cost grows with their arguments, each is paid for."""

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
SCALAR_KINDS = frozenset(
    {"bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "null", "type"}
)


class Emitter:
    """Makes the body of one Python function, and the globals it needs."""

    visit_cost = EXACT_COST
    """What visiting one part of a comprehension costs."""

    def __init__(
        self, node: Node, checked: Checked, environment: Environment, *, traced: bool = False
    ) -> None:
        self.node = node
        self.checked = checked
        self.environment = environment
        self.traced = traced
        self.nodes: list[Node] = []
        self.globals: dict[str, Any] = {"__builtins__": {}}
        self.needs_budget = False
        self._shared: dict[int, str] = {}
        self._locals: list[tuple[str, str]] = []
        self._made = 0
        self._depth = 0
        self._always_charged = _sized_calls(node) > _SIZED_CALLS

    # The parts of Python that are needed

    def shared(self, value: Any) -> ast.expr:
        """A name for a value of ours, that the function finds among its globals."""
        name = self._shared.get(id(value))
        if name is None:
            name = self._shared[id(value)] = f"g{len(self._shared)}"
            self.globals[name] = value
        return ast.Name(name, ast.Load())

    def call(self, compute: Any, *arguments: ast.expr) -> ast.expr:
        return ast.Call(self.shared(compute), list(arguments), [])

    def thunk(self, body: ast.expr, *parameters: str) -> ast.expr:
        names = [ast.arg(name) for name in parameters]
        return ast.Lambda(ast.arguments([], names, None, [], [], None, []), body)

    def constant(self, value: Any) -> ast.expr:
        if value is None or type(value) in (bool, int, float, str, bytes):
            return ast.Constant(value)
        return self.shared(value)

    def budget(self) -> ast.expr:
        self.needs_budget = True
        return ast.Name(_BUDGET, ast.Load())

    def new_name(self) -> str:
        self._made += 1
        return f"v{self._made}"

    # Nodes

    def emit(self, node: Node) -> ast.expr:
        self.nodes.append(node)
        number = len(self.nodes)
        made = self._emit(node)
        if self.traced:
            made = ast.Call(ast.Name(_TRACE, ast.Load()), [ast.Constant(number - 1), made], [])
        made.lineno = made.end_lineno = number
        made.col_offset = made.end_col_offset = 0
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
                made = self._comprehension(node)
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
                    operations.optional_map_value,
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
        self._locals.append((variable, name))
        made = self.thunk(self.emit(body), name)
        self._locals.pop()
        return made

    def _name(self, node: Node) -> ast.expr:
        reference = self.checked.references.get(node)
        if reference is None:
            return self._refuse(f"undeclared name `{getattr(node, 'name', '')}`")
        match reference.kind:
            case "local":
                found = next(
                    made for name, made in reversed(self._locals) if name == reference.name
                )
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
        compute = operations.optional_select if node.optional else operations.select
        return self.call(compute, self.emit(node.operand), ast.Constant(node.field))

    def _has(self, node: Select) -> ast.expr:
        return self.call(operations.has, self.emit(node.operand), ast.Constant(node.field))

    def _index(self, node: Index) -> ast.expr:
        compute = operations.optional_index if node.optional else operations.index
        return self.call(compute, self.emit(node.operand), self.emit(node.index))

    def _unary(self, node: Unary) -> ast.expr:
        compute = operations.negation if node.operator == "!" else operations.negate
        return self.call(compute, self.emit(node.operand))

    def _binary(self, node: Binary) -> ast.expr:
        left, right = self.emit(node.left), self.emit(node.right)
        within = _WITHIN.get(node.operator)
        if within is not None and not self._scalars(node):
            return self.call(within, self.budget(), left, right)
        if node.operator == "+":
            return self.sized(self._dynamic(node.operator), left, right)
        return self.call(self._dynamic(node.operator), left, right)

    def _scalars(self, node: Binary) -> bool:
        """Whether the operands surely have nothing inside."""
        kinds = (not_null(self.checked.types[each]).kind for each in (node.left, node.right))
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
        if always or self._depth or self._always_charged:
            price = ast.Constant(cost)
            charged = self.shared(compute)
            return self.call(operations.charged, self.budget(), price, charged, *arguments)
        return self.call(compute, *arguments)

    def _call(self, node: Call) -> ast.expr:
        resolution = self.checked.calls.get(node)
        if resolution is None:
            return self._refuse(f"undeclared function `{node.function}`")
        arguments = [self.emit(each) for each in self.arguments(node)]
        function = resolution.function
        if function.lazy:
            arguments[-1] = self.thunk(arguments[-1])
            compute: Any = _checking_first(function.overloads[0].compute)
        else:
            compute = function.call_member if resolution.member else function.call
        if function.constant_time:
            return self.call(compute, *arguments)
        return self.sized(compute, *arguments, cost=function.cost, always=self.heavy(node))

    def heavy(self, node: Call) -> bool:
        """Whether it works through lists or maps."""
        kinds = (not_null(self.checked.types[each]).kind for each in self.arguments(node))
        return not all(kind in SCALAR_KINDS for kind in kinds)

    def arguments(self, node: Call) -> Sequence[Node]:
        resolution = self.checked.calls[node]
        if resolution.member and node.target is not None:
            return (node.target, *node.arguments)
        return node.arguments

    def _list(self, node: ListLiteral) -> ast.expr:
        elements: ast.expr = ast.List([self.emit(each) for each in node.elements], ast.Load())
        if not any(node.optional):
            return elements
        return self.call(operations.optional_list, elements, self.shared(node.optional))

    def _map(self, node: MapLiteral) -> ast.expr:
        keys = ast.List([self.emit(entry.key) for entry in node.entries], ast.Load())
        values = ast.List([self.emit(entry.value) for entry in node.entries], ast.Load())
        flags = tuple(entry.optional for entry in node.entries)
        if any(flags):
            return self.call(operations.optional_map, keys, values, self.shared(flags))
        return self.call(equality.make_map, keys, values)

    # Comprehensions

    def cost(self, node: Comprehension) -> int:
        """What one element costs: the parts that are evaluated for it."""
        bodies = [part for part in (node.predicate, node.result) if part is not None]
        extra = _EXTRA_COST if node.kind in _DEAR else 0
        return self.visit_cost * sum(map(count, bodies)) + extra

    def _comprehension(self, node: Comprehension) -> ast.expr:
        visited = self.emit(node.iterable)
        names = [self.new_name() for _ in node.variables]
        walk = operations.pairs if len(names) == 2 else operations.elements
        iterable = self.call(walk, self.budget(), visited, ast.Constant(self.cost(node)))
        self._locals.extend(zip(node.variables, names, strict=True))
        made = self._fold(node, iterable, names)
        del self._locals[len(self._locals) - len(names) :]
        return made

    def _fold(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
        match node.kind:
            case "all" | "exists":
                assert node.predicate is not None
                # Names are bound by a call: the generator goes on before all is evaluated.
                outcome = self.thunk(self.emit(node.predicate))
                compute = operations.every if node.kind == "all" else operations.some
                return self.call(compute, self.generator(outcome, names, iterable))
            case "sortBy":
                assert node.result is not None
                return self.call(
                    operations.sorted_by, iterable, self.thunk(self.emit(node.result), *names)
                )
            case _:
                return self.collected(node, self._visited(node, iterable, names))

    def collected(self, node: Comprehension, found: ast.expr) -> ast.expr:
        """The outcome of a macro, of the list of what it found."""
        match node.kind:
            case "existsOne":
                return ast.Compare(self.call(len, found), [ast.Eq()], [ast.Constant(1)])
            case "transformMap":
                return self.call(operations.map_of_pairs, found)
            case "transformMapEntry":
                return self.call(operations.merged, found)
            case _:
                return found

    def _visited(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
        condition = [self.condition(node.predicate)] if node.predicate is not None else []
        key: ast.expr = ast.Name(names[0], ast.Load())
        match node.kind:
            case "existsOne":
                result: ast.expr = ast.Constant(1)
            case "filter":
                result = key
            case "transformMap":
                assert node.result is not None
                result = ast.Tuple([key, self.emit(node.result)], ast.Load())
            case _:
                assert node.result is not None
                result = self.emit(node.result)
        return ast.ListComp(result, [self.loop(names, iterable, condition)])

    def generator(self, result: ast.expr, names: list[str], iterable: ast.expr) -> ast.expr:
        return ast.GeneratorExp(result, [self.loop(names, iterable, [])])

    def loop(
        self, names: list[str], iterable: ast.expr, conditions: list[ast.expr]
    ) -> ast.comprehension:
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
        return ast.comprehension(target, iterable, conditions, 0)

    # The function

    def function(self, recover: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """
        The finished function of the scope, and of the trace where it is traced.

        With `recover`, that is what it returns for a scope when anything goes wrong.
        """
        body: list[ast.stmt] = [ast.Return(self.emit(self.node))]
        body[:0] = self.preamble()
        if self.needs_budget:
            made = self.call(Budget, ast.Constant(COST_LIMIT))
            body.insert(0, ast.Assign([ast.Name(_BUDGET, ast.Store())], made))
        if recover is not None:
            scope = ast.Name(SCOPE, ast.Load())
            again = self.call(recover, scope, ast.Name("problem", ast.Load()))
            anything = self.shared(Exception)
            handler = ast.ExceptHandler(anything, "problem", [ast.Return(again)])
            body = [ast.Try(body, [handler], [], [])]
        # A template, because what a FunctionDef needs differs between versions of Python.
        module = ast.parse(_TRACED_TEMPLATE if self.traced else _TEMPLATE)
        (definition,) = module.body
        assert isinstance(definition, ast.FunctionDef)
        definition.body = body
        code = compile(ast.fix_missing_locations(module), FILE_NAME, "exec")
        exec(code, self.globals)  # noqa: S102 (built from nodes of ours, with no builtins)
        made_function: Callable[..., Any] = self.globals.pop("expression")
        return made_function

    def preamble(self) -> list[ast.stmt]:
        return []


FILE_NAME = "<cel>"
"""What frames of generated functions say where they come from."""


def count(node: Node) -> int:
    """How many parts an expression has."""
    total = 0
    stack = [node]
    while stack:
        at = stack.pop()
        total += 1
        stack.extend(children(at))
    return total


def _sized_calls(node: Node) -> int:
    total = 0
    stack = [node]
    while stack:
        at = stack.pop()
        total += isinstance(at, Call) or (isinstance(at, Binary) and at.operator == "+")
        stack.extend(children(at))
    return total


def _checking_first(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`or` and `orValue`, whose target must be an optional."""

    def checked(target: Any, other: Callable[[], Any]) -> Any:
        return compute(operations.needed(target), other)

    return checked
