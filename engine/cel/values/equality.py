"""Equality and order of values of any types. langdef.md, "Equality", "Ordering"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.cel.errors import Failure
from engine.cel.values.kinds import kind_of
from engine.cel.values.limits import LONG_TEXT, Budget
from engine.cel.values.time import compare_timestamps

DOUBLE_EXACT = 2**53
"""Up to here every integer is a double, so that comparing exactly or as doubles is the same."""

_PAIR_COST = 6
_NUMBERS = frozenset({"int", "uint", "double"})
_ORDERED = frozenset({"bool", "string", "bytes", "timestamp", "duration"})


class MixedMap(Mapping[Any, Any]):
    """
    A map with both booleans and the numbers 0 or 1 as keys.

    They are the same key for a Python dict, and different ones for CEL.
    """

    __slots__ = ("_items",)

    def __init__(self, items: list[tuple[Any, Any]]) -> None:
        self._items = {_mixed_key(key): (key, value) for key, value in items}

    def __getitem__(self, key: Any) -> Any:
        return self._items[_mixed_key(key)][1]

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)


def _mixed_key(key: object) -> object:
    return ("bool", key) if isinstance(key, bool) else key


def equal(left: Any, right: Any, budget: Budget | None = None) -> bool:
    """
    `left == right` for values of any types; unlike types are unequal, numbers compare.

    What is inside of lists and maps is paid for, from the budget of one operation or a given
    one: a list may be in another one many times over.
    """
    kind, other = kind_of(left), kind_of(right)
    if kind != other:
        if kind in _NUMBERS and other in _NUMBERS:
            if "double" in (kind, other):
                # As doubles, also where an integer is too large to be one.
                return float(left) == float(right)
            return bool(left == right)
        return False
    match kind:
        case "list":
            return _equal_lists(left, right, budget or Budget())
        case "map":
            return _equal_maps(left, right, budget or Budget())
        case "optional":
            return left.present == right.present and (
                not left.present or equal(left.value, right.value, budget)
            )
        case "timestamp":
            return compare_timestamps(left, right) == 0
        case "string" | "bytes" if budget is not None and len(left) == len(right):
            budget.spend(len(left) // LONG_TEXT)
            return bool(left == right)
        case _:
            return bool(left == right)


def _equal_lists(left: Any, right: Any, budget: Budget) -> bool:
    if len(left) != len(right):
        return False
    for one, other in zip(left, right, strict=True):
        budget.spend(_PAIR_COST)
        if not equal(one, other, budget):
            return False
    return True


def _equal_maps(left: Mapping[Any, Any], right: Mapping[Any, Any], budget: Budget) -> bool:
    if len(left) != len(right):
        return False
    missing = object()
    for key, value in left.items():
        budget.spend(_PAIR_COST + (len(key) // LONG_TEXT if type(key) is str else 0))
        other = lookup(right, key, missing)
        if other is missing or not equal(value, other, budget):
            return False
    return True


class _Probe:
    """A key that remembers which key of a dict it was equal to."""

    __slots__ = ("key", "met")

    def __init__(self, key: object) -> None:
        self.key = key
        self.met: object = None

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        if self.key != other:
            return False
        self.met = other
        return True


def lookup(mapping: Mapping[Any, Any], key: Any, default: object) -> Any:
    """The value of a key, where `true` is no number and a double may name an integer."""
    kind = type(key)
    if kind is str:
        return mapping.get(key, default)
    if kind_of(key) not in ("bool", "int", "uint", "double", "string"):
        return default
    found = mapping.get(key, default)
    if found is default or key not in (0, 1) or isinstance(mapping, MixedMap):
        return found
    # A Python dict takes True for 1; see which of the two it has.
    probe = _Probe(key)
    mapping.get(probe)
    return found if isinstance(probe.met, bool) == isinstance(key, bool) else default


def contains(element: Any, collection: Any, budget: Budget | None = None) -> bool:
    """`element in collection`."""
    kind = kind_of(collection)
    if kind == "map":
        missing = object()
        return lookup(collection, element, missing) is not missing
    if kind == "list":
        if type(element) is str:
            if budget is not None:
                budget.spend(len(collection) // 4 + _long_ones(element, collection))
            return element in collection
        budget = budget or Budget()
        for each in collection:
            budget.spend(_PAIR_COST)
            if equal(element, each, budget):
                return True
        return False
    raise Failure(f"no matching overload: `in` needs a list or a map, not {kind}")


def _long_ones(text: str, collection: Sequence[Any]) -> int:
    """The cost of comparing a text with those that are as long."""
    if len(text) < LONG_TEXT:
        return 0
    as_long = sum(type(each) is str and len(each) == len(text) for each in collection)
    return as_long * (len(text) // LONG_TEXT)


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1; None where one is NaN. Numbers of any types are ordered with each other."""
    kind, other = kind_of(left), kind_of(right)
    if kind in _NUMBERS and other in _NUMBERS:
        if kind != other and "double" in (kind, other):
            left, right = float(left), float(right)
    elif kind != other or kind not in _ORDERED:
        raise Failure(f"no matching overload: {kind} and {other} have no order")
    if kind == "timestamp":
        return compare_timestamps(left, right)
    if left < right:
        return -1
    if left > right:
        return 1
    return 0 if left == right else None


def is_less(left: Any, right: Any) -> bool:
    return order(left, right) == -1


def is_greater(left: Any, right: Any) -> bool:
    return order(left, right) == 1


def is_at_most(left: Any, right: Any) -> bool:
    return order(left, right) in (-1, 0)


def is_at_least(left: Any, right: Any) -> bool:
    return order(left, right) in (0, 1)


def make_map(keys: Sequence[Any], values: Sequence[Any]) -> Mapping[Any, Any]:
    """A map of these entries; every key once, and of a type that may be one."""
    for key in keys:
        if kind_of(key) not in ("bool", "int", "uint", "string"):
            raise Failure(f"{kind_of(key)} can't be the key of a map")
    made = dict(zip(keys, values, strict=True))
    if len(made) == len(keys):
        return made
    # Either a repeated key, or booleans beside numbers.
    mixed = MixedMap(list(zip(keys, values, strict=True)))
    if len(mixed) < len(keys):
        raise Failure("a key is repeated in the map")
    return mixed
