"""
Operators on values whose types are only known now.

These say exactly what is wrong; the code that is generated where types are known does not,
and is evaluated again with these when it fails.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from engine.cel.errors import CostExceeded, Failure, TooCostly
from engine.cel.values import numbers, time
from engine.cel.values.equality import contains, equal
from engine.cel.values.kinds import kind_of
from engine.cel.values.limits import LONG_TEXT, Budget, check_list, check_text


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
        for part in attribute.split("."):
            scope = getattr(scope, part)
    except AttributeError:
        raise Failure(f"`{name}` has no value") from None
    return scope


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


def _pay_for_texts(budget: Budget, left: Any, right: Any) -> None:
    """Long texts, or bytes, are compared up to the end of the shorter one at most."""
    kind = type(left)
    if (kind is str or kind is bytes) and len(left) >= LONG_TEXT and type(right) is kind:
        budget.spend(min(len(left), len(right)) // LONG_TEXT)


def same_within(budget: Budget, left: Any, right: Any) -> bool:
    """Python's `==`, where that is right; texts of unlike lengths are unequal at once."""
    kind = type(left)
    if (kind is str or kind is bytes) and len(left) >= LONG_TEXT and type(right) is kind:
        budget.spend(len(left) // LONG_TEXT if len(left) == len(right) else 0)
    return bool(left == right)


def differ_within(budget: Budget, left: Any, right: Any) -> bool:
    return not same_within(budget, left, right)


def paying(compare: Callable[[Any, Any], bool]) -> Callable[[Budget, Any, Any], bool]:
    """An order that is paid for where it compares long texts."""

    def within(budget: Budget, left: Any, right: Any) -> bool:
        _pay_for_texts(budget, left, right)
        return compare(left, right)

    return within


def key_within(budget: Budget, key: Any) -> Any:
    """A key that is looked for: it is compared with the one that is found."""
    if type(key) is str and len(key) >= LONG_TEXT:
        budget.spend(len(key) // LONG_TEXT)
    return key


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
    return absorb(operands, False)


def disjunction(*operands: Callable[[], Any]) -> bool:
    return absorb(operands, True)


def absorb(operands: Iterable[Callable[[], Any]], decisive: bool) -> bool:
    """The first operand that is `decisive`; only without one, an error counts."""
    error: Exception | None = None
    for operand in operands:
        try:
            if truth(operand()) is decisive:
                return decisive
        except (TooCostly, CostExceeded):
            raise
        except Exception as problem:  # whatever it is, another operand may decide
            error = error or problem
    if error is not None:
        raise error
    return not decisive
