"""
cel-python's interpreter, kept to the CEL specification.

Its tree walk is used as it is; what it gets wrong is replaced: `&&`, `||` and `?:` evaluate only
what they need, errors inside lists and maps are errors, macros don't copy all names for each
element, and fields are read from structs one by one.
"""

from typing import Any, cast

from celpy import celtypes
from celpy.evaluation import CELEvalError, Evaluator
from lark import Tree

from engine.cel.errors import EvaluationError
from engine.cel.functions import COMPREHENSIONS, FUNCTIONS
from engine.cel.macros import FALSE, TRUE, Comprehension, Node, at
from engine.cel.operators import BINARY, equal, index, negate
from engine.cel.values import Record, Scope, prepare, type_name

STEP_LIMIT = 10_000
"""Bodies of macros that one evaluation may run: a tenth of a second, more or less."""


class CostError(Exception):
    """The expression costs too much; unlike other errors, no `||` absorbs it."""


class Interpreter(Evaluator):
    """One evaluation of one tree. Errors are raised, and absorbed only by `&&`, `||` and macros."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.locals: dict[str, Any] = {}
        self.steps = 0

    def run(self, tree: Node) -> Any:
        try:
            return self.visit(tree)
        except EvaluationError:
            raise
        except CostError as error:
            raise EvaluationError(str(error)) from None
        except RecursionError:
            raise EvaluationError("the expression is too complex") from None
        except CELEvalError as error:
            raise EvaluationError(str(error.args[0])) from None
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise EvaluationError(f"{error}") from None

    def visit(self, tree: Node) -> Any:
        """Lark's own looks for wrappers at every node."""
        return getattr(self, tree.data)(tree)

    def expr(self, tree: Node) -> Any:
        condition, then, otherwise = tree.children
        chosen = self.visit(condition)
        if not isinstance(chosen, celtypes.BoolType):
            raise at(tree, f"`?:` needs a bool, not {type_name(chosen)}")
        return self.visit(then if chosen else otherwise)

    def conditionaland(self, tree: Node) -> Any:
        return self._logical(tree, "&&", decisive=False)

    def conditionalor(self, tree: Node) -> Any:
        return self._logical(tree, "||", decisive=True)

    def _logical(self, tree: Node, symbol: str, *, decisive: bool) -> Any:
        """An operand that decides absorbs an error in the other, on either side."""
        error: EvaluationError | None = None
        for operand in _operands(tree):
            try:
                value = self.visit(operand)
            except EvaluationError as problem:
                error = error or problem
                continue
            if not isinstance(value, celtypes.BoolType):
                error = error or at(tree, f"`{symbol}` needs bool, not {type_name(value)}")
            elif bool(value) is decisive:
                return value
        if error:
            raise error
        return FALSE if decisive else TRUE

    def relation(self, tree: Node) -> Any:
        return self._binary(tree)

    def addition(self, tree: Node) -> Any:
        return self._binary(tree)

    def multiplication(self, tree: Node) -> Any:
        return self._binary(tree)

    def _binary(self, tree: Node) -> Any:
        operation, right = tree.children
        assert isinstance(operation, Tree)
        (left,) = operation.children
        values = self.visit(left), self.visit(right)
        try:
            return BINARY[operation.data](*values)
        except EvaluationError as error:
            raise located(error, tree) from None

    def unary(self, tree: Node) -> Any:
        operator, operand = tree.children
        assert isinstance(operator, Tree)
        value = self.visit(operand)
        if operator.data == "unary_neg":
            try:
                return negate(value)
            except EvaluationError as error:
                raise located(error, tree) from None
        if not isinstance(value, celtypes.BoolType):
            raise at(tree, f"`!` needs a bool, not {type_name(value)}")
        return celtypes.BoolType(not value)

    def member_dot(self, tree: Node) -> Any:
        owner = self.visit(tree.children[0])
        return _select(owner, str(tree.children[1]), tree)

    def member_index(self, tree: Node) -> Any:
        owner, key = (self.visit(child) for child in tree.children)
        try:
            return index(owner, key)
        except EvaluationError as error:
            raise located(error, tree) from None

    def member_object(self, tree: Node) -> Any:
        raise at(tree, "messages can't be made in an expression: write a map")

    def member_dot_arg(self, tree: Node) -> Any:
        owner, name, *rest = tree.children
        arguments = _children(rest)
        if name in COMPREHENSIONS:
            return Comprehension(tree, self.visit(owner), self._body).run(arguments)
        return self._call(str(name), [owner, *arguments], tree)

    def ident_arg(self, tree: Node) -> Any:
        name, *rest = tree.children
        arguments = _children(rest)
        if name == "has":
            return celtypes.BoolType(self._has(arguments[0]))
        if name == "dyn":
            return self.visit(arguments[0])
        return self._call(str(name), arguments, tree)

    dot_ident_arg = ident_arg

    def ident(self, tree: Node) -> Any:
        name = str(tree.children[0])
        if name in self.locals:
            return self.locals[name]
        try:
            return prepare(self.scope[name])
        except KeyError:
            raise at(tree, f"`{name}` is not known") from None

    dot_ident = ident

    def literal(self, tree: Node) -> Any:
        return cast(Any, tree.meta).value

    def list_lit(self, tree: Node) -> Any:
        return celtypes.ListType(self.visit(item) for item in _children(tree.children))

    def map_lit(self, tree: Node) -> Any:
        entries = _children(tree.children)
        result: Any = celtypes.MapType()
        for key_tree, value_tree in zip(entries[::2], entries[1::2], strict=True):
            key = self.visit(key_tree)
            if isinstance(key, float) or not isinstance(key, str | int):
                raise at(tree, f"{type_name(key)} can't be the key of a map")
            if any(equal(key, other) for other in result):
                raise at(tree, f"the key `{key}` stands twice in one map")
            result[key] = self.visit(value_tree)
        return result

    def _has(self, tree: Node) -> bool:
        """`has(e.f)`: whether the field is there. An error inside `e` stays one."""
        if tree.data != "member_dot":
            raise at(tree, "`has` needs a field, as in `has(request.reservationId)`")
        owner, name = self.visit(tree.children[0]), str(tree.children[1])
        match owner:
            case Record():
                try:
                    return owner.present(name)
                except KeyError:
                    raise at(tree, f"`{type_name(owner)}` has no field `{name}`") from None
            case dict():
                return name in owner
            case _:
                raise at(tree, f"{type_name(owner)} has no fields")

    def _call(self, name: str, arguments: list[Node], tree: Node) -> Any:
        function = FUNCTIONS.get(name)
        if function is None:
            raise at(tree, f"there is no function `{name}`")
        values = [self.visit(argument) for argument in arguments]
        try:
            return prepare(function(*values))
        except EvaluationError as error:
            raise located(error, tree) from None
        except (TypeError, AttributeError):
            kinds = ", ".join(type_name(value) for value in values)
            raise at(tree, f"no function `{name}` for ({kinds})") from None
        except (ValueError, OverflowError):
            raise at(tree, f"the result of `{name}` is out of range") from None

    def _body(self, variable: Node, body: Node, element: Any) -> Any:
        """A macro's body for one element: its variable hides others of that name."""
        if variable.data != "ident":
            raise at(variable, "a macro takes a name first, as in `list.map(item, item + 1)`")
        self.steps += 1
        if self.steps > STEP_LIMIT:
            raise CostError(f"the expression takes more than {STEP_LIMIT} steps")
        outer = self.locals
        self.locals = {**outer, str(variable.children[0]): element}
        try:
            return self.visit(body)
        finally:
            self.locals = outer


def located(error: EvaluationError, tree: Node) -> EvaluationError:
    """The error with the place of a node, if it has none yet."""
    if error.line is None:
        error.line, error.column = tree.meta.line, tree.meta.column
    return error


def _operands(tree: Node) -> list[Node]:
    """All operands of a chain like `a || b || c`, which the grammar nests to the left."""
    operands: list[Node] = []
    node = tree
    while node.data == tree.data:
        node, last = node.children
        operands.append(last)
    return [node, *reversed(operands)]


def _children(parts: list[Any]) -> list[Node]:
    """The arguments under an optional `exprlist` or `mapinits`."""
    return list(parts[0].children) if parts else []


def _select(owner: Any, name: str, tree: Node) -> Any:
    match owner:
        case Record():
            try:
                return owner.read(name)
            except KeyError:
                raise at(tree, f"`{type_name(owner)}` has no field `{name}`") from None
            except EvaluationError as error:
                # The trouble is in the value itself (a variable), not here.
                raise error from None
        case dict():
            if name not in owner:
                raise at(tree, f"no such key: `{name}`")
            return owner[name]
        case _:
            raise at(tree, f"{type_name(owner)} has no field `{name}`")
