"""Payloads made from the official schemas: valid ones, full ones, and all single mistakes."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, timedelta, timezone
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from protocol.types import Message
from tests.protocol.official_schemas import Json, Schema, official

_TEXT = st.characters(exclude_categories=["Cs"])
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9.5))])
_TIMESTAMPS = st.one_of(
    st.datetimes(timezones=_ZONES, allow_imaginary=False)
    .filter(lambda moment: 1 < moment.year < 9999)
    .map(lambda moment: moment.isoformat().replace("+00:00", "Z")),
    st.just("2026-01-31T12:00:00.1234567Z"),
)


@cache
def valid_payloads(type_: type[Message]) -> st.SearchStrategy[Json]:
    """Payloads that the official schema allows."""
    return _valid(official[type_])


def _valid(schema: Schema) -> st.SearchStrategy[Json]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            fields = {name: _valid(child) for name, child in schema.get("properties", {}).items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
        case "array":
            return st.lists(_valid(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
        case "string" if schema.get("format") == "date-time":
            return _TIMESTAMPS
        case "string":
            limit = schema.get("maxLength", 30)
            return st.one_of(st.text(_TEXT, max_size=min(limit, 30)), st.just("é" * limit))
        case "integer":
            return st.integers(-(2**63), 2**63 - 1)
        case "number":
            return st.integers(-(10**6), 10**6).map(lambda tenths: tenths / 10)
        case "boolean":
            return st.booleans()
        case unknown:
            raise AssertionError(unknown)


def full(schema: Schema) -> Json:
    """One payload with every field there is."""
    if "enum" in schema:
        return schema["enum"][-1]
    match schema["type"]:
        case "object":
            return {name: full(child) for name, child in schema.get("properties", {}).items()}
        case "array":
            return [full(schema["items"])]
        case "string":
            return "2026-01-31T12:00:00.000Z" if schema.get("format") == "date-time" else "x"
        case "integer":
            return 7
        case "number":
            return 8.1
        case "boolean":
            return True
        case unknown:
            raise AssertionError(unknown)


class Mistake(NamedTuple):
    """A payload with one thing wrong, and what should be said of it."""

    path: str
    rule: str
    payload: Json


class _Place(NamedTuple):
    path: str
    keys: tuple[str | int, ...]
    schema: Schema
    required: bool


_WRONG_TYPE = {
    "object": "x",
    "array": {},
    "string": 5,
    "integer": "5",
    "number": "8.1",
    "boolean": "true",
}


def mistakes(schema: Schema) -> Iterator[Mistake]:
    """All payloads that are the full one with one mistake that the schema knows."""
    payload = full(schema)
    for place in _places(_Place("", (), schema, False)):
        for rule, value in _wrong_values(place.schema):
            yield Mistake(place.path, rule, _replaced(payload, place.keys, value))
        if place.required:
            yield Mistake(place.path, "missing", _without(payload, place.keys))


def _wrong_values(schema: Schema) -> Iterator[tuple[str, Json]]:
    yield "type", _WRONG_TYPE[schema["type"]]
    if "enum" in schema:
        yield "value", "Nonesuch"
    if "maxLength" in schema:
        yield "length", "x" * (schema["maxLength"] + 1)
    if "minItems" in schema:
        yield "count", []
    if schema.get("format") == "date-time":
        yield "format", "yesterday"
    if schema["type"] == "integer":
        yield "value", 2**63


def _places(place: _Place) -> Iterator[_Place]:
    yield place
    required = place.schema.get("required", ())
    for name, child in place.schema.get("properties", {}).items():
        path = f"{place.path}.{name}".lstrip(".")
        yield from _places(_Place(path, (*place.keys, name), child, name in required))
    if "items" in place.schema:
        item = place.schema["items"]
        yield from _places(_Place(f"{place.path}[0]", (*place.keys, 0), item, False))


def _replaced(payload: Json, keys: tuple[str | int, ...], value: Json) -> Json:
    def replace(parent: Any, key: str | int) -> None:
        parent[key] = value

    return _changed(payload, keys, replace) if keys else value


def _without(payload: Json, keys: tuple[str | int, ...]) -> Json:
    def remove(parent: Any, key: str | int) -> None:
        del parent[key]

    return _changed(payload, keys, remove)


def _changed(
    payload: Json, keys: tuple[str | int, ...], change: Callable[[Any, str | int], None]
) -> Json:
    copy = parent = deepcopy(payload)
    for key in keys[:-1]:
        parent = parent[key]
    change(parent, keys[-1])
    return copy


@cache
def payloads_near(type_: type[Message]) -> st.SearchStrategy[Json]:
    """Payloads near the schema, some of them wrong in several places."""
    schema = official[type_]
    junk = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(_TEXT, max_size=5),
        st.just([]),
        st.just({}),
    )
    places = [place for place in _places(_Place("", (), schema, False)) if place.keys]
    if not places:
        return junk
    changes = st.lists(st.tuples(st.sampled_from(places), junk), max_size=3)
    return st.tuples(_valid(schema), changes).map(lambda drawn: _with_junk(*drawn))


def _with_junk(payload: Json, changes: list[tuple[_Place, Json]]) -> Json:
    for place, value in changes:
        try:
            payload = _replaced(payload, place.keys, value)
        except (LookupError, TypeError):
            continue
    return payload
