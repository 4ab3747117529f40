"""Whether what expressions give fits the fields of a message, by the types of both."""

from collections.abc import Callable, Iterator, Mapping

from engine.cel import STRING, StructField, Type, not_null
from engine.policy.deciding.response import List, Map, Template, Text
from engine.policy.problems import Problem
from engine.policy.reading.outlines import Open, Place

_FITTING: Mapping[str, frozenset[str]] = {
    "bool": frozenset({"bool"}),
    "int": frozenset({"int", "uint"}),
    "double": frozenset({"double", "int", "uint"}),
    "string": frozenset({"string"}),
    "timestamp": frozenset({"timestamp", "string"}),
    "list": frozenset({"list"}),
    "struct": frozenset({"map"}),
}
"""The kinds of expressions that a field of a kind can be filled with."""

_WORDS: Mapping[str, str] = {
    "bool": "true or false",
    "int": "an integer",
    "uint": "an integer",
    "double": "a number",
    "string": "text",
    "timestamp": "a date and time",
    "duration": "a duration",
    "list": "a list",
    "map": "an object",
    "struct": "an object",
}


class Fitting:
    """
    Looks at the expressions of one template.

    Args:
        whole: how the whole is called in messages: `the response`.
        nearest: of a path the node of its value, else of what is around it.
    """

    def __init__(self, whole: str, nearest: Callable[[str], Place]) -> None:
        self.whole = whole
        self.nearest = nearest

    def problems(self, template: Template, type_: Type, path: str) -> Iterator[Problem]:
        """The expressions whose type is that of no value of their field."""
        match template:
            case Map(entries=entries):
                fields = definition_of(type_) or {}
                for name, _, value in entries:
                    if name in fields:
                        inner = f"{path}.{name}" if path else name
                        yield from self.problems(value, fields[name].type, inner)
            case List(items=items) if not_null(type_).kind == "list":
                (element,) = not_null(type_).parameters
                for index, item in enumerate(items):
                    yield from self.problems(item, element, f"{path}[{index}]")
            case Open(type=given):
                yield from self._fits(given, not_null(type_), path)
            case Text(parts=parts):
                yield from self._fits(STRING, not_null(type_), path)
                yield from self._too_long(parts, not_null(type_), path)

    def _fits(self, given: Type, wanted: Type, path: str) -> Iterator[Problem]:
        """A value of one type where another is wanted."""
        given = _value_of(given)
        fitting = _FITTING.get(wanted.kind, frozenset())
        if given.kind in ("dyn", "null") or not fitting:
            return
        name = f"`{path}`" if path else self.whole
        if given.kind not in fitting:
            words = f"must be {_WORDS[wanted.kind]}, not {_WORDS.get(given.kind, given.kind)}"
            yield self.nearest(path).problem(f"{name} {words}")
        elif wanted.choices and (wrong := [c for c in given.choices if c not in wanted.choices]):
            hint = f"one of {', '.join(wanted.choices)}"
            yield self.nearest(path).problem(f"{name} can't be `{wrong[0]}`", hint)

    def _too_long(
        self, parts: tuple[str | object, ...], wanted: Type, path: str
    ) -> Iterator[Problem]:
        least = sum(len(part) for part in parts if isinstance(part, str))
        if wanted.longest is not None and least > wanted.longest:
            message = f"`{path}` has {least} characters or more, {wanted.longest} are allowed"
            yield self.nearest(path).problem(message)


def definition_of(type_: Type) -> Mapping[str, StructField] | None:
    """The fields of a struct, also of one that may be null."""
    definition = not_null(type_).definition
    return None if definition is None else definition.fields


def _value_of(type_: Type) -> Type:
    """The type of what an expression gives; of an optional that of its value."""
    inner = not_null(type_)
    return _value_of(inner.parameters[0]) if inner.kind == "optional" else inner
