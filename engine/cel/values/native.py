"""Values of CEL as plain Python, for who knows nothing of CEL: encoders, logs, answers."""

from collections.abc import Mapping
from typing import Any

from engine.cel.errors import Failure
from engine.cel.values.kinds import Optional, TypeValue
from engine.cel.values.limits import Budget
from engine.cel.values.numbers import Uint

_SCALARS = frozenset({type(None), bool, int, float, str, bytes})


def native(value: Any, budget: Budget | None = None) -> Any:
    """
    The value with its uints as int, optionals as their value or None, types as their name.

    Raises:
        TooCostly: it has too many parts; lists may be in a list many times over.
        Failure: it nests too deep.
    """
    if type(value) in _SCALARS:
        return value
    budget = budget or Budget()
    try:
        return _native(value, budget)
    except RecursionError:
        raise Failure("the value nests too deep") from None


def _native(value: Any, budget: Budget) -> Any:
    budget.spend(1)
    match value:
        case Uint():
            return int(value)
        case list() | tuple():
            return [_native(item, budget) for item in value]
        case Mapping():
            return {_native(key, budget): _native(item, budget) for key, item in value.items()}
        case Optional():
            return _native(value.value, budget) if value.present else None
        case TypeValue():
            return value.name
        case _:
            return value
