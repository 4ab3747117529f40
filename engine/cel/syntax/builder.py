"""lark's tree becomes a tree of nodes."""

from collections.abc import Sequence
from typing import NoReturn

from lark import Token, Tree

from engine.cel.errors import CelProblem, CelSyntaxError
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
    ListLiteral,
    Literal,
    Logical,
    MapEntry,
    MapLiteral,
    Name,
    Node,
    Select,
    StructField,
    StructLiteral,
    Unary,
)

_MEANINGFUL = frozenset(
    {
        "IDENT",
        "ESC_IDENT",
        "INT_LIT",
        "UINT_LIT",
        "FLOAT_LIT",
        "STRING_LIT",
        "MLSTRING_LIT",
        "BYTES_LIT",
    }
)
"""The tokens that are more than punctuation."""
_CONSTANTS = {"true": True, "false": False, "null": None}
_KEYWORDS = frozenset({"in", *_CONSTANTS})
_RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
        "in",
    ]
)
_BINARY = {
    "relation_lt": "<", "relation_le": "<=", "relation_gt": ">", "relation_ge": ">=",
    "relation_eq": "==", "relation_ne": "!=", "relation_in": "in",
    "addition_add": "+", "addition_sub": "-",
    "multiplication_mul": "*", "multiplication_div": "/", "multiplication_mod": "%",
}  # fmt: skip


def refuse(text: str, start: int, end: int, message: str, *, hint: str | None = None) -> NoReturn:
    raise CelSyntaxError([CelProblem.at(text, start, end, message, hint=hint)])


class Builder:
    """
    Makes nodes of lark's tree, children first.

    It keeps its own stack: a text of 20,000 brackets must not meet Python's recursion limit.
    """

    def __init__(self, text: str, *, macros: bool = True) -> None:
        self.text = text
        self.expand = expand if macros else _unexpanded

    def build(self, tree: "Tree[Token]") -> Node:
        built: dict[int, tuple[object, int, int]] = {}
        for subtree in _bottom_up(tree):
            children = [
                built.pop(id(child))
                if isinstance(child, Tree)
                else (child, child.start_pos or 0, child.end_pos or 0)
                for child in subtree.children
            ]
            start, end = children[0][1], children[-1][2]
            parts = [
                part
                for part, _, _ in children
                if not isinstance(part, Token) or part.type in _MEANINGFUL
            ]
            built[id(subtree)] = self._node(str(subtree.data), start, end, parts), start, end
        node = built[id(tree)][0]
        assert isinstance(node, Node)
        return node

    def _node(self, rule: str, start: int, end: int, parts: Sequence[object]) -> object:
        try:
            return self._make(rule, start, end, parts)
        except BadLiteral as problem:
            start += problem.offset
            end = end if problem.length is None else start + problem.length
            refuse(self.text, start, end, problem.message, hint=problem.hint)
        except BadMacro as problem:
            refuse(self.text, problem.node.start, problem.node.end, problem.message)

    def _make(self, rule: str, start: int, end: int, parts: Sequence[object]) -> object:
        match rule, parts:
            case "literal", (Token() as token,):
                return _literal(token, start, end)
            case (("ident" | "dot_ident"), (Token() as token,)):
                if token in _CONSTANTS and rule == "ident":
                    return Literal(start=start, end=end, value=_CONSTANTS[str(token)])
                self._check_name(token)
                return Name(start=start, end=end, name=str(token), absolute=rule == "dot_ident")
            case (("ident_arg" | "dot_ident_arg"), (Token() as token, *rest)):
                self._check_name(token)
                return self.expand(
                    Call(
                        start=start,
                        end=end,
                        function=str(token),
                        target=None,
                        arguments=_arguments(rest),
                    )
                )
            case "paren_expr" | "exprlist", _:
                return parts[0] if rule == "paren_expr" else tuple(parts)
            case (("member_dot" | "member_opt_dot"), (Node() as operand, Token() as token)):
                return Select(
                    start=start,
                    end=end,
                    operand=operand,
                    field=self._field(token),
                    optional=rule == "member_opt_dot",
                )
            case "member_dot_arg", (Node() as operand, Token() as token, *rest):
                return self.expand(
                    Call(
                        start=start,
                        end=end,
                        function=self._field(token),
                        target=operand,
                        arguments=_arguments(rest),
                    )
                )
            case (("member_index" | "member_opt_index"), (Node() as operand, Node() as index)):
                return Index(
                    start=start,
                    end=end,
                    operand=operand,
                    index=index,
                    optional=rule == "member_opt_index",
                )
            case "unary", (str() as operator, Node() as operand):
                return Unary(start=start, end=end, operator=operator, operand=operand)
            case "unary_not", _:
                return "!"
            case "unary_neg", _:
                return "-"
            case (("relation" | "addition" | "multiplication"), ((str() as operator, left), right)):
                assert isinstance(left, Node)
                assert isinstance(right, Node)
                return Binary(start=start, end=end, operator=operator, left=left, right=right)
            case (("conditionalor" | "conditionaland"), (Node() as left, Node() as right)):
                operator = "||" if rule == "conditionalor" else "&&"
                return _logical(operator, left, right, start, end)
            case "expr", (Node() as condition, Node() as then, Node() as otherwise):
                return Conditional(
                    start=start, end=end, condition=condition, then=then, otherwise=otherwise
                )
            case _ if rule in _BINARY:
                return (_BINARY[rule], parts[0])
            case _:
                return self._aggregate(rule, start, end, parts)

    def _aggregate(self, rule: str, start: int, end: int, parts: Sequence[object]) -> object:
        match rule, parts:
            case "optional_element", (Node() as element,):
                return (element, True)
            case "list_lit", _:
                pairs = [part if isinstance(part, tuple) else (part, False) for part in parts]
                return ListLiteral(
                    start=start,
                    end=end,
                    elements=tuple(node for node, _ in pairs),
                    optional=tuple(optional for _, optional in pairs),
                )
            case (("map_entry" | "optional_map_entry"), (Node() as key, Node() as value)):
                return MapEntry(key=key, value=value, optional=rule == "optional_map_entry")
            case "map_lit", _:
                entries = tuple(part for part in parts if isinstance(part, MapEntry))
                return MapLiteral(start=start, end=end, entries=entries)
            case (("field_entry" | "optional_field_entry"), (Token() as token, Node() as value)):
                optional = rule == "optional_field_entry"
                return StructField(field=self._field(token), value=value, optional=optional)
            case "member_object", (Node() as operand, *rest):
                fields = tuple(part for part in rest if isinstance(part, StructField))
                name = self.text[operand.start : operand.end]
                return StructLiteral(start=start, end=end, name=name, fields=fields)
            case _:
                raise AssertionError(f"no node for {rule} of {parts}")

    def _check_name(self, token: Token) -> None:
        if token in _RESERVED or token in _CONSTANTS:
            start = token.start_pos or 0
            message = f"`{token}` is a reserved word"
            hint = "as a field it may follow a dot" if token not in _KEYWORDS else None
            refuse(self.text, start, start + len(token), message, hint=hint)

    def _field(self, token: Token) -> str:
        if token.type == "ESC_IDENT":
            return str(token)[1:-1]
        if token in _KEYWORDS:
            start = token.start_pos or 0
            hint = f"write ['{token}']"
            message = f"`{token}` is a keyword and can't follow a dot"
            refuse(self.text, start, start + len(token), message, hint=hint)
        return str(token)


def _bottom_up(tree: "Tree[Token]") -> list["Tree[Token]"]:
    order: list[Tree[Token]] = []
    stack = [tree]
    while stack:
        at = stack.pop()
        order.append(at)
        stack.extend(child for child in at.children if isinstance(child, Tree))
    order.reverse()
    return order


def _unexpanded(call: Call) -> Node:
    return call


def _arguments(rest: Sequence[object]) -> tuple[Node, ...]:
    arguments = rest[0] if rest else ()
    assert isinstance(arguments, tuple)
    return arguments


def _logical(operator: str, left: Node, right: Node, start: int, end: int) -> Logical:
    # `a && b && c` nests to the left; flat, a chain may be long without being deep.
    if isinstance(left, Logical) and left.operator == operator:
        operands = (*left.operands, right)
    else:
        operands = (left, right)
    return Logical(start=start, end=end, operator=operator, operands=operands)


def _literal(token: Token, start: int, end: int) -> Literal:
    match token.type:
        case "INT_LIT":
            value: int | float | str | bytes = read_int(token)
        case "UINT_LIT":
            value = read_uint(token)
        case "FLOAT_LIT":
            value = read_double(token)
        case "BYTES_LIT":
            value = read_bytes(token)
        case _:
            value = read_string(token)
    return Literal(start=start, end=end, value=value)
