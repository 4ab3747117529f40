"""Numbers of 64 bits: int, uint and double, with the arithmetic of the CEL specification."""

import math
from decimal import Decimal

from engine.cel.errors import Failure

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1
UINT_MAX = 2**64 - 1


class Uint(int):
    """
    A uint. Equal to, and hashed as, the int of the same value, as CEL compares them.

    Arithmetic of Python makes an int of it: only the functions here keep the type.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


def checked_int(value: int) -> int:
    """The value, if it is an int64."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise Failure("integer overflow")


def checked_uint(value: int) -> Uint:
    """The value as a uint64."""
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise Failure("unsigned integer overflow")


def add_ints(left: int, right: int) -> int:
    return checked_int(left + right)


def subtract_ints(left: int, right: int) -> int:
    return checked_int(left - right)


def multiply_ints(left: int, right: int) -> int:
    return checked_int(left * right)


def divide_ints(left: int, right: int) -> int:
    """Division towards zero."""
    if right == 0:
        raise Failure("division by zero")
    quotient = abs(left) // abs(right)
    return checked_int(quotient if (left < 0) == (right < 0) else -quotient)


def remainder_ints(left: int, right: int) -> int:
    """The remainder has the sign of the dividend."""
    if right == 0:
        raise Failure("modulus by zero")
    if left == INT_MIN and right == -1:
        raise Failure("integer overflow")
    remainder = abs(left) % abs(right)
    return remainder if left >= 0 else -remainder


def negate_int(value: int) -> int:
    return checked_int(-value)


def add_uints(left: int, right: int) -> Uint:
    return checked_uint(int(left) + int(right))


def subtract_uints(left: int, right: int) -> Uint:
    return checked_uint(int(left) - int(right))


def multiply_uints(left: int, right: int) -> Uint:
    return checked_uint(int(left) * int(right))


def divide_uints(left: int, right: int) -> Uint:
    if right == 0:
        raise Failure("division by zero")
    return Uint(int(left) // int(right))


def remainder_uints(left: int, right: int) -> Uint:
    if right == 0:
        raise Failure("modulus by zero")
    return Uint(int(left) % int(right))


def divide_doubles(left: float, right: float) -> float:
    """IEEE 754 division: by zero it gives an infinity, or NaN."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


def double_text(value: float) -> str:
    """
    The shortest decimal that reads back as this double: `1`, `0.1`, `1e+06`.

    With an exponent below 1e-4 and from 1e6 on, as the reference implementations write it.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, point = _decimal(value)
    if digits != "0" and not -4 <= point - 1 < 6:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{point - 1:+03d}"
    return sign + _fixed(digits, point)


def fixed_text(value: float) -> str:
    """A finite double's shortest decimal, never with an exponent."""
    sign, digits, point = _decimal(value)
    return sign + _fixed(digits, point)


def _decimal(value: float) -> tuple[str, str, int]:
    """Sign, significant digits, and where the point stands among them."""
    sign, figures, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)
    significant = digits.rstrip("0") or "0"
    return "-" if sign else "", significant, point if significant != "0" else 1


def _fixed(digits: str, point: int) -> str:
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
