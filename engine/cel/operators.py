"""
The operators, as the CEL specification defines them.

cel-python's own compare only values of one type and let bool pass as int; langdef "Equality",
"Ordering" and "Overflow" say otherwise.
"""

import operator
from collections.abc import Callable
from typing import Any

from celpy import celtypes

from engine.cel.errors import EvaluationError
from engine.cel.values import PreparedList, Record, native, prepare, type_name

_NUMBERS = (celtypes.IntType, celtypes.UintType, celtypes.DoubleType)
_ORDERED = (str, bytes, celtypes.TimestampType, celtypes.DurationType, celtypes.BoolType)
_SYMBOLS = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%"}


def equal(left: Any, right: Any) -> bool:
    """Values of different types are not equal; numbers are compared by value."""
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str) and str.__eq__(left, right)
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return bool(_plain(left) == _plain(right))
    if isinstance(left, celtypes.BoolType) and isinstance(right, celtypes.BoolType):
        return bool(left) == bool(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Record | dict) and isinstance(right, Record | dict):
        return _equal_maps(left, right)
    if left is None or right is None:
        return left is right
    return type_name(left) == type_name(right) and bool(left == right)


def _equal_maps(left: Any, right: Any) -> bool:
    if left is right:
        return True
    one, other = (native(side) for side in (left, right))
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    return one.keys() == other.keys() and all(
        equal(prepare(one[key]), prepare(other[key])) for key in one
    )


def is_in(item: Any, container: Any) -> bool:
    """Whether a list holds the value, or a map the key."""
    if isinstance(container, PreparedList) and isinstance(item, str):
        return item in container.texts
    if isinstance(container, list):
        return any(equal(item, candidate) for candidate in container)
    if isinstance(container, dict):
        return find(container, item) is not _MISSING
    if isinstance(container, Record):
        return isinstance(item, str) and item in container.names()
    raise EvaluationError(f"`in` needs a list or a map, not {type_name(container)}")


_MISSING = object()


def find(container: dict[Any, Any], key: Any) -> Any:
    """The value under a key, true to types: `true` is not `1`."""
    if isinstance(key, str):
        return container.get(key, _MISSING) if key in container else _MISSING
    for candidate, value in container.items():
        if equal(candidate, key):
            return value
    return _MISSING


def index(container: Any, key: Any) -> Any:
    """`container[key]`: a missing key and an index out of range are errors."""
    if isinstance(container, Record) and isinstance(key, str):
        try:
            return container.read(key)
        except KeyError:
            raise EvaluationError(f"no such key: `{key}`") from None
    if isinstance(container, dict):
        value = find(container, key)
        if value is _MISSING:
            shown = key if isinstance(key, str | int) else type_name(key)
            raise EvaluationError(f"no such key: `{shown}`")
        return value
    if isinstance(container, list):
        if not isinstance(key, _NUMBERS) or key != type(key)(int(key)):
            raise EvaluationError(f"a list is indexed by int, not {type_name(key)}")
        if not 0 <= int(key) < len(container):
            raise EvaluationError(
                f"index {int(key)} is out of range: the list has {len(container)} items"
            )
        return container[int(key)]
    raise EvaluationError(f"{type_name(container)} can't be indexed")


def ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    """`<`, `<=`, `>` or `>=`: numbers of any type, otherwise two of the same type."""

    def apply(left: Any, right: Any) -> Any:
        if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
            return celtypes.BoolType(compare(_plain(left), _plain(right)))
        for ordered in _ORDERED:
            if isinstance(left, ordered) and isinstance(right, ordered):
                return celtypes.BoolType(compare(_plain(left), _plain(right)))
        raise _no_operator(symbol, left, right)

    return apply


def arithmetic(name: str, apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`+`, `-`, `*`, `/` or `%` where the specification has it for the two types."""
    symbol = _SYMBOLS[name]

    def checked(left: Any, right: Any) -> Any:
        if not _fits(symbol, left, right):
            raise _no_operator(symbol, left, right)
        try:
            if isinstance(left, celtypes.DoubleType):
                return celtypes.DoubleType(
                    _divide(left, right) if symbol == "/" else apply(float(left), float(right))
                )
            return prepare(apply(left, right))
        except ZeroDivisionError:
            raise EvaluationError("division by zero") from None
        except (ValueError, OverflowError):
            raise EvaluationError(f"overflow in `{symbol}`") from None

    return checked


def _divide(left: float, right: float) -> float:
    return float(left) / float(right) if right else float(celtypes.DoubleType(left) / right)


def _fits(symbol: str, left: Any, right: Any) -> bool:
    for number in _NUMBERS:
        if isinstance(left, number):
            return isinstance(right, number) and not (
                symbol == "%" and number is celtypes.DoubleType
            )
    timestamp, duration = celtypes.TimestampType, celtypes.DurationType
    match symbol:
        case "+":
            if isinstance(left, str | bytes | list):
                return type_name(left) == type_name(right)
            if isinstance(left, timestamp):
                return isinstance(right, duration)
            return isinstance(left, duration) and isinstance(right, timestamp | duration)
        case "-":
            if isinstance(left, timestamp):
                return isinstance(right, timestamp | duration)
            return isinstance(left, duration) and isinstance(right, duration)
        case _:
            return False


def _plain(value: Any) -> Any:
    """Python's own comparison: cel-python's values refuse other types."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return native(value)


def negate(value: Any) -> Any:
    if isinstance(value, celtypes.IntType | celtypes.DoubleType):
        try:
            return -value
        except ValueError:
            raise EvaluationError("overflow in `-`") from None
    raise EvaluationError(f"`-` needs a number, not {type_name(value)}")


def _no_operator(symbol: str, left: Any, right: Any) -> EvaluationError:
    return EvaluationError(f"no operator `{symbol}` for {type_name(left)} and {type_name(right)}")


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "relation_eq": lambda left, right: celtypes.BoolType(equal(left, right)),
    "relation_ne": lambda left, right: celtypes.BoolType(not equal(left, right)),
    "relation_in": lambda left, right: celtypes.BoolType(is_in(left, right)),
    "relation_lt": ordering("<", operator.lt),
    "relation_le": ordering("<=", operator.le),
    "relation_gt": ordering(">", operator.gt),
    "relation_ge": ordering(">=", operator.ge),
    "addition_add": arithmetic("_+_", operator.add),
    "addition_sub": arithmetic("_-_", operator.sub),
    "multiplication_mul": arithmetic("_*_", operator.mul),
    "multiplication_div": arithmetic("_/_", operator.truediv),
    "multiplication_mod": arithmetic("_%_", operator.mod),
}
"""What each node of the grammar does to its two values."""
