"""The overloads of operators, as tables. langdef.md, "List of Standard Definitions"."""

from collections.abc import Mapping

from engine.cel.checking.types import Type, parse_type

Signature = tuple[tuple[Type, ...], Type]


def _table(*rows: str) -> tuple[Signature, ...]:
    made = []
    for row in rows:
        head, _, result = row.partition(" -> ")
        parameters = parse_type(f"list{head}").parameters
        made.append((parameters, parse_type(result)))
    return tuple(made)


_ARITHMETIC = ("(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double")
_ORDERED = ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration")
_NUMBERS = ("int", "uint", "double")
_ORDER = _table(
    *(f"({kind}, {kind}) -> bool" for kind in _ORDERED),
    *(f"({one}, {other}) -> bool" for one in _NUMBERS for other in _NUMBERS if one != other),
)
_EQUALITY = _table("(A, A) -> bool")

OPERATORS: Mapping[str, tuple[Signature, ...]] = {
    "+": _table(
        *_ARITHMETIC,
        "(string, string) -> string",
        "(bytes, bytes) -> bytes",
        "(list(A), list(A)) -> list(A)",
        "(timestamp, duration) -> timestamp",
        "(duration, timestamp) -> timestamp",
        "(duration, duration) -> duration",
    ),
    "-": _table(
        *_ARITHMETIC,
        "(timestamp, timestamp) -> duration",
        "(timestamp, duration) -> timestamp",
        "(duration, duration) -> duration",
    ),
    "*": _table(*_ARITHMETIC),
    "/": _table(*_ARITHMETIC),
    "%": _table("(int, int) -> int", "(uint, uint) -> uint"),
    "==": _EQUALITY,
    "!=": _EQUALITY,
    "<": _ORDER,
    "<=": _ORDER,
    ">": _ORDER,
    ">=": _ORDER,
    "in": _table("(A, list(A)) -> bool", "(A, map(A, B)) -> bool"),
    "neg": _table("(int) -> int", "(double) -> double"),
    "not": _table("(bool) -> bool"),
    "[]": _table(
        "(list(A), int) -> A",
        "(map(A, B), A) -> B",
        "(optional(list(A)), int) -> optional(A)",
        "(optional(map(A, B)), A) -> optional(B)",
    ),
    "[?]": _table(
        "(list(A), int) -> optional(A)",
        "(map(A, B), A) -> optional(B)",
        "(optional(list(A)), int) -> optional(A)",
        "(optional(map(A, B)), A) -> optional(B)",
    ),
}

_SHOWN = {"neg": "-", "not": "!"}
SCALARS: Mapping[tuple[str, ...], Type] = {
    (_SHOWN.get(name, name), *(parameter.kind for parameter in parameters)): result
    for name, signatures in OPERATORS.items()
    for parameters, result in signatures
    if all(parameter.kind in _ORDERED for parameter in parameters)
}
"""By operator and kinds of scalars what it makes of them: no other signature takes these."""
