"""
What an expression may name, and of which type: checked before it ever runs.

The types are Python's own, as the structs of the protocol and of the facts declare them. What
has no declared type (an element of a list, the value of a table) is not looked into.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import msgspec

from engine.cel.expression import Expression
from engine.cel.functions import FUNCTIONS, MACROS
from engine.cel.references import Call, Comparison, Part, Reference

_METHODS_FIRST = {"all": 2, "exists": 2, "exists_one": 2, "filter": 2}


@dataclass(frozen=True)
class Names:
    """A namespace whose names are all known, like `constants` or `variables`."""

    kind: str
    """What one of them is called in a message: "constant"."""
    names: Mapping[str, object]


@dataclass(frozen=True)
class Complaint:
    """Something wrong at a place of an expression, counted from 1."""

    message: str
    line: int
    column: int
    hint: str | None = None


def check(expression: Expression, declared: Mapping[str, object]) -> list[Complaint]:
    """Undeclared names, functions and fields, and comparisons that can never be true."""
    mentions = expression.mentions
    complaints = [
        *(_complaint(name, f"`{name.name}` takes a name first") for name in mentions.unnamed),
        *(c for call in mentions.calls if (c := _check_call(call))),
        *(c for ref in mentions.references if (c := _check_reference(ref, declared))),
        *(c for comp in mentions.comparisons if (c := _check_comparison(comp, declared))),
    ]
    return sorted(complaints, key=lambda complaint: (complaint.line, complaint.column))


def did_you_mean(name: str, known: Mapping[str, object] | frozenset[str] | list[str]) -> str | None:
    """A hint that names the nearest known name, or the few there are."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{by_lower[near[0]]}`?"
    if 0 < len(by_lower) <= 8:
        return "known are " + ", ".join(f"`{candidate}`" for candidate in sorted(known))
    return None


def _check_call(call: Call) -> Complaint | None:
    name = call.name.name
    if name not in FUNCTIONS and name not in MACROS:
        hint = did_you_mean(name, [*FUNCTIONS, *MACROS])
        return _complaint(call.name, f"there is no function `{name}`", hint)
    wanted = {"has": 1, "dyn": 1, **_METHODS_FIRST}.get(name)
    if call.is_macro and name == "map" and call.arguments not in {2, 3}:
        return _complaint(call.name, "`map` takes 2 or 3 arguments: `map(item, item.name)`")
    if call.is_macro and wanted is not None and call.arguments != wanted:
        return _complaint(call.name, f"`{name}` takes {wanted} argument{'s' * (wanted > 1)}")
    if name in MACROS and not call.is_macro:
        return _complaint(call.name, f"`{name}` is called on a list: `list.{name}(item, …)`")
    return None


def _check_reference(reference: Reference, declared: Mapping[str, object]) -> Complaint | None:
    root, *fields = reference.parts
    if root.name not in declared:
        hint = did_you_mean(root.name, declared)
        return _complaint(root, f"`{root.name}` is not known", hint)
    current, said = declared[root.name], root.name
    for part in fields:
        known = fields_of(current)
        if known is None:
            return _no_fields(current, said, part)
        if part.name not in known:
            what = current.kind if isinstance(current, Names) else "field"
            owner = "" if isinstance(current, Names) else f"`{said}` has "
            message = (
                f"{owner}no {what} `{part.name}`"
                if owner
                else (f"there is no {what} `{part.name}`")
            )
            return _complaint(part, message, did_you_mean(part.name, known))
        current, said = known[part.name], f"{said}.{part.name}"
        if current is object:
            return None
    return None


def _no_fields(current: object, said: str, part: Part) -> Complaint | None:
    kind = scalar_kind(current)
    if kind is None:
        return None
    return _complaint(part, f"`{said}` is a {kind} and has no field `{part.name}`")


def _check_comparison(comparison: Comparison, declared: Mapping[str, object]) -> Complaint | None:
    found = type_of(comparison.reference, declared)
    if found is None:
        return None
    said = ".".join(part.name for part in comparison.reference.parts)
    literal, kind = comparison.literal, scalar_kind(found)
    if literal == "null" or kind is None:
        return None
    given = _literal_kind(literal)
    if given is not None and kind not in _COMPARABLE.get(given, {given}):
        message = f"`{said}` is a {kind} and never equals {literal}"
        return _complaint(comparison.text, message)
    values = _enumerated(found)
    if values and given == "text" and literal[1:-1] not in values:
        hint = did_you_mean(literal[1:-1], values) or "one of " + ", ".join(sorted(values))
        return _complaint(comparison.text, f"`{said}` is never {literal}", hint)
    return None


_COMPARABLE = {"number": {"number"}, "text": {"text"}, "bool": {"bool"}}


def _literal_kind(literal: str) -> str | None:
    if literal in {"true", "false"}:
        return "bool"
    if literal[0] in "'\"" and "\\" not in literal and len(literal) > 1:
        return "text" if literal[:3] not in {"'''", '"""'} else None
    return "number" if literal.lstrip("-")[:1].isdigit() else None


def type_of(reference: Reference, declared: Mapping[str, object]) -> object | None:
    """The declared type of `a.b.c`; None where it isn't known."""
    current: object = declared.get(reference.root)
    for part in reference.parts[1:]:
        known = fields_of(current)
        if known is None or part.name not in known:
            return None
        current = known[part.name]
    return None if current is object else current


def fields_of(declared: object) -> Mapping[str, object] | None:
    """The fields of a type by their names on the wire; None for a type without (known) fields."""
    if isinstance(declared, Names):
        return declared.names
    declared = _unwrapped(declared)
    if isinstance(declared, type) and issubclass(declared, msgspec.Struct):
        return _struct_fields(declared)
    return None


@cache
def _struct_fields(struct: type[msgspec.Struct]) -> Mapping[str, object]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def scalar_kind(declared: object) -> str | None:
    """ "text", "number", "bool", "timestamp" or "duration"; None for all else."""
    declared = _unwrapped(declared)
    if get_origin(declared) is Literal:
        return "text"
    if not isinstance(declared, type):
        return None
    for kind, scalars in _SCALARS.items():
        if issubclass(declared, scalars):
            return kind
    return None


_SCALARS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "text": (str,),
    "number": (int, float),
    "timestamp": (datetime,),
    "duration": (timedelta,),
}


def _enumerated(declared: object) -> frozenset[str]:
    declared = _unwrapped(declared)
    if get_origin(declared) is Literal:
        return frozenset(str(value) for value in get_args(declared))
    if isinstance(declared, type) and issubclass(declared, Enum):
        return frozenset(str(member.value) for member in declared)
    return frozenset()


def _unwrapped(declared: Any) -> Any:
    """The type behind `Annotated`, `NewType` and `| None`."""
    while True:
        if isinstance(declared, NewType):
            declared = declared.__supertype__
        elif get_origin(declared) is Annotated:
            declared = get_args(declared)[0]
        elif get_origin(declared) in {Union, types.UnionType}:
            kinds = [kind for kind in get_args(declared) if kind is not type(None)]
            if len(kinds) != 1:
                return object
            declared = kinds[0]
        else:
            return declared


def _complaint(part: Part, message: str, hint: str | None = None) -> Complaint:
    return Complaint(message, part.line, part.column, hint)
