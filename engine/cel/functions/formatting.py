"""`format` of the strings extension: its clauses and how each writes values."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.cel.errors import Failure
from engine.cel.values.kinds import kind_of
from engine.cel.values.limits import check_text
from engine.cel.values.numbers import fixed_text
from engine.cel.values.time import duration_text, timestamp_text

_CLAUSE = re.compile(r"%(?:(%)|(\.[0-9]*)?([\s\S]?))")
_BROKEN = re.compile("\ufffd+")
_PRECISION_LIMIT = 100
_DEPTH_LIMIT = 50
_PIECE_COST = 20
"""What a value inside of a list counts for, in characters: its own are soon written."""


def format_text(template: str, arguments: Sequence[Any]) -> str:
    """
    The template with its clauses replaced by arguments.

    Raises:
        Failure: an unknown clause, too few arguments, or one that doesn't fit its clause.
    """
    parts: list[str] = []
    at = used = total = 0
    for match in _CLAUSE.finditer(template):
        literal, precision, clause = match.groups()
        if literal is not None:
            text = "%"
        else:
            if clause not in _WRITERS or not clause:
                raise Failure(f"unrecognized formatting clause `{match[0]}`")
            if used >= len(arguments):
                raise Failure(f"index {used} out of range: `format` has too few arguments")
            text = _WRITERS[clause](arguments[used], _precision(precision))
            used += 1
        parts += (template[at : match.start()], text)
        total += len(text)
        check_text(total)
        at = match.end()
    parts.append(template[at:])
    return "".join(parts)


def _precision(text: str | None) -> int | None:
    if text is None:
        return None
    if len(text) > 4 or int(text[1:] or 0) > _PRECISION_LIMIT:
        raise Failure(f"a precision is at most {_PRECISION_LIMIT}")
    return int(text[1:] or 0)


def _refuse(clause: str, value: object) -> Failure:
    return Failure(f"`{clause}` can't format {kind_of(value)}")


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _string(value: Any, precision: int | None) -> str:
    pieces: list[str] = []
    total = 0
    for piece in _pieces(value, 0):
        pieces.append(piece)
        total += len(piece) + _PIECE_COST
        check_text(total)
    return "".join(pieces)


def _pieces(value: Any, depth: int) -> Iterable[str]:
    if depth > _DEPTH_LIMIT:
        raise Failure("values nested too deep to be formatted")
    match kind_of(value):
        case "string":
            yield str(value)
        case "bool":
            yield "true" if value else "false"
        case "null":
            yield "null"
        case "int" | "uint":
            yield int.__repr__(value)
        case "double":
            yield fixed_text(value) if math.isfinite(value) else _not_finite(value)
        case "bytes":
            yield _BROKEN.sub("\ufffd", value.decode(errors="replace"))
        case "timestamp":
            text = timestamp_text(value)
            yield f"{text[:-1].rstrip('0')}Z" if "." in text else text
        case "duration":
            yield duration_text(value)
        case "type":
            yield value.name
        case "list":
            yield from _joined("[", (_pieces(item, depth + 1) for item in value), "]")
        case "map":
            yield from _joined("{", _entries(value, depth), "}")
        case _:
            raise _refuse("%s", value)


def _entries(value: Mapping[Any, Any], depth: int) -> Iterable[Iterable[str]]:
    keyed = sorted((("".join(_pieces(key, depth + 1)), key) for key in value), key=lambda p: p[0])
    for text, key in keyed:
        yield (text, ": ", *_pieces(value[key], depth + 1))


def _joined(start: str, items: Iterable[Iterable[str]], end: str) -> Iterable[str]:
    yield start
    for index, item in enumerate(items):
        if index:
            yield ", "
        yield from item
    yield end


def _decimal(value: Any, precision: int | None) -> str:
    match kind_of(value):
        case "int" | "uint":
            return int.__repr__(value)
        case "double" if not math.isfinite(value):
            return _not_finite(value)
        case "double":
            return fixed_text(value)
        case _:
            raise _refuse("%d", value)


def _number(value: Any, clause: str) -> float:
    kind = kind_of(value)
    if kind in ("double", "int", "uint"):
        return float(value)
    if kind == "string" and value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    raise _refuse(clause, value)


def _fixed(value: Any, precision: int | None) -> str:
    number = _number(value, "%f")
    return (
        f"{number:.{6 if precision is None else precision}f}"
        if math.isfinite(number)
        else (_not_finite(number))
    )


def _scientific(value: Any, precision: int | None) -> str:
    number = _number(value, "%e")
    return (
        f"{number:.{6 if precision is None else precision}e}"
        if math.isfinite(number)
        else (_not_finite(number))
    )


def _binary(value: Any, precision: int | None) -> str:
    if kind_of(value) in ("int", "uint", "bool"):
        return format(int(value), "b")
    raise _refuse("%b", value)


def _octal(value: Any, precision: int | None) -> str:
    if kind_of(value) in ("int", "uint"):
        return format(int(value), "o")
    raise _refuse("%o", value)


def _hexadecimal(value: Any, precision: int | None) -> str:
    match kind_of(value):
        case "int" | "uint":
            return format(int(value), "x")
        case "string":
            check_text(2 * len(value))
            return str(value).encode(errors="replace").hex()
        case "bytes":
            check_text(2 * len(value))
            return bytes(value).hex()
        case _:
            raise _refuse("%x", value)


def _upper_hexadecimal(value: Any, precision: int | None) -> str:
    return _hexadecimal(value, precision).upper()


_WRITERS = {
    "s": _string,
    "d": _decimal,
    "f": _fixed,
    "e": _scientific,
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": _upper_hexadecimal,
}
