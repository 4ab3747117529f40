"""Query strings, read by a declared struct: wrong values and unknown names are all reported."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.datastructures import QueryParams

from engine.api.problems import FieldError, did_you_mean, invalid
from engine.api.schemas import in_words
from protocol.types import Timestamp

Q = TypeVar("Q", bound="Query")


class Query(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The query parameters of a route; this one has none."""


Limit = Annotated[int, Meta(ge=1, le=1000)]


class PageQuery(Query, frozen=True, kw_only=True):
    """Which part of a list is wanted."""

    limit: Limit = 100
    """How many items at most; 1 to 1000."""
    cursor: str | None = None
    """Where to go on: `next` of the page before."""


def read(type_: type[Q], parameters: QueryParams) -> Q:
    """
    Read the query string as `type_`.

    Raises:
        ProblemError: 422 with every parameter that is unknown, repeated or of a wrong value.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
    errors: list[FieldError] = []
    values: dict[str, object] = {}
    for name in dict.fromkeys(parameters.keys()):
        if name not in fields:
            errors.append(_error(name, _unknown(name, fields)))
        elif len(parameters.getlist(name)) > 1:
            errors.append(_error(name, "is given more than once"))
        else:
            _convert(fields[name], parameters[name], values, errors)
    for name, field in fields.items():
        if field.required and name not in parameters:
            errors.append(_error(name, "is required"))
    if errors:
        raise invalid(*errors)
    return type_(**values)


def _convert(
    field: msgspec.structs.FieldInfo,
    text: str,
    values: dict[str, object],
    errors: list[FieldError],
) -> None:
    try:
        values[field.name] = msgspec.convert(text, field.type, strict=False, dec_hook=_dec_hook)
    except msgspec.ValidationError:
        message = f"must be {in_words(field.type)}, not `{text[:50]}`"
        errors.append(_error(field.encode_name, message))


def _dec_hook(type_: type, value: object) -> object:
    assert type_ is Timestamp
    assert isinstance(value, str)
    return Timestamp.parse(value)


def _unknown(name: str, fields: dict[str, msgspec.structs.FieldInfo]) -> str:
    suggestion = did_you_mean(name, fields)
    known = ", ".join(f"`{field}`" for field in fields)
    if suggestion:
        return f"is unknown here; {suggestion}"
    return f"is unknown here; known are {known}" if known else "is unknown; there are none here"


def _error(name: str, message: str) -> FieldError:
    return FieldError(place="query", path=name, message=message)
