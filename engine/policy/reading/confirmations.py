"""
What makes confirmations of the templates of responses.

Theory of operation. What a response's parts are is known when it is read: so most of a
confirmation is made then, and what an expression gives is looked at just as far as its field
demands: an enumeration is one look into a table. Where that finds anything wrong, the response
is made again the long way, as plain values that are converted with every check: that one says
what is wrong. Expressions have no effects, so the second time gives the same.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from engine.cel import EvaluationError, plain_value
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.response import Literal, Make, Map, Template, Text, Value, is_fixed
from engine.policy.defaults import Form
from protocol import payloads
from protocol.types import Message, Timestamp

Convert = Callable[[Any], Any]
"""Of a value of an expression that of a field; raises where it isn't sure that it fits."""

Fill = Callable[[Any], Any]
"""Of a scope the value of a field; raises where it isn't sure."""


def maker(template: Template, form: Form) -> Make:
    """What makes the confirmation of a template that was found good."""
    slow = converter(template, form)
    if is_fixed(template):
        return _fixed(_converted(template, form, None, form.owned_examples), form)
    filling = _filling(template, form.message) if isinstance(template, Map) else None
    if filling is None:
        return slow
    prototype: Message = filling[0]
    fills = filling[1]
    owned_fields = form.owned_attributes

    def make(scope: Any, owned: Mapping[str, object]) -> Message:
        fields: dict[str, Any] = {}
        try:
            for attribute, fill in fills:
                fields[attribute] = fill(scope)
        except Exception:  # whatever it is, the long way says it
            return slow(scope, owned)
        for attribute, name in owned_fields:
            fields[attribute] = owned[name]
        return replace(prototype, **fields)

    return make


def converter(template: Template, form: Form) -> Make:
    """What makes the confirmation of a template the long way only."""
    return partial(_converted, template, form)


def _converted(template: Template, form: Form, scope: Any, owned: Mapping[str, object]) -> Message:
    """The long way: of any plain values, with every problem."""
    rendered = template.render(scope)
    if not isinstance(rendered, dict):
        kind = "null" if rendered is None else type(rendered).__name__
        raise EvaluationError(f"the {form.key} must be a map, not {kind}")
    for name in form.owned:
        if name in rendered:
            raise EvaluationError(f"`{name}` is the engine's own field")
    whole = {**rendered, **{name: owned[name] for name in form.owned}}
    return payloads.convert(form.message, whole, unknown_fields=False)


def _fixed(answer: Message, form: Form) -> Make:
    """Nothing in it depends on the request, but for the engine's own fields."""
    match form.owned_attributes:
        case ():
            return lambda scope, owned: answer
        case ((attribute, name),):
            return lambda scope, owned: replace(answer, **{attribute: owned[name]})
        case _:
            return lambda scope, owned: form.filled(answer, owned)


Filling = tuple[Any, Sequence[tuple[str, Fill]]]
"""A message whose fields are as far as they are known, and what fills the others."""


def _filling(template: Map, type_: type[msgspec.Struct]) -> Filling | None:
    """None where a field has a value that `_conversion` doesn't know."""
    known = _fields(type_)
    fields: dict[str, Any] = {field.name: None for field in known.values() if field.required}
    fills: list[tuple[str, Fill]] = []
    for name, may_be_missing, value in template.entries:
        field = known.get(name)
        if field is None or (may_be_missing and field.default is not None):
            return None
        fill = _fill(value, _present(field.type), field.default is None)
        if fill is None:
            return None
        if is_fixed(value):
            fields[field.name] = fill(None)
        else:
            fills.append((field.name, fill))
    return type_(**fields), tuple(fills)


@cache
def _fields(type_: type[msgspec.Struct]) -> Mapping[str, inspect.Field]:
    """By their names on the wire."""
    info = inspect.type_info(type_)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: field for field in info.fields}


def _present(type_: inspect.Type) -> inspect.Type:
    """The type of a field that is there."""
    if isinstance(type_, inspect.Metadata):
        return _present(type_.type)
    if not isinstance(type_, inspect.UnionType):
        return type_
    some = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
    return some[0] if len(some) == 1 else type_


def _fill(template: Template, type_: inspect.Type, may_be_null: bool) -> Fill | None:
    if isinstance(template, Map):
        return _fill_struct(template, type_)
    convert = _conversion(type_)
    if convert is None:
        return None
    match template:
        case Value(cel=cel):
            read = _of_optional(cel) if _is_optional(cel) else cel.expression.quick
        case Text() | Literal():
            read = template.render
        case _:
            return None
    if may_be_null:
        return lambda scope: None if (value := read(scope)) is None else convert(value)
    return lambda scope: convert(read(scope))


def _is_optional(cel: Cel) -> bool:
    return cel.expression.type.kind == "optional"


def _of_optional(cel: Cel) -> Fill:
    """The value of an optional; null where it has none."""
    read = cel.expression.evaluate
    return lambda scope: plain_value(read(scope))


def _fill_struct(template: Map, type_: inspect.Type) -> Fill | None:
    filling = _filling(template, type_.cls) if isinstance(type_, inspect.StructType) else None
    if filling is None:
        return None
    prototype, fills = filling

    def fill(scope: Any) -> Any:
        fields = {}
        for attribute, inner in fills:
            fields[attribute] = inner(scope)
        return replace(prototype, **fields)

    return fill


def _conversion(type_: inspect.Type) -> Convert | None:
    """What is sure that a value fits; None for types that it doesn't know."""
    match type_:
        case inspect.EnumType(cls=cls):
            return {member.value: member for member in cls}.__getitem__
        case inspect.StrType(max_length=limit, min_length=None, pattern=None):
            return partial(_text, limit)
        case inspect.IntType(ge=least, le=most, gt=None, lt=None, multiple_of=None):
            return partial(_integer, least, most)
        case inspect.BoolType():
            return _boolean
        case inspect.CustomType(cls=cls) if cls is Timestamp:
            return _timestamp
        case _:
            return None


class _Unsure(Exception):
    """The long way must decide."""


def _text(limit: int | None, value: Any) -> str:
    if type(value) is str and (limit is None or len(value) <= limit):
        return value
    raise _Unsure


def _integer(least: int | None, most: int | None, value: Any) -> int:
    if type(value) is int and least is not None and most is not None and least <= value <= most:
        return value
    raise _Unsure


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise _Unsure


def _timestamp(value: Any) -> Timestamp:
    if type(value) is Timestamp:
        return value
    if type(value) is datetime:
        return Timestamp.of(value)
    if type(value) is str:
        return Timestamp.parse(value)
    raise _Unsure
