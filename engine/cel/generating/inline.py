"""Functions that Python has, too: shorter and quicker than a call of ours."""

import ast
from collections.abc import Callable, Mapping

from engine.cel.functions.standard import pattern
from engine.cel.generating.emitter import Emitter
from engine.cel.syntax.nodes import Call, Literal


def _method(name: str) -> Callable[[Emitter, Call], ast.expr | None]:
    def inline(emitter: Emitter, node: Call) -> ast.expr | None:
        arguments = emitter.costs.arguments(node)
        if any(emitter.kind(each) != "string" for each in arguments) or emitter.repeated:
            return None
        target, *rest = map(emitter.emit, arguments)
        return ast.Call(ast.Attribute(target, name, ast.Load()), rest, [])

    return inline


def _contains(emitter: Emitter, node: Call) -> ast.expr | None:
    text, part = emitter.costs.arguments(node)
    if emitter.kind(text) != "string" or emitter.kind(part) != "string" or emitter.repeated:
        return None
    # The order of evaluation doesn't matter: an expression has no effects.
    return ast.Compare(emitter.emit(part), [ast.In()], [emitter.emit(text)])


def _matches(emitter: Emitter, node: Call) -> ast.expr | None:
    text, expression = emitter.costs.arguments(node)
    if emitter.kind(text) != "string" or not isinstance(expression, Literal) or emitter.repeated:
        return None
    try:
        search = pattern(str(expression.value)).search
    except Exception:  # it fails when it is evaluated, too, and says so there
        return None
    encoded = ast.Call(ast.Attribute(emitter.emit(text), "encode", ast.Load()), [], [])
    found = ast.Call(emitter.shared(search), [encoded], [])
    return ast.Compare(found, [ast.IsNot()], [ast.Constant(None)])


def _string(emitter: Emitter, node: Call) -> ast.expr | None:
    (value,) = node.arguments
    if emitter.checked.types[value].kind != "int":
        return None
    return emitter.call(str, emitter.emit(value))


INLINE: Mapping[str, Callable[[Emitter, Call], ast.expr | None]] = {
    "startsWith": _method("startswith"),
    "endsWith": _method("endswith"),
    "contains": _contains,
    "matches": _matches,
    "string": _string,
}
"""What a call becomes, by the name of the function; None where it needs a call after all."""
