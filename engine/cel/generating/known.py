"""What types say about Python: where its operators mean the same as CEL's."""

from collections import deque

from engine.cel.checking.environment import Environment
from engine.cel.checking.findings import Checked
from engine.cel.checking.types import NUMBERS, Type, not_null
from engine.cel.syntax.nodes import Literal, Node, Select
from engine.cel.values.equality import DOUBLE_EXACT

_SAME_IN_PYTHON = frozenset({"bool", "int", "uint", "double", "string", "bytes", "duration"})
"""Kinds whose values Python compares with each other as CEL does."""
_TEXTS = frozenset({"string", "bytes"})


def is_plain_literal(value: object, other: str) -> bool:
    """Whether Python's `==` is right for a literal and all values of a kind, also of `dyn`."""
    if isinstance(value, str | bytes):
        return True
    if not isinstance(value, int | float) or not -DOUBLE_EXACT < value < DOUBLE_EXACT:
        return False
    # Python takes True for 1.
    return value not in (0, 1) or other in NUMBERS


def same_in_python(left: str, right: str, *, coarse: bool) -> bool:
    """Whether `==` of Python is right; `coarse`: one is a timestamp without nanoseconds."""
    if left == right:
        return coarse if left == "timestamp" else left in _SAME_IN_PYTHON or left == "null"
    if {left, right} == {"int", "uint"}:
        return True
    return bool(_TEXTS & {left, right}) or "null" in (left, right)


def ordered_in_python(left: str, right: str, *, coarse: bool, small: bool) -> bool:
    """
    Whether `<` of Python is right, or fails.

    `coarse`: both are timestamps without nanoseconds; `small`: one is a small number.
    """
    if left == right:
        return coarse if left == "timestamp" else left in _SAME_IN_PYTHON
    if {left, right} == {"int", "uint"}:
        return True
    return {left, right} <= NUMBERS and small


def attribute_of(of: Type, field: str) -> str | None:
    """The Python attribute that a field of a struct is; None where that is not known."""
    if of.definition is None or of.kind != "struct":
        return None
    row = of.definition.fields.get(field)
    return None if row is None else row.attribute


def attribute_path(checked: Checked, environment: Environment) -> str | None:
    """What `attrgetter` needs, for an expression that only reads fields of structs."""
    node, fields = checked.node, deque[str]()
    while node not in checked.references:
        attribute = None
        if isinstance(node, Select) and not node.optional:
            attribute = attribute_of(not_null(checked.types[node.operand]), node.field)
        if attribute is None or not isinstance(node, Select):
            return None
        fields.appendleft(attribute)
        node = node.operand
    reference = checked.references[node]
    if reference.kind != "variable" or environment.scope != "attributes":
        return None
    return ".".join((environment.attributes.get(reference.name, reference.name), *fields))


def is_certain(argument: Type, parameter: Type) -> bool:
    """Whether an argument of this type surely is what the parameter takes."""
    if parameter.kind in ("dyn", "param"):
        return True
    if parameter.kind == "nullable":
        return argument.kind == "null" or is_certain(not_null(argument), parameter.parameters[0])
    return (
        argument.kind == parameter.kind
        and argument.name == parameter.name
        and all(map(is_certain, argument.parameters, parameter.parameters))
    )


def is_small_number(node: Node) -> bool:
    """A written number for which comparing exactly and as doubles is the same."""
    return (
        isinstance(node, Literal)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and -DOUBLE_EXACT < node.value < DOUBLE_EXACT
    )
