"""
Payloads between bytes, plain values and messages.

Reading has one fast path, msgspec's decoder of the type. Only when that fails is the payload
walked again, for every problem with its place. Writing is checked, as a message can be built from
anything (structs do not validate). Where all fields hold exactly what their types say (`proofs.py`
looks at the values), what is written is valid. Otherwise it is read back strictly and must give
the same message: that costs more than the writing itself, and is sure.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from protocol import problems as _problems
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.problems import Problem, Rule
from protocol.proofs import is_sound
from protocol.timestamps import wire_text
from protocol.types import Message, OneDecimal, Timestamp

__all__ = [
    "PayloadError",
    "Problem",
    "convert",
    "decode",
    "encode",
    "problems",
    "read_hook",
    "schema_hook",
    "to_builtins",
]

M = TypeVar("M", bound=Message)

_WIRE_PROBLEMS = 5
"""As many problems as a CallError's description has room for; a peer may send any number."""

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
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decode_slowly(type_, raw)
    return message


def _decode_slowly(type_: type[M], raw: bytes | Raw | str) -> M:
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        unreadable = Problem("", "format", f"can't be read: {error}")
        raise PayloadError((unreadable,), ErrorCode.FormationViolation) from None
    # OCPP-J 1.6 §4.2: a payload without fields may be null.
    value = {} if value is None else value
    found = _problems.find(type_, value, unknown_fields=True, decimals=True, limit=_WIRE_PROBLEMS)
    if found:
        raise PayloadError(tuple(found))
    # There was a null that we read as a value, or the wrong one of two fields with one name.
    return msgspec.convert(value, type_, dec_hook=read_hook)


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
        if is_sound(message):
            return data
        read = _verifier(type_).decode(data)
        # Unequal may only mean a list for a tuple; what counts is what would be written.
        if read == message or _ENCODER.encode(read) == data:
            return data
        reason = "a part is not of the type it should be"
    except msgspec.ValidationError as error:
        found = problems(type_, msgspec.json.decode(data))
        reason = "; ".join(map(str, found)) or str(error)
    except (TypeError, ValueError, RecursionError) as error:
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


def read_hook(type_: type, value: object) -> object:
    """Reads the types msgspec does not know, as leniently as `decode`."""
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
        return wire_text(value)
    if isinstance(value, OneDecimal):
        return float(value)
    raise TypeError(f"no message has fields of the type `{type(value).__name__}`")


_ENCODER = msgspec.json.Encoder(enc_hook=_write_hook)


@cache
def _decoder(type_: type[M]) -> msgspec.json.Decoder[M]:
    return msgspec.json.Decoder(type_, dec_hook=read_hook)


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
