"""Values of expressions for who knows nothing of CEL, with errors as evaluation has them."""

from datetime import datetime, timedelta

from engine.cel.errors import CostExceeded, EvaluationError, Failure, TooCostly
from engine.cel.functions.library import LIBRARY
from engine.cel.values.native import native
from engine.cel.values.time import parse_duration, parse_timestamp

_STRING = LIBRARY.by_name["string"]


def plain_value(value: object) -> object:
    """
    The value as plain Python: no uints, optionals or types of CEL in it.

    Raises:
        EvaluationError: it nests too deep, or has too many parts.
    """
    try:
        return native(value)
    except Failure as problem:
        raise EvaluationError(str(problem)) from None
    except TooCostly:
        raise CostExceeded("the value has too many parts") from None


def text_of(value: object) -> str:
    """
    The value as text, as `string(value)` has it.

    Raises:
        EvaluationError: null, lists and maps have no text.
    """
    if type(value) is str:
        return value
    try:
        return str(_STRING.call(value))
    except Failure as problem:
        raise EvaluationError(str(problem)) from None


def duration_of(text: str) -> timedelta | None:
    """The duration that `duration(text)` is; None where it is none."""
    try:
        return parse_duration(text)
    except Failure:
        return None


def timestamp_of(text: str) -> datetime | None:
    """The time that `timestamp(text)` is; None where it is none."""
    try:
        return parse_timestamp(text)
    except Failure:
        return None
