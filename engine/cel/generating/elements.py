"""Fields and elements of values whose types are only known now, and optional parts of literals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from engine.cel.checking.structs import attributes
from engine.cel.errors import Failure
from engine.cel.values.equality import lookup, make_map
from engine.cel.values.kinds import NOTHING, Optional, kind_of

_MISSING = object()


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
    if operand is None:
        raise Failure(f"null has no field `{field}`")
    raise Failure(f"no matching overload: {kind_of(operand)} has no field `{field}`")


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
    kind = kind_of(key)
    if kind in ("int", "uint") or (kind == "double" and key.is_integer()):
        return int(key)
    raise Failure(f"no matching overload: {_shown(key)} is no index of a list")


def _shown(key: Any) -> str:
    return f"`{key}`" if isinstance(key, str | int) else kind_of(key)


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
