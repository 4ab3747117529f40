"""Macros: calls that stand for more than a function could do. langdef.md, "Macros"."""

from collections.abc import Callable

from engine.cel.syntax.nodes import (
    Bind,
    Call,
    Comprehension,
    ComprehensionKind,
    Has,
    Name,
    Node,
    OptionalMap,
    Select,
)


class BadMacro(ValueError):
    """A macro with arguments that it can't take."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message = message
        self.node = node


def expand(call: Call) -> Node:
    """
    What a call stands for; the call itself where it is no macro.

    A macro's name with another number of arguments is an ordinary function call.

    Raises:
        BadMacro: the arguments are not what the macro needs.
    """
    if call.target is None:
        if call.function == "has" and len(call.arguments) == 1:
            return _has(call, call.arguments[0])
        return call
    macro = _MACROS.get((call.function, len(call.arguments)))
    return call if macro is None else macro(call, call.target, call.arguments)


def _has(call: Call, argument: Node) -> Node:
    if not isinstance(argument, Select):
        raise BadMacro("`has` needs a field selection, as in `has(request.idTag)`", argument)
    return Has(start=call.start, end=call.end, selection=argument)


def _variable(node: Node) -> str:
    if isinstance(node, Name) and not node.absolute:
        return node.name
    raise BadMacro("a plain name is needed here, for the variable", node)


def _variables(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    names = tuple(_variable(node) for node in nodes)
    if len(set(names)) < len(names):
        raise BadMacro("the two variables need different names", nodes[1])
    return names


def _comprehension(
    kind: ComprehensionKind, variables: int, *, predicate: bool, result: bool
) -> Callable[[Call, Node, tuple[Node, ...]], Node]:
    def macro(call: Call, target: Node, arguments: tuple[Node, ...]) -> Node:
        rest = arguments[variables:]
        return Comprehension(
            start=call.start,
            end=call.end,
            kind=kind,
            iterable=target,
            variables=_variables(arguments[:variables]),
            predicate=rest[0] if predicate else None,
            result=rest[-1] if result else None,
        )

    return macro


def _bind(call: Call, target: Node, arguments: tuple[Node, ...]) -> Node:
    if not (isinstance(target, Name) and target.name == "cel"):
        return call
    name, value, body = arguments
    return Bind(start=call.start, end=call.end, variable=_variable(name), value=value, body=body)


def _optional_map(flat: bool) -> Callable[[Call, Node, tuple[Node, ...]], Node]:
    def macro(call: Call, target: Node, arguments: tuple[Node, ...]) -> Node:
        name, body = arguments
        return OptionalMap(
            start=call.start,
            end=call.end,
            target=target,
            variable=_variable(name),
            body=body,
            flat=flat,
        )

    return macro


_MACROS: dict[tuple[str, int], Callable[[Call, Node, tuple[Node, ...]], Node]] = {
    ("all", 2): _comprehension("all", 1, predicate=True, result=False),
    ("all", 3): _comprehension("all", 2, predicate=True, result=False),
    ("exists", 2): _comprehension("exists", 1, predicate=True, result=False),
    ("exists", 3): _comprehension("exists", 2, predicate=True, result=False),
    ("exists_one", 2): _comprehension("existsOne", 1, predicate=True, result=False),
    ("exists_one", 3): _comprehension("existsOne", 2, predicate=True, result=False),
    ("existsOne", 2): _comprehension("existsOne", 1, predicate=True, result=False),
    ("existsOne", 3): _comprehension("existsOne", 2, predicate=True, result=False),
    ("map", 2): _comprehension("map", 1, predicate=False, result=True),
    ("map", 3): _comprehension("map", 1, predicate=True, result=True),
    ("filter", 2): _comprehension("filter", 1, predicate=True, result=False),
    ("transformList", 3): _comprehension("transformList", 2, predicate=False, result=True),
    ("transformList", 4): _comprehension("transformList", 2, predicate=True, result=True),
    ("transformMap", 3): _comprehension("transformMap", 2, predicate=False, result=True),
    ("transformMap", 4): _comprehension("transformMap", 2, predicate=True, result=True),
    ("transformMapEntry", 3): _comprehension("transformMapEntry", 2, predicate=False, result=True),
    ("transformMapEntry", 4): _comprehension("transformMapEntry", 2, predicate=True, result=True),
    ("sortBy", 2): _comprehension("sortBy", 1, predicate=False, result=True),
    ("bind", 3): _bind,
    ("optMap", 2): _optional_map(flat=False),
    ("optFlatMap", 2): _optional_map(flat=True),
}
