"""Which CEL type a Python value has, and the values that only CEL knows: types and optionals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from engine.cel.values.numbers import Uint


class TypeValue:
    """A type as a value: what `type(x)` gives and `int` names."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeValue) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name


class Optional:
    """`optional.of(x)` or `optional.none()`."""

    __slots__ = ("present", "value")

    def __init__(self, value: object, *, present: bool = True) -> None:
        self.value = value
        self.present = present

    def __repr__(self) -> str:
        return f"optional.of({self.value!r})" if self.present else "optional.none()"


NOTHING: Final = Optional(None, present=False)

TYPE_NAMES = {
    "null": "null_type",
    "bool": "bool",
    "int": "int",
    "uint": "uint",
    "double": "double",
    "string": "string",
    "bytes": "bytes",
    "list": "list",
    "map": "map",
    "type": "type",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "optional": "optional_type",
}
"""The names of types as values, by kind."""

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    tuple: "list",
    dict: "map",
    TypeValue: "type",
    Optional: "optional",
    datetime: "timestamp",
    timedelta: "duration",
}
# In this order: bool is an int for Python, Uint too.
_BASES: tuple[tuple[type, str], ...] = (
    (Uint, "uint"),
    (int, "int"),
    (str, "string"),
    (float, "double"),
    (bytes, "bytes"),
    (datetime, "timestamp"),
    (timedelta, "duration"),
    (list, "list"),
    (tuple, "list"),
    (msgspec.Struct, "struct"),
    (Mapping, "map"),
)


def kind_of(value: object) -> str:
    """The kind of a value's type; `opaque` for what CEL doesn't know."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    for base, kind in _BASES:
        if isinstance(value, base):
            if len(_KINDS) < 1000:
                _KINDS[type(value)] = kind
            return kind
    return "opaque"


def type_of(value: object) -> TypeValue:
    """`type(value)`."""
    kind = kind_of(value)
    return TypeValue(TYPE_NAMES.get(kind) or type(value).__name__)
