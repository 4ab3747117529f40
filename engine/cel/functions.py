"""
The functions of expressions: CEL's standard library, and its strings extension.

Taken from cel-python where it has them right; those it has wrong or unsafe stand here.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]  # google-re2 has no type information
from celpy import celtypes
from celpy.evaluation import base_functions

from engine.cel.errors import EvaluationError
from engine.cel.values import PreparedList, Record, type_name

Function = Callable[..., Any]

# CEL's duration text is a signed sequence of decimals with units. cel-python's own pattern takes
# exponential time on text like "1111…", so it only sees what passed this linear one.
_DURATION = re.compile(
    r"[-+]?(?:(?:\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})(?:ns|us|µs|ms|s|m|h))+", re.ASCII
)
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)
_INT = re.compile(r"[-+]?\d{1,20}", re.ASCII)
_DOUBLE = re.compile(
    r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?[iI]nf(?:inity)?|NaN", re.ASCII
)
_TEXT_LIMIT = 100


def size(value: Any) -> Any:
    match value:
        case Record():
            return celtypes.IntType(len(list(value.names())))
        case str() | bytes() | list() | dict():
            return celtypes.IntType(len(value))
        case _:
            raise _no_function("size", value)


def string(value: Any) -> Any:
    match value:
        case celtypes.BoolType():
            return celtypes.StringType("true" if value else "false")
        case str() | bytes() | int() | celtypes.TimestampType() | celtypes.DurationType():
            return celtypes.StringType(value if isinstance(value, str | bytes) else str(value))
        case float():
            return celtypes.StringType(repr(float(value)).removesuffix(".0"))
        case _:
            raise _no_function("string", value)


def number(name: str, kind: type, pattern: re.Pattern[str]) -> Function:
    """`int()`, `uint()` or `double()`."""

    def convert(value: Any) -> Any:
        match value:
            case celtypes.BoolType():
                raise _no_function(name, value)
            case str() if not pattern.fullmatch(value):
                raise EvaluationError(f"`{value[:_TEXT_LIMIT]}` can't be read as {name}")
            case str() | int() | float():
                return kind(value)
            case celtypes.TimestampType() if name == "int":
                return kind(value)
            case _:
                raise _no_function(name, value)

    return convert


def bool_(value: Any) -> Any:
    if isinstance(value, celtypes.BoolType):
        return value
    if isinstance(value, str) and value in {"true", "True", "TRUE", "t", "1"}:
        return celtypes.BoolType(True)
    if isinstance(value, str) and value in {"false", "False", "FALSE", "f", "0"}:
        return celtypes.BoolType(False)
    raise _no_function("bool", value)


def duration(value: Any) -> Any:
    if isinstance(value, celtypes.DurationType):
        return value
    if not isinstance(value, str):
        raise _no_function("duration", value)
    if len(value) > _TEXT_LIMIT or not _DURATION.fullmatch(value):
        raise EvaluationError(f"`{value[:_TEXT_LIMIT]}` is not a duration like `1h30m` or `10s`")
    return celtypes.DurationType(value)


def timestamp(value: Any) -> Any:
    if isinstance(value, celtypes.TimestampType):
        return value
    if isinstance(value, celtypes.IntType):
        return celtypes.TimestampType(celtypes.TimestampType(1970, 1, 1)) + celtypes.DurationType(
            int(value)
        )
    if not isinstance(value, str):
        raise _no_function("timestamp", value)
    if not _TIMESTAMP.fullmatch(value):
        raise EvaluationError(
            f"`{value[:_TEXT_LIMIT]}` is not a timestamp like `2026-01-31T12:00:00Z`"
        )
    return celtypes.TimestampType(value)


def matches(text: Any, pattern: Any) -> Any:
    """RE2, so that no pattern takes more than linear time."""
    _need_texts("matches", text, pattern)
    return celtypes.BoolType(_pattern(str(pattern)).search(str(text)) is not None)


@lru_cache(maxsize=1000)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise EvaluationError(
            f"`{pattern[:_TEXT_LIMIT]}` is not a regular expression (RE2)"
        ) from None


def of_text(name: str, apply: Callable[..., Any]) -> Function:
    """A function of text alone, and of integers where it takes positions."""

    def checked(*arguments: Any) -> Any:
        texts = [argument for argument in arguments if not isinstance(argument, celtypes.IntType)]
        _need_texts(name, *texts)
        plain = [
            str(argument) if isinstance(argument, str) else int(argument) for argument in arguments
        ]
        try:
            return apply(*plain)
        except TypeError:
            raise EvaluationError(f"`{name}` takes other arguments") from None

    return checked


def join(items: Any, separator: Any = "") -> Any:
    if not isinstance(items, list):
        raise _no_function("join", items)
    _need_texts("join", separator, *items)
    return celtypes.StringType(str(separator).join(str(item) for item in items))


def _split(text: str, separator: str, limit: int = -1) -> Any:
    parts = list(text) if separator == "" else text.split(separator, max(limit - 1, -1))
    return PreparedList(celtypes.StringType(part) for part in parts)


def _substring(text: str, start: int, end: int | None = None) -> Any:
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise EvaluationError(f"substring({start}, {end}) is out of range")
    return celtypes.StringType(text[start:end])


def _ascii(change: Callable[[str], str]) -> Callable[[str], Any]:
    return lambda text: celtypes.StringType(
        "".join(change(letter) if letter.isascii() else letter for letter in text)
    )


def _part_of_time(name: str) -> Function:
    original = base_functions[name]

    def read(value: Any, zone: Any = None) -> Any:
        if not isinstance(value, celtypes.TimestampType | celtypes.DurationType):
            raise _no_function(name, value)
        if zone is None:
            return original(value)
        _need_texts(name, zone)
        try:
            return original(value, zone)
        except (ValueError, AssertionError):
            raise EvaluationError(f"`{str(zone)[:_TEXT_LIMIT]}` is not a time zone") from None

    return read


def _need_texts(name: str, *values: Any) -> None:
    for value in values:
        if not isinstance(value, str):
            raise _no_function(name, value)


def _no_function(name: str, value: Any) -> EvaluationError:
    return EvaluationError(f"no function `{name}` for {type_name(value)}")


def _text(change: Callable[..., str]) -> Callable[..., Any]:
    return lambda *arguments: celtypes.StringType(change(*arguments))


def _bool(test: Callable[..., bool]) -> Callable[..., Any]:
    return lambda *arguments: celtypes.BoolType(test(*arguments))


def _int(find: Callable[..., int]) -> Callable[..., Any]:
    return lambda *arguments: celtypes.IntType(find(*arguments))


FUNCTIONS: dict[str, Function] = {
    "size": size,
    "bool": bool_,
    "bytes": base_functions["bytes"],
    "double": number("double", celtypes.DoubleType, _DOUBLE),
    "int": number("int", celtypes.IntType, _INT),
    "uint": number("uint", celtypes.UintType, _INT),
    "string": string,
    "duration": duration,
    "timestamp": timestamp,
    "matches": matches,
    "startsWith": of_text("startsWith", _bool(str.startswith)),
    "endsWith": of_text("endsWith", _bool(str.endswith)),
    "contains": of_text("contains", _bool(lambda text, part: part in text)),
    # The strings extension of cel-go and cel-java.
    "lowerAscii": of_text("lowerAscii", _ascii(str.lower)),
    "upperAscii": of_text("upperAscii", _ascii(str.upper)),
    "trim": of_text("trim", _text(str.strip)),
    "replace": of_text("replace", _text(str.replace)),
    "split": of_text("split", _split),
    "substring": of_text("substring", _substring),
    "indexOf": of_text("indexOf", _int(str.find)),
    "lastIndexOf": of_text("lastIndexOf", _int(str.rfind)),
    "join": join,
    **{name: _part_of_time(name) for name in base_functions if name.startswith("get")},
}
"""Every function an expression may call, also as a method of its first argument."""

COMPREHENSIONS = frozenset({"all", "exists", "exists_one", "filter", "map"})
"""The macros that run over a list or a map."""

MACROS = COMPREHENSIONS | {"has", "dyn"}
