"""What macros do with each element, and what it costs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.cel.errors import Failure, TooCostly
from engine.cel.functions.collections import sort_by_keys
from engine.cel.generating.operations import absorb
from engine.cel.values.equality import make_map
from engine.cel.values.kinds import kind_of
from engine.cel.values.limits import Budget


def bounded(values: Any, most: int) -> Any:
    """The values, where one comprehension may visit that many."""
    if len(values) > most:
        raise TooCostly
    return values


def visited(budget: Budget, values: Any, cost: int) -> Any:
    """What a comprehension of one variable visits, paid for: elements of a list, keys of a map."""
    if not isinstance(values, list | tuple | Mapping):
        raise Failure(f"no matching overload: {kind_of(values)} has no elements")
    budget.spend(len(values) * cost)
    return values


def pairs(budget: Budget, values: Any, cost: int) -> Iterable[tuple[Any, Any]]:
    """What a comprehension of two variables visits: indices and elements, or keys and values."""
    visited(budget, values, cost)
    return values.items() if isinstance(values, Mapping) else enumerate(values)


def every(outcomes: Iterable[Callable[[], Any]]) -> bool:
    return absorb(outcomes, False)


def some(outcomes: Iterable[Callable[[], Any]]) -> bool:
    return absorb(outcomes, True)


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
        return len(value)
    return 0
