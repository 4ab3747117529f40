"""
Payloads between bytes, plain values and messages.

Reading has one fast path, msgspec's decoder of the type. Only when that fails is the payload
walked again, for every problem with its place. Writing is checked by reading back: a message can
be built from anything (structs do not validate), so what was written is read strictly and must
give the same message. That costs about as much as the writing itself, and is sure.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from protocol import problems as _problems
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.problems import Problem, Rule
from protocol.types import Message, OneDecimal, Timestamp

__all__ = [
    "PayloadError",
    "Problem",
    "convert",
    "decode",
    "encode",
    "problems",
    "schema_hook",
    "to_builtins",
]

M = TypeVar("M", bound=Message)

_CODES: dict[Rule, ErrorCode] = {
    "missing": ErrorCode.ProtocolError,
    "type": ErrorCode.TypeConstraintViolation,
    "value": ErrorCode.PropertyConstraintViolation,
    "length": ErrorCode.PropertyConstraintViolation,
    "format": ErrorCode.PropertyConstraintViolation,
    "count": ErrorCode.OccurenceConstraintViolation,
    "unknown": ErrorCode.FormationViolation,
}


class PayloadError(Exception):
    """A payload is not what its type says. The first problem decides the CallError code."""

    def __init__(self, problems: tuple[Problem, ...], code: ErrorCode | None = None) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
        self.code = _code(problems[0]) if code is None else code


def _code(problem: Problem) -> ErrorCode:
    # A payload that is no object at all is not a payload, whatever the action.
    if not problem.path and problem.rule == "type":
        return ErrorCode.FormationViolation
    return _CODES[problem.rule]


def decode(type_: type[M], raw: bytes | Raw | str) -> M:
    """
    Reads a payload from the wire.

    Fields that the type does not have are ignored: vendors add them at every level.
    `null` counts as `{}`. Raises PayloadError.
    """
    try:
        message: M = _decoder(type_).decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _decode_slowly(type_, raw, error)
    return message


def _decode_slowly(type_: type[M], raw: bytes | Raw | str, error: Exception) -> M:
    try:
        value = msgspec.json.decode(raw)
        found = _problems.find(
            type_, {} if value is None else value, unknown_fields=True, decimals=True
        )
        if not found and value is None:
            return type_()
    except (msgspec.MsgspecError, ValueError, RecursionError) as unreadable:
        text = f"can't be read: {unreadable}"
        raise PayloadError((Problem("", "format", text),), ErrorCode.FormationViolation) from None
    raise PayloadError(tuple(found) or (Problem("", "value", str(error)),)) from None


def convert(type_: type[M], obj: object, *, unknown_fields: bool = True) -> M:
    """
    Makes a message from plain values: from YAML, CEL or the API.

    With `unknown_fields` false, fields that the type does not have are problems too.
    Charging limits must have at most one digit after the point. Raises PayloadError.
    """
    if not unknown_fields:
        found = problems(type_, obj, unknown_fields=False)
        if found:
            raise PayloadError(tuple(found))
    try:
        return msgspec.convert(obj, type_, dec_hook=_convert_hook)
    except (msgspec.ValidationError, RecursionError):
        found = problems(type_, obj)
        if found:
            raise PayloadError(tuple(found)) from None
        # Subclasses of str, int and list are as good as what they are, but not to msgspec.
        return msgspec.convert(_plain(obj), type_, dec_hook=_convert_hook)


def problems(type_: type[Message], obj: object, *, unknown_fields: bool = True) -> list[Problem]:
    """Lists everything that `convert` would refuse."""
    return _problems.find(type_, obj, unknown_fields=unknown_fields, decimals=False)


def encode(message: Message) -> bytes:
    """Writes a payload. Raises LocalProtocolError for what is not valid OCPP."""
    type_ = type(message)
    try:
        data = _ENCODER.encode(message)
        read = _verifier(type_).decode(data)
        # Unequal may only mean a list for a tuple; what counts is what would be written.
        if read == message or _ENCODER.encode(read) == data:
            return data
        reason = "a part is not of the type it should be"
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        reason = str(error)
    raise LocalProtocolError(f"not a valid {type_.__name__}: {reason}")


def to_builtins(message: Message) -> dict[str, Any]:
    """Makes plain values with the wire's names: text, numbers, lists, objects."""
    plain: dict[str, Any] = msgspec.json.decode(_ENCODER.encode(message))
    return plain


def schema_hook(type_: type) -> dict[str, Any]:
    """Describes the types msgspec does not know; for `msgspec.json.schema_components`."""
    if type_ is Timestamp:
        return {"type": "string", "format": "date-time"}
    if type_ is OneDecimal:
        return {"type": "number", "multipleOf": 0.1}
    raise NotImplementedError


def _read_hook(type_: type, value: object) -> object:
    if type_ is Timestamp:
        if type(value) is str:
            return Timestamp.parse(value)
        return _problems.read_timestamp(value)
    return _problems.read_decimal(value)


def _convert_hook(type_: type, value: object) -> object:
    if type_ is Timestamp:
        return _problems.read_timestamp(value)
    _problems.read_decimal(value)
    _problems.check_decimals(value)
    return OneDecimal(value)  # type: ignore[arg-type]  # read_decimal has just read it


def _verify_hook(type_: type, value: object) -> object:
    if type_ is Timestamp:
        if isinstance(value, str) and (len(value) != 24 or value[19] != "." or value[23] != "Z"):
            raise ValueError(f"not how a timestamp is written: `{value}`")
        return _problems.read_timestamp(value)
    return _convert_hook(type_, value)


def _write_hook(value: object) -> object:
    if isinstance(value, Timestamp):
        return str(value)
    if isinstance(value, OneDecimal):
        return float(value)
    raise TypeError(f"no message has fields of the type `{type(value).__name__}`")


_ENCODER = msgspec.json.Encoder(enc_hook=_write_hook)


@cache
def _decoder(type_: type[M]) -> msgspec.json.Decoder[M]:
    return msgspec.json.Decoder(type_, dec_hook=_read_hook)


@cache
def _verifier(type_: type[M]) -> msgspec.json.Decoder[M]:
    return msgspec.json.Decoder(type_, dec_hook=_verify_hook)


def _plain(value: object) -> object:
    match value:
        case bool():
            return bool(value)
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case Mapping():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case Sequence() if not isinstance(value, bytes):
            return [_plain(item) for item in value]
        case _:
            return value
