"""The lists, sets and encoders extensions, and optionals."""

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from engine.cel.errors import Failure
from engine.cel.functions.table import Function, function
from engine.cel.values.equality import contains, equal
from engine.cel.values.kinds import NOTHING, Optional, kind_of
from engine.cel.values.limits import Budget, check_list, check_text
from engine.cel.values.time import duration_nanoseconds, timestamp_nanoseconds

_SORTED_LIMIT = 1_000_000
"""Characters of all texts that are sorted: alike ones are compared to their end, many times."""
_HASHED = frozenset({"string", "bytes", "timestamp", "duration", "int", "uint"})
"""Kinds that Python's sets compare as CEL does; not both with numbers of other kinds."""


def slice_list(values: Sequence[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(values):
        raise Failure(f"can't slice {start} to {end} of {len(values)} elements")
    return list(values[start:end])


def flatten(values: Sequence[Any], depth: int = 1) -> list[Any]:
    if depth < 0:
        raise Failure("`flatten` needs a depth of 0 or more")
    made: list[Any] = []
    _flatten(values, min(depth, 100), made)
    return made


def _flatten(values: Sequence[Any], depth: int, made: list[Any]) -> None:
    for value in values:
        if depth > 0 and isinstance(value, list | tuple):
            _flatten(value, depth - 1, made)
        else:
            made.append(value)
            check_list(len(made))


def sort_by_keys(values: Sequence[Any], keys: Sequence[Any]) -> list[Any]:
    """The values in the order of their keys, which must be of one type that has an order."""
    kinds = {kind_of(key) for key in keys}
    if len(kinds) > 1:
        raise Failure("a list of different types can't be sorted")
    for kind in kinds:
        keys = _sortable(kind, keys)
    pairs: list[tuple[Any, Any]] = list(zip(keys, values, strict=True))
    pairs.sort(key=lambda pair: pair[0])
    return [value for _, value in pairs]


def _sortable(kind: str, keys: Sequence[Any]) -> Sequence[Any]:
    """Keys of one kind as something that Python sorts by itself."""
    match kind:
        case "string" | "bytes":
            if sum(map(len, keys)) > _SORTED_LIMIT:
                raise Failure(f"more than {_SORTED_LIMIT} characters in all can't be sorted")
            return keys
        case "double":
            if any(map(math.isnan, keys)):
                raise Failure("NaN has no place in an order")
            return keys
        case "int" | "uint" | "bool":
            return keys
        case "timestamp":
            return list(map(timestamp_nanoseconds, keys))
        case "duration":
            return list(map(duration_nanoseconds, keys))
        case _:
            raise Failure(f"no matching overload: {kind} has no order")


def sort(values: Sequence[Any]) -> list[Any]:
    return sort_by_keys(values, values)


def _hashable(*lists: Iterable[Any]) -> bool:
    return {kind_of(value) for values in lists for value in values} <= _HASHED


def distinct(budget: Budget, values: Sequence[Any]) -> list[Any]:
    if _hashable(values):
        return list(dict.fromkeys(values))
    made: list[Any] = []
    for value in values:
        if not contains(value, made, budget):
            made.append(value)
    return made


def reverse_list(values: Sequence[Any]) -> list[Any]:
    return list(values[::-1])


def make_range(count: int) -> list[int]:
    check_list(count)
    return list(range(count))


def first(values: Sequence[Any]) -> Optional:
    return Optional(values[0]) if values else NOTHING


def last(values: Sequence[Any]) -> Optional:
    return Optional(values[-1]) if values else NOTHING


def sets_contain(budget: Budget, whole: Sequence[Any], part: Sequence[Any]) -> bool:
    if _hashable(whole, part):
        return set(whole).issuperset(part)
    return all(contains(each, whole, budget) for each in part)


def sets_equal(budget: Budget, left: Sequence[Any], right: Sequence[Any]) -> bool:
    return sets_contain(budget, left, right) and sets_contain(budget, right, left)


def sets_meet(budget: Budget, left: Sequence[Any], right: Sequence[Any]) -> bool:
    if _hashable(left, right):
        return not set(left).isdisjoint(right)
    return any(contains(each, right, budget) for each in left)


def encode_base64(value: bytes) -> str:
    check_text(len(value) * 4 // 3)
    return base64.b64encode(value).decode()


def decode_base64(text: str) -> bytes:
    padded = text if "=" in text else text + "=" * (-len(text) % 4)
    if len(padded) % 4:
        raise Failure(f"`{text[:40]}` is not base64")
    try:
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        raise Failure(f"`{text[:40]}` is not base64") from None


def is_zero(value: Any) -> bool:
    match kind_of(value):
        case "null":
            return True
        case "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map":
            return not value
        case "duration":
            return equal(value, timedelta(0))
        case _:
            return False


def of_non_zero(value: Any) -> Optional:
    return NOTHING if is_zero(value) else Optional(value)


def has_value(optional: Optional) -> bool:
    return optional.present


def value_of(optional: Optional) -> Any:
    if not optional.present:
        raise Failure("optional.none() has no value")
    return optional.value


def either(optional: Optional, other: Callable[[], Any]) -> Any:
    """`or`: the other one is not evaluated where it is not needed."""
    if optional.present:
        return optional
    found = other()
    if not isinstance(found, Optional):
        raise Failure(f"no matching overload: `or` needs an optional, not {kind_of(found)}")
    return found


def value_or(optional: Optional, other: Callable[[], Any]) -> Any:
    return optional.value if optional.present else other()


def unwrap(values: Sequence[Any]) -> list[Any]:
    for value in values:
        if not isinstance(value, Optional):
            raise Failure("`unwrap` needs a list of optionals")
    return [value.value for value in values if value.present]


LISTS: tuple[Function, ...] = (
    function("slice", "The elements from an index up to another one.",
             "[1, 2, 3, 4].slice(1, 3) == [2, 3]",
             {"list(A).slice(int, int) -> list(A)": slice_list}),
    function("flatten", "The elements of the lists in a list, to a depth (1 if not said).",
             "[1, [2, [3]]].flatten() == [1, 2, [3]]",
             {"list(dyn).flatten() -> list(dyn)": flatten,
              "list(dyn).flatten(int) -> list(dyn)": flatten}),
    function("sort", "The elements in their order.", "[3, 1, 2].sort() == [1, 2, 3]",
             {"list(A).sort() -> list(A)": sort}, cost=40),
    function("distinct", "The elements, each once.", "[1, 2, 1].distinct() == [1, 2]",
             {"list(A).distinct() -> list(A)": distinct}, budgeted=True),
    function("first", "The first element, as an optional.", "[1, 2].first().value() == 1",
             {"list(A).first() -> optional(A)": first}, constant_time=True),
    function("last", "The last element, as an optional.", "[1, 2].last().value() == 2",
             {"list(A).last() -> optional(A)": last}, constant_time=True),
    function("lists.range", "The numbers from 0 up to a number.", "lists.range(3) == [0, 1, 2]",
             {"(int) -> list(int)": make_range}),
)  # fmt: skip

SETS: tuple[Function, ...] = (
    function("sets.contains", "Whether a list has all elements of another one.",
             "sets.contains([1, 2, 3], [2, 1])", {"(list(A), list(A)) -> bool": sets_contain},
             budgeted=True),
    function("sets.equivalent", "Whether two lists have the same elements.",
             "sets.equivalent([1, 2], [2, 1, 1])", {"(list(A), list(A)) -> bool": sets_equal},
             budgeted=True),
    function("sets.intersects", "Whether two lists have an element in common.",
             "sets.intersects([1, 2], [2, 3])", {"(list(A), list(A)) -> bool": sets_meet},
             budgeted=True),
)  # fmt: skip

ENCODERS: tuple[Function, ...] = (
    function("base64.encode", "Bytes as base64.", "base64.encode(b'hello') == 'aGVsbG8='",
             {"(bytes) -> string": encode_base64}),
    function("base64.decode", "The bytes of base64, padded or not.",
             "base64.decode('aGVsbG8') == b'hello'", {"(string) -> bytes": decode_base64}),
)  # fmt: skip

OPTIONALS: tuple[Function, ...] = (
    function("optional.of", "An optional with this value.", "optional.of(1).hasValue()",
             {"(A) -> optional(A)": Optional}, constant_time=True),
    function("optional.none", "An optional without a value.", "!optional.none().hasValue()",
             {"() -> optional(A)": lambda: NOTHING}, constant_time=True),
    function("optional.ofNonZeroValue", "An optional with this value unless it is zero or empty.",
             "optional.ofNonZeroValue('') == optional.none()",
             {"(A) -> optional(A)": of_non_zero}, constant_time=True),
    function("hasValue", "Whether an optional has a value.", "optional.of(1).hasValue()",
             {"optional(A).hasValue() -> bool": has_value}, constant_time=True),
    function("value", "The value of an optional; an error if it has none.",
             "optional.of(1).value() == 1", {"optional(A).value() -> A": value_of},
             constant_time=True),
    function("or", "This optional, or another one if it has no value.",
             "optional.none().or(optional.of(1)).value() == 1",
             {"optional(A).or(optional(A)) -> optional(A)": either}, constant_time=True,
             lazy=True),
    function("orValue", "The value of an optional, or another one if it has none.",
             "optional.none().orValue(1) == 1",
             {"optional(A).orValue(A) -> A": value_or}, constant_time=True, lazy=True),
    function("optional.unwrap", "The values of those optionals that have one.",
             "optional.unwrap([optional.of(1), optional.none()]) == [1]",
             {"(list(optional(A))) -> list(A)": unwrap}),
    function("unwrapOpt", "The values of those optionals that have one.",
             "[optional.of(1), optional.none()].unwrapOpt() == [1]",
             {"list(optional(A)).unwrapOpt() -> list(A)": unwrap}),
)  # fmt: skip
