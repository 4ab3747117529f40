"""What the parts of a rule are: nodes, names, lists of values."""

from typing import NoReturn, TypeVar

from engine.cel.errors import CelProblem, CelSyntaxError
from engine.cel.syntax.automaton import Part
from engine.cel.syntax.nodes import Node

CONSTANTS = {"true": True, "false": False, "null": None}
_KEYWORDS = frozenset({"in", *CONSTANTS})
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
Kind = TypeVar("Kind")


def refuse(text: str, start: int, end: int, message: str, *, hint: str | None = None) -> NoReturn:
    raise CelSyntaxError([CelProblem.at(text, start, end, message, hint=hint)])


def node_of(part: Part) -> Node:
    assert isinstance(part[0], Node)
    return part[0]


def text_of(part: Part) -> str:
    assert isinstance(part[0], str)
    return part[0]


def all_of(part: Part, kind: type[Kind]) -> list[Kind]:
    """The listed values; a bracket in their place says that there are none."""
    made = part[0] if isinstance(part[0], list) else []
    assert all(isinstance(each, kind) for each in made)
    return made


def arguments_of(part: Part) -> tuple[Node, ...]:
    """The arguments; a bracket in their place says that there are none."""
    return part[0] if isinstance(part[0], tuple) else ()


def check_name(text: str, part: Part) -> None:
    name, start, end = text_of(part), part[1], part[2]
    if name in _RESERVED or name in CONSTANTS:
        hint = "as a field it may follow a dot" if name not in _KEYWORDS else None
        refuse(text, start, end, f"`{name}` is a reserved word", hint=hint)


def field_of(text: str, part: Part) -> str:
    name = text_of(part)
    if name.startswith("`"):
        return name[1:-1]
    if name in _KEYWORDS:
        message = f"`{name}` is a keyword and can't follow a dot"
        refuse(text, part[1], part[2], message, hint=f"write ['{name}']")
    return name
