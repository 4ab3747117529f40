"""Bodies as values: JSON taken as the type a route declares, with every mistake and its place."""

import json
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from engine.api.problems import FieldError, did_you_mean, invalid
from engine.api.schemas import in_words
from protocol import payloads
from protocol.types import Message, Timestamp

SECRET = frozenset({"authorizationKey", "password"})
"""Fields whose value is never shown, not even a wrong one."""


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
    errors: list[FieldError] = []
    taken = _taken(type_, value, "", errors)
    if errors:
        raise invalid(*errors)
    return type_(**taken)


def _taken(
    type_: type[Struct], value: dict[str, object], path: str, errors: list[FieldError]
) -> dict[str, object]:
    """Take what fits of the fields of an object, and note what does not."""
    errors += _unknown(type_, value, path)
    taken: dict[str, object] = {}
    for field in msgspec.structs.fields(type_):
        place = path + field.encode_name
        if field.encode_name in value:
            given = value[field.encode_name]
            inner = _shape_in(field.type)
            if inner is not None and isinstance(given, dict):
                taken[field.name] = inner(**_taken(inner, given, f"{place}.", errors))
                continue
            try:
                taken[field.name] = _converted(given, field.type)
            except msgspec.ValidationError:
                errors += _wrong(place, field.type, given)
        elif field.required:
            errors.append(_error(place, "is required"))
    return taken


def _shape_in(type_: Any) -> type[Shape] | None:
    """The shape that a field may hold."""
    choices = get_args(type_) if isinstance(type_, UnionType) else (type_,)
    shapes = (each for each in choices if isinstance(each, type) and issubclass(each, Shape))
    return next(shapes, None)


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


def _unknown(type_: type[Struct], value: dict[str, object], path: str) -> list[FieldError]:
    known = [field.encode_name for field in msgspec.structs.fields(type_)]
    return [
        _error(path + name, f"is not a field here; {did_you_mean(name, known) or _listed(known)}")
        for name in value
        if name not in known
    ]


def _listed(names: list[str]) -> str:
    return f"known are {', '.join(f'`{name}`' for name in names)}"


def _wrong(path: str, type_: Any, value: object) -> Iterator[FieldError]:
    """Say of each item that doesn't fit, or of the value itself, what it must be."""
    wrong = [item for item in _items(type_, value) if not _fits(item[1], item[2])]
    for place, item_type, item in wrong:
        yield from _wrong(path + place, item_type, item)
    if not wrong:
        shown = "" if path in SECRET else f", not {_shown(value)}"
        yield _error(path, f"must be {in_words(type_)}{shown}")


def _items(type_: Any, value: object) -> list[tuple[str, Any, object]]:
    """Place, type and value of each item; none where no list or object is wanted, or given."""
    for choice in get_args(type_) if isinstance(type_, UnionType) else (type_,):
        origin = get_origin(choice)
        if origin is dict and isinstance(value, dict):
            return [(f".{key}", get_args(choice)[1], item) for key, item in value.items()]
        if origin is tuple and isinstance(value, list):
            return [(f"[{n}]", get_args(choice)[0], item) for n, item in enumerate(value)]
    return []


def _fits(type_: Any, value: object) -> bool:
    try:
        _converted(value, type_)
    except msgspec.ValidationError:
        return False
    return True


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return f"`{value[:50]}`"
        case _:
            return f"`{json.dumps(value)[:50]}`"


def _error(path: str, message: str) -> FieldError:
    return FieldError(place="body", path=path, message=message)
