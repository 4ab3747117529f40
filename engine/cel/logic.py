"""
What conditions say about each other, found without evaluating them.

Theory of operation. A condition is brought into the form "any of these cases, in each of which all
of these hold" (disjunctive normal form). What holds there is an `Atom`: a part of the text, taken
as it is, or whether a value is among some literals, or is less than a whole number. That is little,
but it is sure, and it is what slips of the pen are made of: `a` before `a && b`,
`x == 'A' && x == 'B'`, `x >= 22 && x < 6`.

What is found is true wherever the conditions have a value at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from itertools import permutations, product
from math import prod
from typing import TypeAlias

from engine.cel.checking.findings import Checked
from engine.cel.checking.types import not_null
from engine.cel.errors import EvaluationError
from engine.cel.expression import Expression
from engine.cel.syntax.nodes import (
    Binary,
    Bind,
    Comprehension,
    Has,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Node,
    OptionalMap,
    Select,
    Unary,
    children,
)
from engine.cel.syntax.tokens import tokens

CASES_LIMIT = 64
"""A condition of more cases is not looked into."""

Key: TypeAlias = tuple[str, object]
"""A literal with its type: `1` and `true` are not the same."""


Mark: TypeAlias = tuple[str, Key | None]
"""A text, and a value if it is about one."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a condition that holds, or that does not."""

    text: str
    """Of the part without white space; with `among` and `below` that of the value."""
    holds: bool = True
    among: frozenset[Key] | None = None
    below: int | None = None
    """The whole number that it is less than."""

    def implies(self, other: "Atom") -> bool:
        if self.text != other.text:
            return False
        if self.below is not None or other.below is not None:
            return self._in_order(other)
        if self.among is None or other.among is None:
            return self == other
        match self.holds, other.holds:
            case True, True:
                return self.among <= other.among
            case True, False:
                return not self.among & other.among
            case False, False:
                return self.among >= other.among
            case _:
                return False

    def _in_order(self, other: "Atom") -> bool:
        """Of whole numbers, at least one of which is compared by `<`."""
        if self.below is not None and other.below is not None:
            return self.holds is other.holds and (
                self.below <= other.below if self.holds else self.below >= other.below
            )
        if self.among is not None and self.holds:
            return all(other.has(key) for key in self.among)
        return other.among is not None and not other.holds and not any(map(self.has, other.among))

    def has(self, key: Key) -> bool:
        """Whether a value is one of those that are, or are not, below."""
        kind, value = key
        assert self.below is not None
        return kind == "number" and (value < self.below) is self.holds  # type: ignore[operator]

    def excludes(self, other: "Atom") -> bool:
        """Whether both never hold together."""
        return self.implies(other.opposite())

    def marks(self) -> "Sequence[Mark]":
        if self.among is None or not self.holds:
            return [(self.text, None)]
        return [(self.text, key) for key in sorted(self.among, key=repr)]

    def opposite(self) -> "Atom":
        return replace(self, holds=not self.holds)


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
Case: TypeAlias = frozenset[Atom]
_ALWAYS: tuple[Case, ...] = (frozenset(),)


@dataclass(frozen=True, slots=True)
class Condition:
    """The cases in which an expression is true; None where they are too many."""

    cases: tuple[Case, ...] | None

    @classmethod
    def of(cls, expression: Expression) -> "Condition":
        return cls(_Cases(expression).of(expression.checked.node, wanted=True))

    @property
    def truth(self) -> bool | None:
        """True or false where it is always that."""
        if self.cases == ():
            return False
        return True if self.cases == _ALWAYS else None

    def implies(self, other: "Condition") -> bool:
        """Whether the other is true wherever this one is."""
        if not self.cases or not other.cases:
            return False
        return all(any(_implies(case, each) for each in other.cases) for case in self.cases)

    def filed_under(self, filed: Mapping[Mark, Sized]) -> Iterator[Mark]:
        """
        Marks by which it is found among many: one that implies it has one of them.

        Args:
            filed: what is filed already; the emptiest places are best.
        """
        for case in self.cases or ():
            places = (atom.marks() for atom in case)
            yield from min(places, key=lambda marks: _how_full(marks, filed), default=())

    def marks(self) -> set[Mark]:
        """The marks of the conditions that it may imply."""
        case = self.cases[0] if self.cases else ()
        return {mark for atom in case for mark in (*atom.marks()[:1], (atom.text, None))}


def _how_full(marks: Sequence[Mark], filed: Mapping[Mark, Sized]) -> tuple[bool, int]:
    """What is about single values tells more than what is not."""
    return marks[0][1] is None, sum(1 + len(filed.get(mark, ())) for mark in marks)


def always_fails(expression: Expression) -> EvaluationError | None:
    """The error of an expression that reads nothing, and that has no value."""
    if expression.reads:
        return None
    try:
        expression.evaluate(None)
    except EvaluationError as error:
        return error
    return None


def _implies(case: Case, other: Case) -> bool:
    return all(any(atom.implies(wanted) for atom in case) for wanted in other)


class _Cases:
    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.checked: Checked = expression.checked

    def of(self, node: Node, *, wanted: bool) -> tuple[Case, ...] | None:
        """The cases in which a node is true, or is false."""
        match node:
            case Unary(operator="!", operand=operand):
                return self.of(operand, wanted=not wanted)
            case Logical(operator=operator, operands=operands):
                parts = [self.of(operand, wanted=wanted) for operand in operands]
                known = [part for part in parts if part is not None]
                if len(known) < len(parts):
                    return None
                return _all(known) if (operator == "&&") is wanted else _any(known)
            case _:
                truth = self._truth(node)
                if truth is None:
                    return (frozenset({self._atom(node, wanted)}),)
                return (frozenset(),) if truth is wanted else ()

    def _truth(self, node: Node) -> bool | None:
        """Of what is written out: a constant may be another one tomorrow, and is meant to be."""
        if isinstance(node, Literal):
            return node.value if isinstance(node.value, bool) else None
        if isinstance(node, Has):
            return self._is_always_there(node)
        if not _is_written(node):
            return None
        whole = self.expression
        part = Expression(whole.text, replace(self.checked, node=node), whole.environment)
        try:
            value = part.evaluate(None)
        except EvaluationError:
            return None
        return value if isinstance(value, bool) else None

    def _is_always_there(self, node: Has) -> bool | None:
        of = self.checked.types.get(node.selection.operand)
        if of is None or of.kind != "struct" or of.definition is None:
            return None
        field = of.definition.fields.get(node.selection.field)
        may_be_missing = field is None or field.type.kind in ("nullable", "dyn", "null")
        return None if may_be_missing else True

    def _atom(self, node: Node, wanted: bool) -> Atom:
        if isinstance(node, Binary):
            among = self._among(node)
            if among is not None:
                value, keys, positive = among
                return Atom(self._text(value), positive is wanted, frozenset(keys))
            below = self._below(node)
            if below is not None:
                value, limit, positive = below
                return Atom(self._text(value), positive is wanted, below=limit)
            if node.operator == "!=":
                left, right = self._text(node.left), self._text(node.right)
                return Atom(f"{left} == {right}", not wanted)
        return Atom(self._text(node), wanted)

    def _among(self, node: Binary) -> tuple[Node, Sequence[Key], bool] | None:
        """`x == 1`, `1 != x`, `x in [1, 2]`: the value, the literals, whether it is one of them."""
        if node.operator in ("==", "!="):
            for value, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, Literal) and not isinstance(value, Literal):
                    return value, [_key(other)], node.operator == "=="
        if node.operator == "in" and isinstance(node.right, ListLiteral):
            elements = node.right.elements
            literals = [_key(each) for each in elements if isinstance(each, Literal)]
            if len(literals) == len(elements) and not any(node.right.optional):
                return node.left, literals, True
        return None

    def _below(self, node: Binary) -> tuple[Node, int, bool] | None:
        """`x < 6`, `6 > x`, `x >= 6` of whole numbers: the value, the limit, whether it is less."""
        operator, value, other = node.operator, node.left, node.right
        if isinstance(value, Literal):
            operator, value, other = _TURNED.get(operator, operator), other, value
        if operator not in _TURNED or not isinstance(other, Literal) or isinstance(value, Literal):
            return None
        whole = self.checked.types.get(value)
        if whole is None or not_null(whole).kind != "int" or type(other.value) is not int:
            return None
        return value, other.value + (operator in ("<=", ">")), operator in ("<", "<=")

    def _text(self, node: Node) -> str:
        return " ".join(token for token, _ in tokens(self.expression.text[node.start : node.end]))


def _key(literal: Literal) -> Key:
    # Numbers of all types are equal where their values are.
    value = literal.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__, value


def _is_written(node: Node) -> bool:
    """Whether it has no names at all."""
    if isinstance(node, Name | Select | Comprehension | Bind | OptionalMap):
        return False
    return all(map(_is_written, children(node)))


def _any(parts: Sequence[tuple[Case, ...]]) -> tuple[Case, ...] | None:
    cases = tuple(dict.fromkeys(case for part in parts for case in part))
    if frozenset() in cases:
        return _ALWAYS
    if len(cases) > CASES_LIMIT:
        return None
    return _ALWAYS if _covers_all(cases) else cases


def _covers_all(cases: Sequence[Case]) -> bool:
    """`x != 'A' || x != 'B'`: one of the two always holds."""
    single = (atom for case in cases if len(case) == 1 for atom in case)
    return any(one.opposite().implies(other) for one, other in _of_one_text(single, but=True))


def _all(parts: Sequence[tuple[Case, ...]]) -> tuple[Case, ...] | None:
    size = prod(map(len, parts))
    if size > CASES_LIMIT:
        return None
    made = dict.fromkeys(frozenset[Atom]().union(*chosen) for chosen in product(*parts))
    return tuple(case for case in made if _is_possible(case))


def _is_possible(case: Case) -> bool:
    return not any(one.excludes(other) for one, other in _of_one_text(case, but=False))


def _of_one_text(atoms: Iterable[Atom], *, but: bool) -> Iterator[tuple[Atom, Atom]]:
    """
    The pairs that say something about each other.

    Args:
        but: what hold or don't hold, as this is, say nothing to each other.
    """
    by_text: dict[str, list[Atom]] = {}
    for atom in atoms:
        by_text.setdefault(atom.text, []).append(atom)
    for alike in by_text.values():
        if len(alike) > 1 and any(atom.holds is not but for atom in alike):
            yield from permutations(alike, 2)
