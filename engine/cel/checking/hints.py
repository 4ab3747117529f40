"""What was probably meant: the spellings of other languages, and how CEL writes them."""

from collections.abc import Sequence

from engine.cel.checking.types import NUMBERS, Type
from engine.cel.functions.table import Function

CONSTANTS = {
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
    "None": "null", "NULL": "null", "nil": "null", "undefined": "null",
    "yes": "true", "on": "true", "no": "false", "off": "false",
}  # fmt: skip
FUNCTIONS = {
    "len": "size(…)", "length": "size()", "count": "size()", "str": "string(…)",
    "toString": "string(…)", "to_string": "string(…)", "parseInt": "int(…)", "float": "double(…)",
    "lower": "lowerAscii()", "toLowerCase": "lowerAscii()", "upper": "upperAscii()",
    "toUpperCase": "upperAscii()", "strip": "trim()", "includes": "contains(…)",
    "like": "glob(text, pattern)", "regex": "matches(…)", "match": "matches(…)",
    "math.max": "math.greatest(…)", "math.min": "math.least(…)", "max": "math.greatest(…)",
    "min": "math.least(…)", "abs": "math.abs(…)", "round": "math.round(…)", "not": "!(…)",
    "hour": "getHours()", "hours": "getHours()", "minute": "getMinutes()", "weekday": "dayOfWeek()",
    "month": "getMonth()", "year": "getFullYear()", "day": "getDate()",
}  # fmt: skip
"""The functions that other languages have, and what they are here."""

MACROS = {
    "all": "all(x, condition)", "exists": "exists(x, condition)", "any": "exists(x, condition)",
    "some": "exists(x, condition)", "exist": "exists(x, condition)",
    "every": "all(x, condition)", "exists_one": "exists_one(x, condition)",
    "existsOne": "existsOne(x, condition)", "filter": "filter(x, condition)",
    "map": "map(x, result)", "transformList": "transformList(i, x, result)",
    "transformMap": "transformMap(k, v, result)", "sortBy": "sortBy(x, key)",
    "transformMapEntry": "transformMapEntry(k, v, {key: value})",
    "optMap": "optMap(x, result)", "optFlatMap": "optFlatMap(x, result)",
}  # fmt: skip
"""Macros and what they may be mistaken for; only a call in their form is one."""

_ORDERED = frozenset({"<", "<=", ">", ">="})


def operator_hint(operator: str, kinds: Sequence[str]) -> str | None:
    """For operands that an operator doesn't take."""
    some = set(kinds)
    if operator == "-" and len(kinds) == 1:
        return "a uint has no sign: `-int(…)`" if some == {"uint"} else None
    if operator == "in":
        return "`in` looks into a list or a map, for what they have"
    if operator == "!":
        return "compare it with something"
    if operator == "+" and "string" in some and some <= {"string", "bool", *NUMBERS}:
        return "convert to text: `string(…)`"
    if operator in _ORDERED and "bool" in some and some <= {"bool", *NUMBERS}:
        return "compare one pair at a time: `a < b && b < c`"
    if "timestamp" in some and "string" in some:
        return "convert to a time: `timestamp('…')`"
    if "duration" in some and some & {"string", *NUMBERS}:
        return "write a span of time: `duration('90s')`"
    if some <= NUMBERS and len(some) > 1:
        return "convert one of them: `double(…)` or `int(…)`"
    if "string" in some and some <= {"string", *NUMBERS}:
        return "convert one of them: `string(…)` or `int(…)`"
    return None


def unlike_hint(left: Type, right: Type) -> str | None:
    """For two types that are never equal."""
    kinds = {left.kind, right.kind}
    if "null" in kinds:
        return "this always has a value"
    if "list" in kinds and kinds != {"list"}:
        return "whether it is in the list says `… in …`"
    if kinds == {"bool", "string"}:
        return "`true` and `false` are written without quotes"
    return operator_hint("==", [left.kind, right.kind])


def index_hint(of: Type) -> str | None:
    """For what can't be indexed like this."""
    if of.kind == "struct":
        return "a field is selected by a dot"
    if of.kind == "list":
        return "the index of a list is an int"
    return None


def overload_hint(function: Function, member: bool, count: int, taken: bool) -> str:
    """For arguments that no overload takes; `taken`: another way to write the call would do."""
    if taken:
        name = function.name
        return f"write `{name}(…)`" if member else f"write `….{name}(…)`, on the first of them"
    fitting = [each for each in function.overloads if len(each.parameters) == count]
    shown = ", ".join(f"`{each.signature}`" for each in (fitting or function.overloads)[:6])
    return f"there is {shown}"
