"""What the rules of the grammar stand for: nodes."""

from collections.abc import Callable, Mapping, Sequence

from engine.cel.syntax.aggregates import AGGREGATES, inside
from engine.cel.syntax.automaton import Maker, Part
from engine.cel.syntax.literals import (
    BadLiteral,
    read_bytes,
    read_double,
    read_int,
    read_string,
    read_uint,
)
from engine.cel.syntax.macros import BadMacro, expand
from engine.cel.syntax.nodes import (
    Binary,
    Call,
    Conditional,
    Index,
    Literal,
    Logical,
    Name,
    Node,
    Scalar,
    Select,
    Unary,
)
from engine.cel.syntax.parts import (
    CONSTANTS,
    arguments_of,
    check_name,
    field_of,
    node_of,
    refuse,
    text_of,
)

_LITERALS: Mapping[str, Callable[[str], Scalar]] = {
    "INT_LIT": read_int,
    "UINT_LIT": read_uint,
    "FLOAT_LIT": read_double,
    "BYTES_LIT": read_bytes,
    "STRING_LIT": read_string,
    "MLSTRING_LIT": read_string,
}
_BINARY = {
    "relation_lt": "<", "relation_le": "<=", "relation_gt": ">", "relation_ge": ">=",
    "relation_eq": "==", "relation_ne": "!=", "relation_in": "in",
    "addition_add": "+", "addition_sub": "-",
    "multiplication_mul": "*", "multiplication_div": "/", "multiplication_mod": "%",
}  # fmt: skip


def maker_of(rule: str, expansion: tuple[str, ...]) -> Maker:
    """What makes the node of a rule."""
    if rule == "literal":
        return _literal(_LITERALS[expansion[0]])
    if rule in _BINARY:
        return _operator_after(_BINARY[rule])
    return _MAKERS[rule]


def maker_without_macros(rule: str, expansion: tuple[str, ...]) -> Maker:
    """The same where `has`, `all` and the others are ordinary functions."""
    return _CALLS.get(rule) or maker_of(rule, expansion)


def nothing_of(rule: str, expansion: tuple[str, ...]) -> Maker:
    """What makes nothing, where it only counts whether a text can be read."""
    return _nothing


def _nothing(text: str, start: int, end: int, parts: Sequence[Part]) -> None:
    return None


def _literal(read: Callable[[str], Scalar]) -> Maker:
    def make(text: str, start: int, end: int, parts: Sequence[Part]) -> Literal:
        try:
            return Literal(start=start, end=end, value=read(text_of(parts[0])))
        except BadLiteral as problem:
            at = start + problem.offset
            to = end if problem.length is None else at + problem.length
            refuse(text, at, to, problem.message, hint=problem.hint)

    return make


def _name(text: str, start: int, end: int, parts: Sequence[Part]) -> Node:
    name = text_of(parts[0])
    if name in CONSTANTS:
        return Literal(start=start, end=end, value=CONSTANTS[name])
    check_name(text, parts[0])
    return Name(start=start, end=end, name=name)


def _absolute_name(text: str, start: int, end: int, parts: Sequence[Part]) -> Name:
    check_name(text, parts[1])
    return Name(start=start, end=end, name=text_of(parts[1]), absolute=True)


def _call(text: str, start: int, end: int, parts: Sequence[Part]) -> Call:
    """`function(…)` or `.function(…)`."""
    name = parts[1] if parts[0][0] == "." else parts[0]
    check_name(text, name)
    arguments = arguments_of(parts[-2])
    return Call(start=start, end=end, function=text_of(name), target=None, arguments=arguments)


def _member_call(text: str, start: int, end: int, parts: Sequence[Part]) -> Call:
    function, arguments = field_of(text, parts[2]), arguments_of(parts[-2])
    return Call(
        start=start, end=end, function=function, target=node_of(parts[0]), arguments=arguments
    )


def _expanded(make: Callable[[str, int, int, Sequence[Part]], Call]) -> Maker:
    def expanding(text: str, start: int, end: int, parts: Sequence[Part]) -> Node:
        try:
            return expand(make(text, start, end, parts))
        except BadMacro as problem:
            refuse(text, problem.node.start, problem.node.end, problem.message)

    return expanding


def _select(text: str, start: int, end: int, parts: Sequence[Part]) -> Select:
    """`operand.field` or `operand.?field`."""
    field = field_of(text, parts[-1])
    optional = len(parts) == 4
    return Select(start=start, end=end, operand=node_of(parts[0]), field=field, optional=optional)


def _index(text: str, start: int, end: int, parts: Sequence[Part]) -> Index:
    """`operand[index]` or `operand[?index]`."""
    operand, index = node_of(parts[0]), node_of(parts[-2])
    return Index(start=start, end=end, operand=operand, index=index, optional=len(parts) == 5)


def _unary(text: str, start: int, end: int, parts: Sequence[Part]) -> Unary:
    return Unary(start=start, end=end, operator=text_of(parts[0]), operand=node_of(parts[1]))


def _operator_after(operator: str) -> Maker:
    def make(text: str, start: int, end: int, parts: Sequence[Part]) -> tuple[str, Node]:
        return operator, node_of(parts[0])

    return make


def _binary(text: str, start: int, end: int, parts: Sequence[Part]) -> Binary:
    (begun, right) = parts
    assert isinstance(begun[0], tuple)
    operator, left = begun[0]
    return Binary(start=start, end=end, operator=operator, left=left, right=node_of(right))


def _logical(text: str, start: int, end: int, parts: Sequence[Part]) -> Logical:
    left, operator, right = node_of(parts[0]), text_of(parts[1]), node_of(parts[2])
    # `a && b && c` nests to the left; flat, a chain may be long without being deep.
    if isinstance(left, Logical) and left.operator == operator:
        operands = (*left.operands, right)
    else:
        operands = (left, right)
    return Logical(start=start, end=end, operator=operator, operands=operands)


def _conditional(text: str, start: int, end: int, parts: Sequence[Part]) -> Conditional:
    condition, then, otherwise = (node_of(part) for part in parts[::2])
    return Conditional(start=start, end=end, condition=condition, then=then, otherwise=otherwise)


_CALLS = {"ident_arg": _call, "dot_ident_arg": _call, "member_dot_arg": _member_call}
_MAKERS: Mapping[str, Maker] = {
    **{rule: _expanded(make) for rule, make in _CALLS.items()},
    "ident": _name,
    "dot_ident": _absolute_name,
    "member_dot": _select,
    "member_opt_dot": _select,
    "member_index": _index,
    "member_opt_index": _index,
    "unary": _unary,
    "unary_not": inside,
    "unary_neg": inside,
    "multiplication": _binary,
    "addition": _binary,
    "relation": _binary,
    "conditionaland": _logical,
    "conditionalor": _logical,
    "expr": _conditional,
    "paren_expr": inside,
    **AGGREGATES,
}
