"""A Python function, put together of nodes of the `ast` module: never of text."""

import ast
from collections.abc import Callable
from typing import Any

from engine.cel.values.limits import COST_LIMIT, Budget

FILE_NAME = "<cel>"
"""What frames of generated functions say where they come from."""

SCOPE = "scope"
TRACE = "trace"
_BUDGET = "budget"
_TEMPLATE = f"def expression({SCOPE}): pass"
_TRACED_TEMPLATE = f"def expression({SCOPE}, {TRACE}): pass"


class PythonFunction:
    """
    The globals of one function, and the parts that its body is made of.

    Its globals hold what the body calls and nothing else: no builtins, no modules.
    """

    def __init__(self, *, traced: bool = False) -> None:
        self.traced = traced
        self.globals: dict[str, Any] = {"__builtins__": {}}
        self.needs_budget = False
        self._shared: dict[int, str] = {}
        self._made = 0

    def result(self) -> ast.expr:
        """What the function returns."""
        raise NotImplementedError

    def statements(self) -> list[ast.stmt]:
        """What it does."""
        return [ast.Return(self.result())]

    def preamble(self) -> list[ast.stmt]:
        """What it does before."""
        return []

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

    def function(self, recover: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """
        The finished function of the scope, and of the trace where it is traced.

        With `recover`, that is what it returns for a scope when anything goes wrong.
        """
        body = self.statements()
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
        _place(module)
        code = compile(module, FILE_NAME, "exec")
        exec(code, self.globals)  # noqa: S102 (built from nodes of ours, with no builtins)
        made_function: Callable[..., Any] = self.globals.pop("expression")
        return made_function


def _place(module: ast.Module) -> None:
    """Gives what has no line that of what it is in; quicker than `fix_missing_locations`."""
    stack: list[tuple[ast.AST, int]] = [(module, 1)]
    while stack:
        node, line = stack.pop()
        if "lineno" in node._attributes:
            line = getattr(node, "lineno", None) or line
            node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                stack.append((value, line))
            elif isinstance(value, list):
                stack.extend((each, line) for each in value if isinstance(each, ast.AST))
