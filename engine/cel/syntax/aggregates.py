"""What the rules of lists, maps and structs stand for, and those that only list others."""

from collections.abc import Mapping, Sequence

from engine.cel.syntax.automaton import Maker, Part
from engine.cel.syntax.nodes import ListLiteral, MapEntry, MapLiteral, StructField, StructLiteral
from engine.cel.syntax.parts import all_of, field_of, node_of


def _list(text: str, start: int, end: int, parts: Sequence[Part]) -> ListLiteral:
    pairs = all_of(parts[1], tuple)
    return ListLiteral(
        start=start,
        end=end,
        elements=tuple(node for node, _ in pairs),
        optional=tuple(optional for _, optional in pairs),
    )


def _element(text: str, start: int, end: int, parts: Sequence[Part]) -> object:
    """`element`, or what was made of `?element`."""
    made = parts[0][0]
    return made if isinstance(made, tuple) else (made, False)


def _optional_element(text: str, start: int, end: int, parts: Sequence[Part]) -> object:
    return node_of(parts[1]), True


def _map(text: str, start: int, end: int, parts: Sequence[Part]) -> MapLiteral:
    return MapLiteral(start=start, end=end, entries=tuple(all_of(parts[1], MapEntry)))


def _entry(text: str, start: int, end: int, parts: Sequence[Part]) -> MapEntry:
    """`key: value` or `?key: value`."""
    key, value = node_of(parts[-3]), node_of(parts[-1])
    return MapEntry(key=key, value=value, optional=len(parts) == 4)


def _struct(text: str, start: int, end: int, parts: Sequence[Part]) -> StructLiteral:
    of = node_of(parts[0])
    fields = tuple(all_of(parts[2], StructField))
    return StructLiteral(start=start, end=end, name=text[of.start : of.end], fields=fields)


def _struct_field(text: str, start: int, end: int, parts: Sequence[Part]) -> StructField:
    """`field: value` or `?field: value`."""
    field, value = field_of(text, parts[-3]), node_of(parts[-1])
    return StructField(field=field, value=value, optional=len(parts) == 4)


def _first(text: str, start: int, end: int, parts: Sequence[Part]) -> list[object]:
    """The last of the parts, as the first of a list: there may be a comma before it."""
    return [parts[-1][0]]


def _listed(text: str, start: int, end: int, parts: Sequence[Part]) -> list[object]:
    """`one` or `several, one`."""
    if len(parts) == 1 or not isinstance(several := parts[0][0], list):
        return _first(text, start, end, parts)
    several.append(parts[-1][0])
    return several


def _expressions(text: str, start: int, end: int, parts: Sequence[Part]) -> tuple[object, ...]:
    """`one` or `one` and what stands behind it."""
    return (parts[0][0], *(all_of(parts[1], object) if len(parts) > 1 else ()))


def inside(text: str, start: int, end: int, parts: Sequence[Part]) -> object:
    """What stands in the middle: alone, or in brackets."""
    return parts[len(parts) // 2][0]


AGGREGATES: Mapping[str, Maker] = {
    "member_object": _struct,
    "field_entry": _struct_field,
    "optional_field_entry": _struct_field,
    "list_lit": _list,
    "optional_element": _optional_element,
    "map_lit": _map,
    "map_entry": _entry,
    "optional_map_entry": _entry,
    # Rules that only list others.
    "exprlist": _expressions,
    "__exprlist_star_0": _listed,
    "_elements": _listed,
    "_element": _element,
    "_mapinits": _listed,
    "_mapinit": inside,
    "_fieldinits": _listed,
    "_fieldinit": inside,
}
