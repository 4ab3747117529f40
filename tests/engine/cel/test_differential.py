"""Expressions made at random mean the same to us and to Google's C++ runtime."""

import math
from datetime import UTC
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cel import CelError, Environment, EvaluationError, compile
from engine.cel.checking.types import DYN, Type
from engine.cel.values.kinds import kind_of
from tests.engine.cel.expressions import VARIABLES, expressions

KINDS = (
    "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "ints",
    "strings", "map", "map_int",
)  # fmt: skip
SCOPE = {name: value for name, (_, value) in VARIABLES.items()}
TYPED = Environment({name: type_ for name, (type_, _) in VARIABLES.items()})
DYNAMIC = Environment(dict.fromkeys(VARIABLES, DYN))
ERROR = ("error",)

anything = st.sampled_from(KINDS).flatmap(expressions)
checked = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def plain(value: Any) -> Any:
    """A value that says its type, with NaN equal to itself."""
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


def ours(text: str, environment: Environment) -> Any:
    try:
        return plain(compile(text, environment).evaluate(SCOPE))
    except (CelError, EvaluationError):
        return ERROR


def traced(text: str) -> Any:
    try:
        trace = compile(text, TYPED).trace(SCOPE)
    except CelError:
        return ERROR
    return ERROR if trace.error else plain(trace.value)


_CEL_TYPES = {
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
            return _CEL_TYPES[kind]


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
    """Its evaluation errors are values; its checker's errors are raised."""
    environment = _google_environment()
    try:
        expression = environment.compile(text)
    except Exception:
        return None
    data = {name: int(value) if kind_of(value) == "uint" else value for name, value in SCOPE.items()}
    return _google_plain(expression.eval(data=data))


def _google_plain(value: Any) -> Any:
    name = value.type().name().partition("<")[0].lower()
    found = value.value()
    match name:
        case "error":
            return ERROR
        case "list":
            return ("list", tuple(map(_google_plain, found)))
        case "map":
            pairs = ((plain(key), _google_plain(item)) for key, item in found.items())
            return ("map", frozenset(pairs))
        case "double":
            return (name, "nan" if math.isnan(found) else found)
        case "timestamp":
            return (name, found if found.tzinfo else found.replace(tzinfo=UTC))
        case _:
            return (name, found)


@checked
@given(anything)
def test_types_and_traces_change_no_value(text: str) -> None:
    known = ours(text, TYPED)
    assert ours(text, DYNAMIC) == known
    assert traced(text) == known


@checked
@given(anything)
def test_google_agrees(text: str) -> None:
    theirs = google(text)
    if theirs is not None:
        assert ours(text, TYPED) == theirs


