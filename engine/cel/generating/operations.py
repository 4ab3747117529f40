"""
Operators and macros on values whose types are only known now.

These say exactly what is wrong; the code that is generated where types are known does not,
and is evaluated again with these when it fails.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from engine.cel.checking.structs import attributes
from engine.cel.errors import Failure, TooCostly
from engine.cel.functions.collections import sort_by_keys
from engine.cel.values import numbers, time
from engine.cel.values.equality import contains, equal, lookup, make_map
from engine.cel.values.kinds import NOTHING, Optional, kind_of
from engine.cel.values.limits import Budget, check_list, check_text

_MISSING = object()


def fail(message: str) -> NoReturn:
    """What the checker would have refused, had it been asked."""
    raise Failure(message)


def read_key(scope: Mapping[str, Any], name: str) -> Any:
    try:
        return scope[name]
    except KeyError:
        raise Failure(f"`{name}` has no value") from None


def read_attribute(scope: object, name: str, attribute: str) -> Any:
    try:
        return getattr(scope, attribute)
    except AttributeError:
        raise Failure(f"`{name}` has no value") from None


def _no_overload(operator: str, *values: object) -> Failure:
    kinds = ", ".join(map(kind_of, values))
    return Failure(f"no matching overload: `{operator}` doesn't take ({kinds})")


# Arithmetic


def concatenate(left: Any, right: Any) -> Any:
    """Texts or bytes, within the limit."""
    check_text(len(left) + len(right))
    return left + right


def concatenate_lists(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    check_list(len(left) + len(right))
    return [*left, *right]


_ADD: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("int", "int"): numbers.add_ints,
    ("uint", "uint"): numbers.add_uints,
    ("double", "double"): lambda left, right: left + right,
    ("string", "string"): concatenate,
    ("bytes", "bytes"): concatenate,
    ("list", "list"): concatenate_lists,
    ("timestamp", "duration"): time.add_timestamp,
    ("duration", "timestamp"): time.add_timestamp_to,
    ("duration", "duration"): time.add_durations,
}
_SUBTRACT: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("int", "int"): numbers.subtract_ints,
    ("uint", "uint"): numbers.subtract_uints,
    ("double", "double"): lambda left, right: left - right,
    ("timestamp", "timestamp"): time.subtract_timestamps,
    ("timestamp", "duration"): time.subtract_duration,
    ("duration", "duration"): time.subtract_durations,
}
_MULTIPLY: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("int", "int"): numbers.multiply_ints,
    ("uint", "uint"): numbers.multiply_uints,
    ("double", "double"): lambda left, right: left * right,
}
_DIVIDE: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("int", "int"): numbers.divide_ints,
    ("uint", "uint"): numbers.divide_uints,
    ("double", "double"): numbers.divide_doubles,
}
_REMAINDER: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("int", "int"): numbers.remainder_ints,
    ("uint", "uint"): numbers.remainder_uints,
}
ARITHMETIC: Mapping[str, Mapping[tuple[str, str], Callable[[Any, Any], Any]]] = {
    "+": _ADD,
    "-": _SUBTRACT,
    "*": _MULTIPLY,
    "/": _DIVIDE,
    "%": _REMAINDER,
}
"""What computes an operator, by the kinds of its operands."""


def _operator(
    shown: str, table: Mapping[tuple[str, str], Callable[[Any, Any], Any]]
) -> Callable[[Any, Any], Any]:
    def compute(left: Any, right: Any) -> Any:
        found = table.get((kind_of(left), kind_of(right)))
        if found is None:
            raise _no_overload(shown, left, right)
        return found(left, right)

    return compute


DYNAMIC: Mapping[str, Callable[[Any, Any], Any]] = {
    operator: _operator(operator, table) for operator, table in ARITHMETIC.items()
}


def negate(value: Any) -> Any:
    match kind_of(value):
        case "int":
            return numbers.negate_int(value)
        case "double":
            return -value
        case _:
            raise _no_overload("-", value)


def unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def equal_within(budget: Budget, left: Any, right: Any) -> bool:
    return equal(left, right, budget)


def unequal_within(budget: Budget, left: Any, right: Any) -> bool:
    return not equal(left, right, budget)


def contains_within(budget: Budget, element: Any, collection: Any) -> bool:
    return contains(element, collection, budget)


# Conditions


def truth(value: Any) -> bool:
    """The value, if it is a bool."""
    if value is True or value is False:
        return bool(value)
    raise Failure(f"no matching overload: a condition must be bool, but is {kind_of(value)}")


def negation(value: Any) -> bool:
    return not truth(value)


def conjunction(*operands: Callable[[], Any]) -> bool:
    """`a && b`: false if one is, whatever the others do. langdef.md, "Logical Operators"."""
    return _absorb(operands, False)


def disjunction(*operands: Callable[[], Any]) -> bool:
    return _absorb(operands, True)


def _absorb(operands: Iterable[Callable[[], Any]], decisive: bool) -> bool:
    error: Exception | None = None
    for operand in operands:
        try:
            if truth(operand()) is decisive:
                return decisive
        except TooCostly:
            raise
        except Exception as problem:  # whatever it is, another operand may decide
            error = error or problem
    if error is not None:
        raise error
    return not decisive


# Fields and elements


def select(operand: Any, field: str) -> Any:
    """`operand.field`."""
    found = _read(operand, field)
    if found is not _MISSING:
        return found
    if isinstance(operand, Optional):
        return NOTHING
    if isinstance(operand, Mapping):
        raise Failure(f"no such key: `{field}`")
    if isinstance(operand, msgspec.Struct):
        raise Failure(f"no such field: `{field}`")
    kind = "null" if operand is None else kind_of(operand)
    raise Failure(f"no matching overload: {kind} has no field `{field}`")


def optional_select(operand: Any, field: str) -> Optional:
    """`operand.?field`."""
    found = _read(operand, field)
    if found is _MISSING:
        if not isinstance(operand, Optional | Mapping | msgspec.Struct):
            raise Failure(f"no matching overload: {kind_of(operand)} has no field `{field}`")
        return NOTHING
    if isinstance(operand, msgspec.Struct) and found is None:
        return NOTHING
    return found if isinstance(operand, Optional) else Optional(found)


def has(operand: Any, field: str) -> bool:
    """`has(operand.field)`. A field of a struct that was left out is null, and not there."""
    found = _read(operand, field)
    if isinstance(operand, Optional):
        return found is not _MISSING
    if found is _MISSING and not isinstance(operand, Mapping):
        select(operand, field)
    return found is not _MISSING and not (found is None and isinstance(operand, msgspec.Struct))


def _read(operand: Any, field: str) -> Any:
    if isinstance(operand, msgspec.Struct):
        attribute = attributes(type(operand)).get(field)
        return _MISSING if attribute is None else getattr(operand, attribute)
    if isinstance(operand, Mapping):
        return operand.get(field, _MISSING)
    if isinstance(operand, Optional):
        if not operand.present:
            return _MISSING
        found = optional_select(operand.value, field)
        return found if found.present else _MISSING
    return _MISSING


def index(operand: Any, key: Any) -> Any:
    """`operand[key]`."""
    if isinstance(operand, Optional):
        return optional_index(operand, key)
    if isinstance(operand, list | tuple):
        return element(operand, _position(key))
    if isinstance(operand, Mapping):
        found = lookup(operand, key, _MISSING)
        if found is _MISSING:
            raise Failure(f"no such key: {_shown(key)}")
        return found
    raise Failure(f"no matching overload: {kind_of(operand)} can't be indexed")


def optional_index(operand: Any, key: Any) -> Optional:
    """`operand[?key]`."""
    if isinstance(operand, Optional):
        if not operand.present:
            return NOTHING
        operand = operand.value
    if isinstance(operand, list | tuple):
        at = _position(key)
        return Optional(operand[at]) if 0 <= at < len(operand) else NOTHING
    if isinstance(operand, Mapping):
        found = lookup(operand, key, _MISSING)
        return NOTHING if found is _MISSING else Optional(found)
    raise Failure(f"no matching overload: {kind_of(operand)} can't be indexed")


def element(values: Sequence[Any], at: int) -> Any:
    if 0 <= at < len(values):
        return values[at]
    raise Failure(f"index {at} out of bounds: the list has {len(values)} elements")


def _position(key: Any) -> int:
    if kind_of(key) in ("int", "uint", "double") and key == int(key):
        return int(key)
    raise Failure(f"no matching overload: {_shown(key)} is no index of a list")


def _shown(key: Any) -> str:
    return f"`{key}`" if isinstance(key, str | int) else kind_of(key)


# Literals with optional parts


def optional_list(elements: Sequence[Any], optional: Sequence[bool]) -> list[Any]:
    made = []
    for value, flag in zip(elements, optional, strict=True):
        if not flag:
            made.append(value)
        elif needed(value).present:
            made.append(value.value)
    return made


def optional_map(
    keys: Sequence[Any], values: Sequence[Any], optional: Sequence[bool]
) -> Mapping[Any, Any]:
    pairs = [
        (key, value.value if flag else value)
        for key, value, flag in zip(keys, values, optional, strict=True)
        if not flag or needed(value).present
    ]
    return make_map([key for key, _ in pairs], [value for _, value in pairs])


def needed(value: Any) -> Optional:
    if isinstance(value, Optional):
        return value
    raise Failure(f"no matching overload: an optional is needed, not {kind_of(value)}")


def optional_map_value(target: Any, body: Callable[[Any], Any], flat: bool) -> Optional:
    """`optMap` and `optFlatMap`."""
    optional = needed(target)
    if not optional.present:
        return NOTHING
    return needed(body(optional.value)) if flat else Optional(body(optional.value))


# Comprehensions


def bounded(values: Any, most: int) -> Any:
    """The values, where one comprehension may visit that many."""
    if len(values) > most:
        raise TooCostly
    return values


def elements(budget: Budget, values: Any, cost: int) -> Any:
    """What a comprehension of one variable visits, paid for: elements of a list, keys of a map."""
    if not isinstance(values, list | tuple | Mapping):
        raise Failure(f"no matching overload: {kind_of(values)} has no elements")
    budget.spend(len(values) * cost)
    return values


def pairs(budget: Budget, values: Any, cost: int) -> Iterable[tuple[Any, Any]]:
    """What a comprehension of two variables visits: indices and elements, or keys and values."""
    elements(budget, values, cost)
    return values.items() if isinstance(values, Mapping) else enumerate(values)


def every(outcomes: Iterable[Callable[[], Any]]) -> bool:
    return _absorb(outcomes, False)


def some(outcomes: Iterable[Callable[[], Any]]) -> bool:
    return _absorb(outcomes, True)


def map_of_pairs(entries: Sequence[tuple[Any, Any]]) -> Mapping[Any, Any]:
    return make_map([key for key, _ in entries], [value for _, value in entries])


def merged(maps: Sequence[Any]) -> Mapping[Any, Any]:
    """`transformMapEntry`: the entries of all these maps, each key once."""
    for value in maps:
        if not isinstance(value, Mapping):
            raise Failure(f"no matching overload: a map is needed, not {kind_of(value)}")
    return map_of_pairs([entry for value in maps for entry in value.items()])


def sorted_by(values: Sequence[Any], keys: Callable[[Any], Any]) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise Failure(f"no matching overload: {kind_of(values)} can't be sorted")
    return sort_by_keys(values, [keys(value) for value in values])


def charged(budget: Budget, cost: int, compute: Callable[..., Any], *arguments: Any) -> Any:
    """A call whose cost grows with its arguments, paid by their size and its result's."""
    budget.spend(cost + sum(map(_size, arguments)))
    result = compute(*arguments)
    budget.spend(_size(result))
    return result


def _size(value: Any) -> int:
    if isinstance(value, str | bytes):
        return len(value) // 32
    if isinstance(value, list | tuple | dict):
        return len(value) // 2
    return 0
