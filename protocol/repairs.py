"""
What charge points write wrong, put right as far as its meaning is sure. ocpp16.md §7.

A charge point whose StopTransaction is refused for a spelling drops it, and nobody bills the
transaction. So a request that breaks its type is read again here: numbers as text and text as
numbers, words in the wrong letter case or of nobody's list, text that is too long. What can't be
read at all is left out where it may be absent. No meter reading is ever guessed: a start or a stop
without one stays refused.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, inspect

from protocol.messages import (
    Location,
    Measurand,
    Phase,
    ReadingContext,
    SampledValue,
    StopTransactionReq,
    UnitOfMeasure,
    ValueFormat,
)
from protocol.payloads import PayloadError, decode, read_hook
from protocol.problems import Problem, description
from protocol.types import Message, OneDecimal, Timestamp

M = TypeVar("M", bound=Message)

_READINGS = frozenset({"meterStart", "meterStop"})
"""Wh, rounded where they have a fraction; what an id with a fraction means, nobody knows."""

_LONGEST_CUT = 255
"""Longer texts are certificates and the like, of which a part is worth nothing."""

_INSTEAD: Mapping[tuple[type, str], Any] = {
    # Errata 3.18: a charge point that never got its StartTransaction.conf has no id to send, and
    # sends -1. Some send null, or nothing. To refuse their stop would lose the transaction.
    (StopTransactionReq, "transactionId"): -1,
    # §4.10: a stop can't be refused. Of a start the time is a part of what it is known by.
    (StopTransactionReq, "timestamp"): Timestamp.parse("1970-01-01T00:00:00Z"),
}

_VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "context": ReadingContext,
    "format": ValueFormat,
    "measurand": Measurand,
    "phase": Phase,
    "location": Location,
    "unit": UnitOfMeasure,
}

_NUMBER = re.compile(r"[+-]?\d{1,19}(\.\d{1,19})?", re.ASCII)


class _UnreadableError(Exception):
    """A value that means nothing here."""


def read(type_: type[M], raw: bytes | Raw | str) -> tuple[M, tuple[Problem, ...]]:
    """Reads a payload and says what was wrong with it. Raises PayloadError if it can't be read."""
    try:
        return decode(type_, raw), ()
    except PayloadError as error:
        message = repaired(type_, raw)
        if message is None:
            raise
        return message, error.problems


def repaired(type_: type[M], raw: bytes | Raw | str) -> M | None:
    """The message that a wrong payload surely means; null if there is no such."""
    try:
        value = _read("", description(type_), msgspec.json.decode(raw))
        return msgspec.convert(value, type_, dec_hook=read_hook)
    except (_UnreadableError, msgspec.MsgspecError, ArithmeticError, ValueError, RecursionError):
        return None


def _read(name: str, type_: inspect.Type, value: object) -> Any:
    match type_:
        case inspect.UnionType(types=types):
            known = next(t for t in types if not isinstance(t, inspect.NoneType))
            return None if value is None else _read(name, known, value)
        case inspect.StructType(cls=cls):
            return _sampled_value(value) if cls is SampledValue else _object(type_, value)
        case inspect.VarTupleType():
            return _list(type_, value)
        case inspect.StrType():
            return _text(type_, value)
        case inspect.IntType():
            return _integer(value, rounded=name in _READINGS)
        case inspect.EnumType():
            return _word(type_, value)
        case inspect.CustomType(cls=cls):
            return _timestamp(value) if cls is Timestamp else OneDecimal(_number(value))
        case _:
            return value


def _object(type_: inspect.StructType, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _UnreadableError
    fields = {}
    for field in type_.fields:
        name = field.encode_name
        try:
            if name in value:
                fields[name] = _read(name, field.type, value[name])
            elif field.required:
                raise _UnreadableError
        except _UnreadableError:
            if (type_.cls, name) in _INSTEAD:
                fields[name] = _INSTEAD[type_.cls, name]
            elif field.required:
                raise
    return fields


def _sampled_value(value: object) -> SampledValue:
    """Its words may be of no list: what a policy or a reader does not know, it can pass over."""
    if not isinstance(value, dict):
        raise _UnreadableError
    words: dict[str, Any] = {
        name: _as_sent(vocabulary, _plain_text(value[name]).strip())
        for name, vocabulary in _VOCABULARIES.items()
        if value.get(name) not in (None, "")
    }
    return SampledValue(value=_plain_text(value.get("value")), **words)


def _as_sent(vocabulary: type[StrEnum], text: str) -> StrEnum:
    for word in vocabulary:
        if word.value.casefold() == text.casefold():
            return word
    word = str.__new__(vocabulary, text)
    word._name_ = word._value_ = text
    return word


def _list(type_: inspect.VarTupleType, value: object) -> list[object]:
    if not isinstance(value, list):
        raise _UnreadableError
    items = []
    for item in value:
        try:
            items.append(_read("", type_.item_type, item))
        except _UnreadableError:
            continue
    if len(items) < (type_.min_length or 0):
        raise _UnreadableError
    return items


def _text(type_: inspect.StrType, value: object) -> str:
    text = _plain_text(value)
    limit = type_.max_length
    if limit is None or len(text) <= limit:
        return text
    if limit > _LONGEST_CUT:
        raise _UnreadableError
    return text.strip()[:limit]


def _plain_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _UnreadableError


def _number(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value) if "." in value else int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _UnreadableError


def _integer(value: object, *, rounded: bool) -> int:
    number = _number(value)
    if not -(2**63) <= number < 2**63 or not (rounded or number == int(number)):
        raise _UnreadableError
    return round(number)


def _word(type_: inspect.EnumType, value: object) -> str:
    text = _plain_text(value).strip()
    words = {word.value.casefold(): word for word in type_.cls}
    word = words.get(text.casefold()) or words.get("other") or words.get("othererror")
    if not text or word is None:
        raise _UnreadableError
    return cast(str, word.value)


def _timestamp(value: object) -> Timestamp:
    try:
        if isinstance(value, str):
            return Timestamp.parse(value)
        # Seconds, or milliseconds, since 1970: no other count of them is of our time.
        seconds = _number(value)
        seconds = seconds / 1000 if seconds >= 1e11 else seconds
        return Timestamp.of(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        raise _UnreadableError from None
