"""
The answer a rule gives: YAML with `${ cel }` in it, or one expression.

A value that is nothing but `${ … }` keeps the type of the expression; inside text it is put in as
text. A key that ends in `?` is left out when its value is null.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from engine.cel import EvaluationError, plain_value, text_of
from engine.policy.deciding.placed import Cel
from protocol.types import Message


class Template:
    """A value of a response, to be made for each decision."""

    def render(self, scope: Any) -> object:
        """As plain Python. Raises EvaluationError."""
        raise NotImplementedError

    def expressions(self) -> Iterator[Cel]:
        yield from ()


@dataclass(frozen=True, slots=True)
class Literal(Template):
    value: object

    def render(self, scope: Any) -> object:
        return self.value


@dataclass(frozen=True, slots=True)
class Value(Template):
    """`${ cel }` and nothing else, or an `output`."""

    cel: Cel

    def render(self, scope: Any) -> object:
        try:
            return plain_value(self.cel.expression.evaluate(scope))
        except EvaluationError as error:
            raise self.cel.placed(error) from None

    def expressions(self) -> Iterator[Cel]:
        yield self.cel


@dataclass(frozen=True, slots=True)
class Text(Template):
    """Text with `${ cel }` inside."""

    parts: tuple[str | Cel, ...]

    def render(self, scope: Any) -> str:
        return "".join(
            part if isinstance(part, str) else _as_text(part, scope) for part in self.parts
        )

    def expressions(self) -> Iterator[Cel]:
        yield from (part for part in self.parts if not isinstance(part, str))


def _as_text(part: Cel, scope: Any) -> str:
    try:
        return text_of(part.expression.evaluate(scope))
    except EvaluationError as error:
        raise part.placed(error) from None


@dataclass(frozen=True, slots=True)
class Map(Template):
    entries: tuple[tuple[str, bool, Template], ...]
    """Key, whether it is left out when null, value."""

    def render(self, scope: Any) -> object:
        rendered = ((key, may, value.render(scope)) for key, may, value in self.entries)
        return {key: value for key, may, value in rendered if not (may and value is None)}

    def expressions(self) -> Iterator[Cel]:
        for _, _, value in self.entries:
            yield from value.expressions()


@dataclass(frozen=True, slots=True)
class List(Template):
    items: tuple[Template, ...]

    def render(self, scope: Any) -> object:
        return [item.render(scope) for item in self.items]

    def expressions(self) -> Iterator[Cel]:
        for item in self.items:
            yield from item.expressions()


@dataclass(frozen=True, slots=True)
class Merged(Template):
    """Several maps put over one another, field by field; a later value stands over an earlier."""

    templates: tuple[Template, ...]

    def render(self, scope: Any) -> object:
        rendered = [template.render(scope) for template in self.templates]
        # What is no map would be gone where another stands over it.
        wrong = next((each for each in rendered if not isinstance(each, dict)), None)
        return wrong if wrong is not None else reduce(put_over, rendered)

    def expressions(self) -> Iterator[Cel]:
        for template in self.templates:
            yield from template.expressions()


def put_over(below: object, above: object) -> object:
    """The upper value; of two maps all fields, those of both put over one another again."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    both = {key: put_over(below[key], value) for key, value in above.items() if key in below}
    return {**below, **above, **both}


Make = Callable[[Any, Mapping[str, object]], Message]
"""
What answers: of a scope and the engine's own fields, the finished confirmation.

Raises EvaluationError, or PayloadError where it would not be valid OCPP.
"""


@dataclass(frozen=True, slots=True)
class Response:
    """What to answer to one action."""

    template: Template
    build: Callable[[], Make]
    """What makes `make`: Python code, which who only checks has no use for."""
    make: Make = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "make", self._first)

    def _first(self, scope: Any, owned: Mapping[str, object]) -> Message:
        self.prepare()
        return self.make(scope, owned)

    def prepare(self) -> None:
        """Does now what the first decision would have to."""
        object.__setattr__(self, "make", self.build())

    def expressions(self) -> Iterator[Cel]:
        yield from self.template.expressions()


def is_fixed(template: Template) -> bool:
    return next(template.expressions(), None) is None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: plain, or the source of an expression and where it begins in the text."""

    text: str
    offset: int
    is_expression: bool


class UnclosedExpressionError(Exception):
    """A `${` without its `}`, at `offset` of the text."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


def pieces(text: str) -> list[Piece]:
    """Cuts text at its `${ … }`; `$${` stands for `${` itself."""
    found: list[Piece] = []
    plain, start, index = "", 0, 0
    while (opening := text.find("${", index)) >= 0:
        if text[opening - 1 : opening] == "$" and opening > index:
            plain += text[index : opening - 1] + "${"
            index = opening + 2
            continue
        plain += text[index:opening]
        closing = _closing(text, opening + 2)
        if plain:
            found.append(Piece(plain, start, False))
        found.append(Piece(text[opening + 2 : closing], opening + 2, True))
        plain, start, index = "", closing + 1, closing + 1
    plain += text[index:]
    if plain or not found:
        found.append(Piece(plain, start, False))
    return found


_SIGN = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[{}'"]""", re.DOTALL)
"""A brace, or a text in quotes; a quote alone is one that is not closed."""


def _closing(text: str, start: int) -> int:
    """The `}` that ends the expression: not one inside its braces or its text."""
    depth = 0
    for sign in _SIGN.finditer(text, start):
        match sign[0]:
            case "{":
                depth += 1
            case "}" if depth == 0:
                return sign.start()
            case "}":
                depth -= 1
            case "'" | '"':
                break
    raise UnclosedExpressionError(start - 2)
