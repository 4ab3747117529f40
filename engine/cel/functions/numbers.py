"""The math extension: `math.greatest`, rounding, signs and bits."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from engine.cel.errors import Failure
from engine.cel.functions.table import Function, function
from engine.cel.values.equality import is_greater, is_less
from engine.cel.values.kinds import kind_of
from engine.cel.values.numbers import UINT_MAX, Uint, checked_int

_NUMBERS = frozenset({"int", "uint", "double"})


def _extreme(
    extreme: Callable[[Sequence[Any]], Any], better: Callable[[Any, Any], bool]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def of_list(values: Sequence[Any]) -> Any:
        if not values:
            raise Failure("an empty list has no greatest and no least number")
        kinds = set(map(kind_of, values))
        for kind in kinds - _NUMBERS:
            raise Failure(f"no matching overload: {kind} is not a number")
        if "double" not in kinds:
            return extreme(values)
        if values[0] != values[0]:  # NaN stays where it comes first, and is no better later
            return values[0]
        integers = [value for value in values if not isinstance(value, float)]
        doubles = [value for value in values if isinstance(value, float) and value == value]
        found = [extreme(group) for group in (integers, doubles) if group]
        if len(found) > 1:
            # Of equal ones, the one that comes first.
            first = next(value for value in values if value is found[0] or value is found[1])
            second = found[1] if first is found[0] else found[0]
            return second if better(second, first) else first
        return found[0]

    def of_numbers(*values: Any) -> Any:
        return of_list(values)

    return of_list, of_numbers


_greatest_of_list, _greatest = _extreme(max, is_greater)
_least_of_list, _least = _extreme(min, is_less)


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    def rounded(value: float) -> float:
        # The sign is kept where nothing else is left: trunc(-0.5) is -0.0.
        return math.copysign(rounding(value), value) if math.isfinite(value) else value

    return rounded


def _round(value: float) -> float:
    """The nearest whole number; halves away from zero."""
    if not math.isfinite(value) or abs(value) >= 2**52:
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + 1 if abs(value) - whole >= 0.5 else whole, value)


def _abs_int(value: int) -> int:
    return checked_int(abs(value))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _sign_uint(value: Uint) -> Uint:
    return Uint(value > 0)


def _sign_double(value: float) -> float:
    if math.isnan(value):
        return value
    return math.copysign(1.0, value) if value else 0.0


def _sqrt(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _signed(bits: int) -> int:
    bits &= UINT_MAX
    return bits - 2**64 if bits >= 2**63 else bits


def _check_shift(offset: int) -> None:
    if offset < 0:
        raise Failure(f"a shift by a negative offset: {offset}")


def _shift_left(value: int, offset: int) -> int:
    _check_shift(offset)
    return _signed(value << offset) if offset < 64 else 0


def _shift_left_uint(value: Uint, offset: int) -> Uint:
    _check_shift(offset)
    return Uint((int(value) << offset) & UINT_MAX) if offset < 64 else Uint(0)


def _shift_right(value: int, offset: int) -> int:
    """Zeros come in from the left, also for negative numbers."""
    _check_shift(offset)
    return _signed((value & UINT_MAX) >> offset) if offset < 64 else 0


def _shift_right_uint(value: Uint, offset: int) -> Uint:
    _check_shift(offset)
    return Uint(int(value) >> offset) if offset < 64 else Uint(0)


def _bits(name: str, doc: str, example: str, compute: Callable[[int, int], int]) -> Function:
    def unsigned(left: Uint, right: Uint) -> Uint:
        return Uint(compute(int(left), int(right)))

    signatures: dict[str, Callable[..., Any]] = {
        "(int, int) -> int": compute,
        "(uint, uint) -> uint": unsigned,
    }
    return function(name, doc, example, signatures, constant_time=True)


def _extremes(
    name: str, doc: str, example: str, of_list: Callable[..., Any], of_numbers: Callable[..., Any]
) -> Function:
    signatures = {f"({kind}, ...) -> {kind}": of_numbers for kind in ("int", "uint", "double")}
    signatures |= {f"(list({kind})) -> {kind}": of_list for kind in ("int", "uint", "double")}
    signatures |= {"(list(dyn)) -> dyn": of_list, "(dyn, ...) -> dyn": of_numbers}
    return function(name, doc, example, signatures)


MATH: tuple[Function, ...] = (
    _extremes("math.greatest", "The greatest of some numbers, or of a list of numbers.",
              "math.greatest(1, 3, 2) == 3", _greatest_of_list, _greatest),
    _extremes("math.least", "The least of some numbers, or of a list of numbers.",
              "math.least([3, 1, 2]) == 1", _least_of_list, _least),
    function("math.ceil", "The next whole number above.", "math.ceil(1.2) == 2.0",
             {"(double) -> double": _whole(math.ceil)}, constant_time=True),
    function("math.floor", "The next whole number below.", "math.floor(1.7) == 1.0",
             {"(double) -> double": _whole(math.floor)}, constant_time=True),
    function("math.round", "The nearest whole number, halves away from zero.",
             "math.round(-1.5) == -2.0", {"(double) -> double": _round}, constant_time=True),
    function("math.trunc", "The number without its fraction.", "math.trunc(-1.7) == -1.0",
             {"(double) -> double": _whole(math.trunc)}, constant_time=True),
    function("math.abs", "The number without its sign.", "math.abs(-1) == 1",
             {"(int) -> int": _abs_int, "(uint) -> uint": lambda value: value,
              "(double) -> double": abs}, constant_time=True),
    function("math.sign", "-1, 0 or 1.", "math.sign(-5) == -1",
             {"(int) -> int": _sign, "(uint) -> uint": _sign_uint,
              "(double) -> double": _sign_double}, constant_time=True),
    function("math.sqrt", "The square root; NaN of a negative number.", "math.sqrt(9.0) == 3.0",
             {"(double) -> double": _sqrt, "(int) -> double": _sqrt, "(uint) -> double": _sqrt},
             constant_time=True),
    function("math.isNaN", "Whether this is no number.", "math.isNaN(0.0 / 0.0)",
             {"(double) -> bool": math.isnan}, constant_time=True),
    function("math.isInf", "Whether this is an infinity.", "math.isInf(1.0 / 0.0)",
             {"(double) -> bool": math.isinf}, constant_time=True),
    function("math.isFinite", "Whether this is neither NaN nor an infinity.",
             "math.isFinite(1.5)", {"(double) -> bool": math.isfinite}, constant_time=True),
    _bits("math.bitAnd", "The bits that both have.", "math.bitAnd(3, 5) == 1",
          lambda left, right: left & right),
    _bits("math.bitOr", "The bits that one has.", "math.bitOr(1, 4) == 5",
          lambda left, right: left | right),
    _bits("math.bitXor", "The bits that only one has.", "math.bitXor(3, 5) == 6",
          lambda left, right: left ^ right),
    function("math.bitNot", "All bits the other way.", "math.bitNot(1) == -2",
             {"(int) -> int": lambda value: ~value,
              "(uint) -> uint": lambda value: Uint(UINT_MAX ^ int(value))}, constant_time=True),
    function("math.bitShiftLeft", "Bits moved up.", "math.bitShiftLeft(1, 3) == 8",
             {"(int, int) -> int": _shift_left, "(uint, int) -> uint": _shift_left_uint},
             constant_time=True),
    function("math.bitShiftRight", "Bits moved down, zeros above.",
             "math.bitShiftRight(8, 2) == 2",
             {"(int, int) -> int": _shift_right, "(uint, int) -> uint": _shift_right_uint},
             constant_time=True),
)  # fmt: skip
