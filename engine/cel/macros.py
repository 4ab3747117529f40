"""
The macros over lists and maps: `all`, `exists`, `exists_one`, `filter`, `map`.

CEL langdef "Macros". An element that decides (`false` for all, `true` for exists) absorbs errors
in the others; in the other macros an error in any element is the error of the whole.
"""

from collections.abc import Callable, Iterator
from typing import Any

from celpy import celtypes
from lark import Tree

from engine.cel.errors import EvaluationError
from engine.cel.values import Record, prepare, type_name

Node = Tree[Any]
TRUE, FALSE = celtypes.BoolType(True), celtypes.BoolType(False)

Body = Callable[[Node, Node, Any], Any]
"""Evaluates a body with its variable set to one element."""


class Comprehension:
    """One call of a macro: what it runs over, and how its bodies are evaluated."""

    def __init__(self, tree: Node, owner: Any, body: Body) -> None:
        self.tree = tree
        self.name = str(tree.children[1])
        self.body = body
        self.elements = self._elements(owner)

    def run(self, arguments: list[Node]) -> Any:
        variable, *rest = arguments
        match self.name:
            case "all":
                return self._decided(self._results(variable, *rest), decisive=False)
            case "exists":
                return self._decided(self._results(variable, *rest), decisive=True)
            case "exists_one":
                return celtypes.BoolType(len(self._chosen(variable, *rest)) == 1)
            case "filter":
                return celtypes.ListType(self._chosen(variable, *rest))
            case _:
                return self._mapped(variable, *rest)

    def _elements(self, owner: Any) -> list[Any]:
        match owner:
            case list() | dict():
                return list(owner)
            case Record():
                return [prepare(name) for name in owner.names()]
            case _:
                kind = type_name(owner)
                raise at(self.tree, f"`{self.name}` needs a list or a map, not {kind}")

    def _results(self, variable: Node, body: Node) -> Iterator[Any]:
        """The body's value for each element, or its error."""
        for element in self.elements:
            try:
                yield self.body(variable, body, element)
            except EvaluationError as error:
                yield error

    def _decided(self, results: Iterator[Any], *, decisive: bool) -> Any:
        error: EvaluationError | None = None
        for result in results:
            if isinstance(result, EvaluationError):
                error = error or result
            elif not isinstance(result, celtypes.BoolType):
                error = error or self._not_bool(result)
            elif bool(result) is decisive:
                return result
        if error:
            raise error
        return FALSE if decisive else TRUE

    def _chosen(self, variable: Node, condition: Node) -> list[Any]:
        chosen: list[Any] = []
        for element in self.elements:
            result = self.body(variable, condition, element)
            if not isinstance(result, celtypes.BoolType):
                raise self._not_bool(result)
            if result:
                chosen.append(element)
        return chosen

    def _mapped(self, variable: Node, *rest: Node) -> Any:
        *conditions, body = rest
        for condition in conditions:
            self.elements = self._chosen(variable, condition)
        return celtypes.ListType(self.body(variable, body, element) for element in self.elements)

    def _not_bool(self, value: Any) -> EvaluationError:
        return at(self.tree, f"`{self.name}` needs a bool, not {type_name(value)}")


def at(tree: Node, message: str) -> EvaluationError:
    """An error at the place of a node."""
    return EvaluationError(message, line=tree.meta.line, column=tree.meta.column)
