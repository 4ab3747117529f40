"""
cel-python's interpreter, kept to the CEL specification.

Its tree walk is used as it is; what it gets wrong is replaced: `&&`, `||` and `?:` evaluate only
what they need, errors inside lists and maps are errors, macros don't copy all names for each
element, and fields are read from structs one by one.
"""

from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError, Evaluator
from lark import Tree

from engine.cel.errors import EvaluationError
from engine.cel.functions import FUNCTIONS
from engine.cel.operators import BINARY, equal, index, negate
from engine.cel.values import Record, Scope, prepare, type_name

Node = Tree[Any]
_TRUE, _FALSE = celtypes.BoolType(True), celtypes.BoolType(False)


class Interpreter(Evaluator):
    """One evaluation of one tree. Errors are raised, and absorbed only by `&&`, `||` and macros."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.locals: dict[str, Any] = {}
        self.level = 0

    def run(self, tree: Node) -> Any:
        try:
            return self.visit(tree)
        except EvaluationError:
            raise
        except RecursionError:
            raise EvaluationError("the expression is too complex") from None
        except CELEvalError as error:
            raise EvaluationError(str(error.args[0])) from None
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise EvaluationError(f"{error}") from None

    def __default__(self, tree: Node) -> Any:
        return self._binary(tree)

    def expr(self, tree: Node) -> Any:
        condition, then, otherwise = tree.children
        chosen = self.visit(condition)
        if not isinstance(chosen, celtypes.BoolType):
            raise _at(tree, f"`?:` needs a bool, not {type_name(chosen)}")
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
                error = error or _at(tree, f"`{symbol}` needs bool, not {type_name(value)}")
            elif bool(value) is decisive:
                return value
        if error:
            raise error
        return _FALSE if decisive else _TRUE

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
            raise _located(error, tree) from None

    def unary(self, tree: Node) -> Any:
        operator, operand = tree.children
        assert isinstance(operator, Tree)
        value = self.visit(operand)
        if operator.data == "unary_neg":
            try:
                return negate(value)
            except EvaluationError as error:
                raise _located(error, tree) from None
        if not isinstance(value, celtypes.BoolType):
            raise _at(tree, f"`!` needs a bool, not {type_name(value)}")
        return celtypes.BoolType(not value)

    def member_dot(self, tree: Node) -> Any:
        owner = self.visit(tree.children[0])
        return _select(owner, str(tree.children[1]), tree)

    def member_index(self, tree: Node) -> Any:
        owner, key = (self.visit(child) for child in tree.children)
        try:
            return index(owner, key)
        except EvaluationError as error:
            raise _located(error, tree) from None

    def member_object(self, tree: Node) -> Any:
        raise _at(tree, "messages can't be made in an expression: write a map")

    def member_dot_arg(self, tree: Node) -> Any:
        owner, name, *rest = tree.children
        arguments = _children(rest)
        if str(name) in _MACROS:
            return _MACROS[str(name)](self, tree, self.visit(owner), arguments)
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
            raise _at(tree, f"`{name}` is not known") from None

    dot_ident = ident

    def literal(self, tree: Node) -> Any:
        value = super().literal(tree)
        if isinstance(value, CELEvalError):
            raise _at(tree, f"`{tree.children[0]}` is out of range")
        return value

    def list_lit(self, tree: Node) -> Any:
        return celtypes.ListType(self.visit(item) for item in _children(tree.children))

    def map_lit(self, tree: Node) -> Any:
        entries = _children(tree.children)
        result: Any = celtypes.MapType()
        for key_tree, value_tree in zip(entries[::2], entries[1::2], strict=True):
            key = self.visit(key_tree)
            if isinstance(key, float) or not isinstance(key, str | int):
                raise _at(tree, f"{type_name(key)} can't be the key of a map")
            if any(equal(key, other) for other in result):
                raise _at(tree, f"the key `{key}` stands twice in one map")
            result[key] = self.visit(value_tree)
        return result

    def _has(self, tree: Node) -> bool:
        """`has(e.f)`: whether the field is there. An error inside `e` stays one."""
        if tree.data != "member_dot":
            raise _at(tree, "`has` needs a field, as in `has(request.reservationId)`")
        owner, name = self.visit(tree.children[0]), str(tree.children[1])
        match owner:
            case Record():
                try:
                    return owner.present(name)
                except KeyError:
                    raise _at(tree, f"`{type_name(owner)}` has no field `{name}`") from None
            case dict():
                return name in owner
            case _:
                raise _at(tree, f"{type_name(owner)} has no fields")

    def _call(self, name: str, arguments: list[Node], tree: Node) -> Any:
        function = FUNCTIONS.get(name)
        if function is None:
            raise _at(tree, f"there is no function `{name}`")
        values = [self.visit(argument) for argument in arguments]
        try:
            return prepare(function(*values))
        except EvaluationError as error:
            raise _located(error, tree) from None
        except (TypeError, AttributeError):
            kinds = ", ".join(type_name(value) for value in values)
            raise _at(tree, f"no function `{name}` for ({kinds})") from None
        except (ValueError, OverflowError):
            raise _at(tree, f"the result of `{name}` is out of range") from None

    def _each(self, tree: Node, owner: Any, variable: Node, body: Node) -> list[Any]:
        """The body's value, or its error, for each element of a list or key of a map."""
        name = str(next(iter(variable.find_data("ident"))).children[0])
        outer = self.locals
        results: list[Any] = []
        try:
            for item in _elements(tree, owner):
                self.locals = {**outer, name: item}
                try:
                    results.append(self.visit(body))
                except EvaluationError as error:
                    results.append(error)
        finally:
            self.locals = outer
        return results


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


def _elements(tree: Node, owner: Any) -> list[Any]:
    match owner:
        case list() | dict():
            return list(owner)
        case Record():
            return [prepare(name) for name in owner.names()]
        case _:
            raise _at(tree, f"`{tree.children[1]}` needs a list or a map, not {type_name(owner)}")


def _select(owner: Any, name: str, tree: Node) -> Any:
    match owner:
        case Record():
            try:
                return owner.read(name)
            except KeyError:
                raise _at(tree, f"`{type_name(owner)}` has no field `{name}`") from None
            except EvaluationError as error:
                # The trouble is in the value itself (a variable), not here.
                raise error from None
        case dict():
            if name not in owner:
                raise _at(tree, f"no such key: `{name}`")
            return owner[name]
        case _:
            raise _at(tree, f"{type_name(owner)} has no field `{name}`")


def _all(self: Interpreter, tree: Node, owner: Any, arguments: list[Node]) -> Any:
    return _fold(tree, self._each(tree, owner, *arguments), decisive=False)


def _exists(self: Interpreter, tree: Node, owner: Any, arguments: list[Node]) -> Any:
    return _fold(tree, self._each(tree, owner, *arguments), decisive=True)


def _fold(tree: Node, results: list[Any], *, decisive: bool) -> Any:
    error: EvaluationError | None = None
    for result in results:
        if isinstance(result, EvaluationError):
            error = error or result
        elif not isinstance(result, celtypes.BoolType):
            error = error or _not_bool(tree, result)
        elif bool(result) is decisive:
            return result
    if error:
        raise error
    return _FALSE if decisive else _TRUE


def _exists_one(self: Interpreter, tree: Node, owner: Any, arguments: list[Node]) -> Any:
    return celtypes.BoolType(sum(_bools(tree, self._each(tree, owner, *arguments))) == 1)


def _filter(self: Interpreter, tree: Node, owner: Any, arguments: list[Node]) -> Any:
    chosen = _bools(tree, self._each(tree, owner, *arguments))
    pairs = zip(_elements(tree, owner), chosen, strict=True)
    return celtypes.ListType(item for item, keep in pairs if keep)


def _map(self: Interpreter, tree: Node, owner: Any, arguments: list[Node]) -> Any:
    variable, *conditions, body = arguments
    for condition in conditions:
        owner = _filter(self, tree, owner, [variable, condition])
    return celtypes.ListType(_raised(result) for result in self._each(tree, owner, variable, body))


def _bools(tree: Node, results: list[Any]) -> list[bool]:
    for result in results:
        if not isinstance(_raised(result), celtypes.BoolType):
            raise _not_bool(tree, result)
    return [bool(result) for result in results]


def _raised(result: Any) -> Any:
    if isinstance(result, EvaluationError):
        raise result
    return result


def _not_bool(tree: Node, value: Any) -> EvaluationError:
    return _at(tree, f"`{tree.children[1]}` needs a bool, not {type_name(value)}")


def _at(tree: Node, message: str) -> EvaluationError:
    return EvaluationError(message, line=tree.meta.line, column=tree.meta.column)


def _located(error: EvaluationError, tree: Node) -> EvaluationError:
    if error.line is None:
        error.line, error.column = tree.meta.line, tree.meta.column
    return error


_MACROS = {
    "all": _all,
    "exists": _exists,
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
}
