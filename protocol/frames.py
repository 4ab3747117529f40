"""
Frames: the JSON arrays that carry Calls and their answers. OCPP-J 1.6 §4.2.

Decoding never raises for what a peer sent. A frame that is not one comes out as `Malformed`,
with what to answer, if anything can be answered at all.
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from protocol.errors import ErrorCode, LocalProtocolError
from protocol.types import Integer, MessageId

WireId = MessageId | int
"""A message id as it was sent. Numbers are wrong but exist; they are echoed as numbers."""

_ID_LIMIT = 255
"""Longer ids are not kept. OCPP-J 1.6 §4.1.4 allows 36 characters; some send more."""

_DESCRIPTION_LIMIT = 255


class Call(msgspec.Struct, frozen=True):
    """A request: `[2, id, action, payload]`. OCPP-J 1.6 §4.2.1."""

    message_id: WireId
    action: str
    payload: bytes


class CallResult(msgspec.Struct, frozen=True):
    """An answer: `[3, id, payload]`. OCPP-J 1.6 §4.2.2."""

    message_id: WireId
    payload: bytes


class CallError(msgspec.Struct, frozen=True):
    """A failure to answer: `[4, id, code, description, details]`. OCPP-J 1.6 §4.2.3."""

    message_id: WireId
    code: ErrorCode
    description: str = ""
    details: dict[str, Any] = {}


class Malformed(msgspec.Struct, frozen=True):
    """Something that is no frame; answered with a CallError when `code` is set."""

    message_id: WireId | None
    code: ErrorCode | None
    description: str


Frame = Call | CallResult | CallError


class _Call(msgspec.Struct, array_like=True, tag=2, gc=False):
    message_id: Annotated[MessageId, Meta(max_length=_ID_LIMIT)] | Integer
    action: str
    payload: Raw


class _CallResult(msgspec.Struct, array_like=True, tag=3, gc=False):
    message_id: Annotated[MessageId, Meta(max_length=_ID_LIMIT)] | Integer
    payload: Raw = Raw(b"{}")


class _CallError(msgspec.Struct, array_like=True, tag=4, gc=False):
    message_id: Annotated[MessageId, Meta(max_length=_ID_LIMIT)] | Integer
    code: Raw = Raw(b'"GenericError"')
    description: Raw = Raw(b'""')
    details: Raw = Raw(b"{}")


_WIRE = msgspec.json.Decoder(_Call | _CallResult | _CallError)
_ELEMENTS = msgspec.json.Decoder(list[Raw])
_ENCODER = msgspec.json.Encoder()
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

_SALVAGE = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\\x00-\x1f]{1,255})"\s*,')


def decode(text: str) -> Frame | Malformed:
    """Reads a frame. Never raises."""
    try:
        wire = _WIRE.decode(text)
    except _UNREADABLE as error:
        return _diagnose(text, error)
    if type(wire) is _Call:
        return Call(wire.message_id, wire.action, bytes(wire.payload))
    if type(wire) is _CallResult:
        return CallResult(wire.message_id, bytes(wire.payload))
    assert type(wire) is _CallError
    return _call_error(wire)


def _call_error(wire: _CallError) -> CallError:
    # An answer that says "failed" is one, however badly it says so.
    code = _read(wire.code)
    description = _read(wire.description)
    details = _read(wire.details)
    text = description if isinstance(description, str) else ""
    known = ErrorCode.read(code) if isinstance(code, str) else ErrorCode.GenericError
    if known is ErrorCode.GenericError and isinstance(code, str) and code != known:
        text = f"`{code}` {text}".rstrip()
    return CallError(wire.message_id, known, text, details if isinstance(details, dict) else {})


def _read(raw: Raw) -> object:
    try:
        value: object = msgspec.json.decode(raw)
    except _UNREADABLE:
        return None
    return value


def _diagnose(text: str, error: Exception) -> Malformed:
    try:
        raw = _ELEMENTS.decode(text)
    except _UNREADABLE:
        return _salvage(text, error)
    # What is wrong shows in the first ones; a peer may send half a million.
    elements = [_read(element) for element in raw[:4]]
    match elements:
        case [float(), *_]:
            return Malformed(None, None, "a message type that is no integer")
        case [2, str() | int() as id_, *rest] if not isinstance(id_, bool):
            return Malformed(_wire_id(id_), ErrorCode.FormationViolation, _shape(id_, rest))
        case [2 | 3 | 4, *_]:
            return Malformed(None, None, "a frame without a message id that can be answered")
        case [int() as kind, *_]:
            # OCPP-J 1.6 §4.1.3: "When a server receives a message with a Message Type Number not
            # in this list, it SHALL ignore the message payload."
            return Malformed(None, None, f"unknown message type `{kind}`"[:_DESCRIPTION_LIMIT])
        case _:
            return Malformed(None, None, "an array that is not a frame")


def _wire_id(id_: str | int) -> WireId:
    return MessageId(id_) if isinstance(id_, str) else id_


def _shape(id_: str | int, rest: list[object]) -> str:
    if isinstance(id_, str) and len(id_) > _ID_LIMIT:
        return f"the message id has {len(id_)} characters, 36 are allowed"
    if len(rest) < 2:
        return f"a Call has 4 elements, not {2 + len(rest)}"
    if not isinstance(rest[0], str):
        return "the action must be text"
    return "the message id does not fit in 64 bits"


def _salvage(text: str, error: Exception) -> Malformed:
    """Finds the message id in a Call that is broken further on, so that it can be answered."""
    reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    found = _SALVAGE.match(text)
    if found is None or not found[1].isprintable():
        return Malformed(None, None, f"not JSON: {reason}"[:_DESCRIPTION_LIMIT])
    description = f"not JSON: {reason}"[:_DESCRIPTION_LIMIT]
    return Malformed(MessageId(found[1]), ErrorCode.FormationViolation, description)


def encode_result(message_id: WireId, payload: bytes) -> str:
    """Writes a CallResult from its parts."""
    return _ENCODER.encode((3, message_id, Raw(payload))).decode()


def encode(frame: Frame) -> str:
    """Writes a frame. Raises LocalProtocolError for a Call whose id is not 1 to 36 characters."""
    message_id = frame.message_id
    if isinstance(frame, CallResult):
        return encode_result(message_id, frame.payload)
    if isinstance(frame, CallError):
        text = frame.description[:_DESCRIPTION_LIMIT]
        return _ENCODER.encode((4, message_id, frame.code, text, frame.details)).decode()
    if not isinstance(message_id, str) or not 1 <= len(message_id) <= 36:
        raise LocalProtocolError(f"not a message id: `{message_id}`")
    return _ENCODER.encode((2, message_id, frame.action, Raw(frame.payload))).decode()
