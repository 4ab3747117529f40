"""What an expression mentions: names with the fields read from them, functions, comparisons."""

from dataclasses import dataclass, field

from lark import Token, Tree

from engine.cel.functions import COMPREHENSIONS

Node = Tree[Token]


@dataclass(frozen=True)
class Part:
    """One name of a chain like `request.idTag`, and where it stands in the expression."""

    name: str
    line: int
    column: int


@dataclass(frozen=True)
class Reference:
    """A name and the fields read from it one after the other: `tag.labels.site`."""

    parts: tuple[Part, ...]

    @property
    def root(self) -> str:
        return self.parts[0].name


@dataclass(frozen=True)
class Call:
    """A function by name, called as such or as a method."""

    name: Part
    arguments: int
    is_macro: bool


@dataclass(frozen=True)
class Comparison:
    """A reference compared for equality with a literal: `request.status == 'Faulted'`."""

    reference: Reference
    literal: str
    text: Part


@dataclass
class Mentions:
    """All an expression mentions, in the order of the text."""

    references: list[Reference] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    unnamed: list[Part] = field(default_factory=list)
    """Macros whose first argument is not the name of a variable."""


def mentions(tree: Node) -> Mentions:
    found = Mentions()
    _walk(tree, frozenset(), found)
    found.references.sort(key=lambda reference: _place(reference.parts[0]))
    found.calls.sort(key=lambda call: _place(call.name))
    found.comparisons.sort(key=lambda comparison: _place(comparison.text))
    return found


def _place(part: Part) -> tuple[int, int]:
    return part.line, part.column


def _walk(tree: Node, bound: frozenset[str], found: Mentions) -> None:
    """`bound` are the variables of the macros around."""
    match tree.data:
        case "member_dot" | "ident" | "dot_ident":
            _reference(tree, bound, found)
        case "member_dot_arg":
            _method(tree, bound, found)
        case "ident_arg" | "dot_ident_arg":
            name, *arguments = tree.children
            _call(name, arguments, name in {"has", "dyn"}, found)
            _children(arguments, bound, found)
        case "relation":
            _comparison(tree, bound, found)
            _children(tree.children, bound, found)
        case "fieldinits":
            _children(tree.children[1::2], bound, found)
        case _:
            _children(tree.children, bound, found)


def _children(children: list[Node | Token], bound: frozenset[str], found: Mentions) -> None:
    for child in children:
        if isinstance(child, Tree):
            _walk(child, bound, found)


def _reference(tree: Node, bound: frozenset[str], found: Mentions) -> None:
    parts = _chain(tree)
    if parts is None:
        _children(tree.children, bound, found)
    elif parts[0].name not in bound:
        found.references.append(Reference(parts))


def _chain(tree: Node | Token) -> tuple[Part, ...] | None:
    """The names of `a.b.c`; None where the chain begins with something else than a name."""
    if not isinstance(tree, Tree):
        return None
    if tree.data in {"ident", "dot_ident"}:
        return (_part(tree.children[0]),)
    if tree.data == "member_dot":
        owner = _chain(tree.children[0])
        return owner and (*owner, _part(tree.children[1]))
    return None


def _part(token: Node | Token) -> Part:
    assert isinstance(token, Token)
    return Part(str(token), token.line or 1, token.column or 1)


def _method(tree: Node, bound: frozenset[str], found: Mentions) -> None:
    owner, name, *rest = tree.children
    is_macro = name in COMPREHENSIONS
    _call(name, rest, is_macro, found)
    _children([owner], bound, found)
    arguments = [node for part in rest if isinstance(part, Tree) for node in part.children]
    if is_macro and arguments:
        variable = _chain(arguments[0])
        if variable is None or len(variable) > 1:
            found.unnamed.append(_part(name))
        else:
            bound |= {variable[0].name}
        arguments = arguments[1:]
    _children(arguments, bound, found)


def _call(name: Node | Token, rest: list[Node | Token], is_macro: bool, found: Mentions) -> None:
    count = sum(len(part.children) for part in rest if isinstance(part, Tree))
    found.calls.append(Call(_part(name), count, is_macro))


def _comparison(tree: Node, bound: frozenset[str], found: Mentions) -> None:
    operation, right = tree.children
    assert isinstance(operation, Tree)
    if operation.data not in {"relation_eq", "relation_ne"}:
        return
    (left,) = operation.children
    for one, other in ((left, right), (right, left)):
        parts, literal = _chain(one), _literal(other)
        if parts is not None and literal is not None and parts[0].name not in bound:
            place = Part(str(literal), literal.line or 1, literal.column or 1)
            found.comparisons.append(Comparison(Reference(parts), str(literal), place))


def _literal(tree: Node | Token) -> Token | None:
    if isinstance(tree, Tree) and tree.data == "literal":
        (token,) = tree.children
        assert isinstance(token, Token)
        return token
    return None
