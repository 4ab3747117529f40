"""Python code for macros: generators and comprehensions over what they visit."""

import ast

from engine.cel.generating import comprehensions
from engine.cel.generating.python import PythonFunction
from engine.cel.syntax.nodes import Comprehension, Node, walk
from engine.cel.values.limits import EXACT_COST

_EXTRA_COST = 10
_DEAR = frozenset({"sortBy", "transformMap", "transformMapEntry"})


class LoopEmitter(PythonFunction):
    """Emits macros that visit each element of a list or map."""

    visit_cost = EXACT_COST
    """What visiting one part of a comprehension costs."""

    def __init__(self, *, traced: bool = False) -> None:
        super().__init__(traced=traced)
        self.locals: list[tuple[str, str]] = []
        """The variables of macros around, and what they are called in Python."""

    def emit(self, node: Node) -> ast.expr:
        raise NotImplementedError

    def condition(self, node: Node) -> ast.expr:
        """A node that must be a bool."""
        raise NotImplementedError

    def cost(self, node: Comprehension) -> int:
        """What one element costs: the parts that are evaluated for it."""
        bodies = [part for part in (node.predicate, node.result) if part is not None]
        extra = _EXTRA_COST if node.kind in _DEAR else 0
        return sum(self.price(each) for body in bodies for each in walk(body)) + extra

    def price(self, node: Node) -> int:
        """What one evaluation of a node costs, without the nodes below it."""
        return self.visit_cost

    def comprehension(self, node: Comprehension) -> ast.expr:
        visited = self.emit(node.iterable)
        names = [self.new_name() for _ in node.variables]
        walk = comprehensions.pairs if len(names) == 2 else comprehensions.visited
        iterable = self.call(walk, self.budget(), visited, ast.Constant(self.cost(node)))
        self.locals.extend(zip(node.variables, names, strict=True))
        made = self.fold(node, iterable, names)
        del self.locals[len(self.locals) - len(names) :]
        return made

    def fold(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
        match node.kind:
            case "all" | "exists":
                assert node.predicate is not None
                # Names are bound by a call: the generator goes on before all is evaluated.
                outcome = self.thunk(self.emit(node.predicate))
                compute = comprehensions.every if node.kind == "all" else comprehensions.some
                return self.call(compute, self.generator(outcome, names, iterable))
            case "sortBy":
                assert node.result is not None
                return self.call(
                    comprehensions.sorted_by, iterable, self.thunk(self.emit(node.result), *names)
                )
            case _:
                return self.collected(node, self._found(node, iterable, names))

    def collected(self, node: Comprehension, found: ast.expr) -> ast.expr:
        """The outcome of a macro, of the list of what it found."""
        match node.kind:
            case "existsOne":
                return ast.Compare(self.call(len, found), [ast.Eq()], [ast.Constant(1)])
            case "transformMap":
                return self.call(comprehensions.map_of_pairs, found)
            case "transformMapEntry":
                return self.call(comprehensions.merged, found)
            case _:
                return found

    def _found(self, node: Comprehension, iterable: ast.expr, names: list[str]) -> ast.expr:
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
