"""Other implementations of CEL, and values of all of them in one plain form."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache
from typing import Any

import celpy
from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings
from celpy import celtypes
from celpy.evaluation import CELEvalError

from engine.cel.checking.types import Type
from engine.cel.values.kinds import kind_of
from tests.engine.cel.expressions import VARIABLES

ERROR = ("error",)
SCOPE = {name: value for name, (_, value) in VARIABLES.items()}


def plain(value: Any) -> Any:
    """A value of ours that says its type, with NaN equal to itself."""
    kind = kind_of(value)
    match kind:
        case "list":
            return (kind, tuple(map(plain, value)))
        case "map":
            return (kind, frozenset((plain(key), plain(item)) for key, item in value.items()))
        case "double":
            return (kind, "nan" if math.isnan(value) else value)
        case _:
            return (kind, value)


_GOOGLE_TYPES = {
    "bool": cel.Type.BOOL, "int": cel.Type.INT, "uint": cel.Type.UINT, "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING, "bytes": cel.Type.BYTES, "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
}  # fmt: skip


def _google_type(type_: Type) -> Any:
    match type_.kind:
        case "list":
            return cel.Type.List(_google_type(type_.parameters[0]))
        case "map":
            return cel.Type.Map(*map(_google_type, type_.parameters))
        case kind:
            return _GOOGLE_TYPES[kind]


@cache
def _google_environment() -> Any:
    return cel.NewEnv(
        variables={name: _google_type(type_) for name, (type_, _) in VARIABLES.items()},
        extensions=[
            ext_strings.ExtStrings(),
            ext_math.ExtMath(),
            ext_optional.ExtOptional(),
            ext_encoders.ExtEncoders(),
            ext_bindings.ExtBindings(),
        ],
    )


def google(text: str) -> Any:
    """What cel-expr-python says; None where its checker refuses it, or it is known to be wrong."""
    try:
        expression = _google_environment().compile(text)
    except Exception:
        return None
    numbers = {name: int(value) for name, value in SCOPE.items() if kind_of(value) == "uint"}
    try:
        # Its errors of evaluation are values, but for a repeated key in a map.
        found = _google_plain(expression.eval(data={**SCOPE, **numbers}))
    except RuntimeError:
        found = ERROR
    # It fails where the end is the text's own: `'a'.substring(0, 1)`.
    return None if found == ERROR and ".substring(" in text else found


def _google_plain(value: Any) -> Any:
    name = value.type().name().partition("<")[0].lower()
    found = value.value()
    match name:
        case "error":
            return ERROR
        case "list":
            return (name, tuple(map(_google_plain, found)))
        case "map":
            return (name, frozenset((plain(k), _google_plain(v)) for k, v in found.items()))
        case "double":
            return (name, "nan" if math.isnan(found) else found)
        case "bytes":
            return (name, bytes(found))
        case "timestamp":
            return (name, found if found.tzinfo else found.replace(tzinfo=UTC))
        case _:
            return (name, found)


_CELPY_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "bool": celtypes.BoolType,
    "int": celtypes.IntType,
    "uint": celtypes.UintType,
    "double": celtypes.DoubleType,
    "string": celtypes.StringType,
    "bytes": celtypes.BytesType,
    "timestamp": celtypes.TimestampType,
    "duration": celtypes.DurationType,
    "list": lambda value: celtypes.ListType(map(_to_celpy, value)),
    "map": lambda value: celtypes.MapType({_to_celpy(k): _to_celpy(v) for k, v in value.items()}),
}


# Made here, because it changes the recursion limit, which Hypothesis watches.
_CELPY = celpy.Environment()


def _to_celpy(value: Any) -> Any:
    return _CELPY_TYPES[kind_of(value)](value)


def _from_celpy(value: Any) -> Any:
    match value:
        case celtypes.BoolType() | bool():
            return ("bool", bool(value))
        case str():
            return ("string", str(value))
        case int():
            return ("int", int(value))
        case list():
            return ("list", tuple(map(_from_celpy, value)))
        case _:
            raise AssertionError(value)


def cel_python(text: str) -> Any:
    """What cel-python's interpreter says, for expressions of a few types; None where it crashes."""
    program = _CELPY.program(_CELPY.compile(text))
    try:
        return _from_celpy(program.evaluate({name: _to_celpy(v) for name, v in SCOPE.items()}))
    except CELEvalError:
        return ERROR
    except IndexError:
        # To tell of an error it writes the expression out, and fails at an empty list.
        return None
