"""Bodies as values: JSON taken as the type a route declares, with every mistake and its place."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from engine.api.problems import FieldError, did_you_mean, invalid
from engine.api.schemas import in_words
from protocol import payloads
from protocol.types import Message, Timestamp

SECRET = frozenset({"authorizationKey", "password"})
"""Fields whose value is never shown, not even a wrong one."""

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")


class Shape(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A body that is the API's own, not an OCPP message."""


def shaped(type_: type[Struct], value: object) -> Any:
    """
    Take plain values as `type_`.

    Raises:
        ProblemError: 422 with every field that is unknown, missing or of a wrong value.
    """
    if issubclass(type_, Message):
        return _message(type_, value)
    if not isinstance(value, dict):
        raise invalid(_error("", "must be an object"))
    errors = _unknown(type_, value)
    taken: dict[str, Any] = {}
    for field in msgspec.structs.fields(type_):
        if field.encode_name in value:
            try:
                taken[field.name] = _converted(value[field.encode_name], field.type)
            except msgspec.ValidationError as error:
                errors.append(_wrong(field, value[field.encode_name], str(error)))
        elif field.required:
            errors.append(_error(field.encode_name, "is required"))
    if errors:
        raise invalid(*errors)
    return type_(**taken)


def _message(type_: type[Message], value: object) -> Message:
    try:
        return payloads.convert(type_, value, unknown_fields=False)
    except payloads.PayloadError as error:
        raise invalid(*(_error(p.path, p.message) for p in error.problems)) from None


def _converted(value: object, type_: Any) -> object:
    return msgspec.convert(value, type_, dec_hook=_dec_hook)


def _dec_hook(type_: type, value: object) -> object:
    if type_ is Timestamp and isinstance(value, str):
        return Timestamp.parse(value)
    raise ValueError("must be a date and time as text")


def _unknown(type_: type[Struct], value: dict[str, object]) -> list[FieldError]:
    known = [field.encode_name for field in msgspec.structs.fields(type_)]
    return [
        _error(name, f"is not a field here; {did_you_mean(name, known) or _listed(known)}")
        for name in value
        if name not in known
    ]


def _listed(names: list[str]) -> str:
    return f"known are {', '.join(f'`{name}`' for name in names)}"


def _wrong(field: msgspec.structs.FieldInfo, value: object, message: str) -> FieldError:
    if isinstance(value, dict | list):
        # msgspec knows where in it the mistake is, and says so in the message.
        place = _PLACE.search(message)
        inner = place["path"] if place else ""
        text = _PLACE.sub("", message)
        return _error(field.encode_name + inner, text[:1].lower() + text[1:])
    if field.encode_name in SECRET:
        return _error(field.encode_name, f"must be {in_words(field.type)}")
    shown = "null" if value is None else f"`{str(value)[:50]}`"
    return _error(field.encode_name, f"must be {in_words(field.type)}, not {shown}")


def _error(path: str, message: str) -> FieldError:
    return FieldError(place="body", path=path, message=message)
