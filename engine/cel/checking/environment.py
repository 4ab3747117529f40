"""What an expression may name: variables with their types, constants with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import msgspec

from engine.cel.checking.structs import attributes, struct_type, type_of_value
from engine.cel.checking.types import SCALARS, Type
from engine.cel.functions.library import LIBRARY
from engine.cel.functions.table import Functions
from engine.cel.values.kinds import TYPE_NAMES, TypeValue

_TYPE_VALUES: Mapping[str, tuple[TypeValue, Type]] = {
    name: (TypeValue(name), Type("type", (SCALARS.get(kind) or Type(kind),)))
    for kind, name in TYPE_NAMES.items()
}


class Constants(Mapping[str, object]):
    """
    Values by name, with what is worked out of them once: their types, and sets for `in`.

    `types` are those already known; the others are found by looking at the values.
    """

    def __init__(
        self, values: Mapping[str, object], types: Mapping[str, Type] | None = None
    ) -> None:
        self._values = dict(values)
        known = types or {}
        self.types: Mapping[str, Type] = {
            name: known.get(name) or type_of_value(value) for name, value in values.items()
        }
        self._texts: dict[int, tuple[object, frozenset[str]]] = {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def and_also(self, **values: object) -> Self:
        """These constants and more."""
        made = type(self)({**self._values, **values}, self.types)
        # A table is the same for whoever looks into it.
        made._texts = self._texts
        return made

    def texts_in(self, values: list[object] | tuple[object, ...]) -> frozenset[str]:
        """The texts of a list that is one of the constants, or in one."""
        if id(values) not in self._texts:
            # The list is kept, so that no other can have its id.
            texts = frozenset(value for value in values if isinstance(value, str))
            self._texts[id(values)] = values, texts
        return self._texts[id(values)][1]


@dataclass(frozen=True, slots=True)
class Environment:
    """
    The names an expression may use.

    The value of a variable is read, each time it is needed, from what `evaluate` is given:
    by key where `scope` is "mapping", by attribute where it is "attributes". Names of
    variables may have dots, as in `variables.expired`; the longest one that is declared
    is meant. Constants become part of the compiled expression; `Constants` may be shared.
    """

    variables: Mapping[str, Type] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    functions: Functions = LIBRARY
    container: str = ""
    """A namespace that names are looked up in, too, as in the specification."""
    scope: Literal["mapping", "attributes"] = "mapping"
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The attribute of a variable where it has another name, or the path to it: `facts.tag`."""
    namespaces: frozenset[str] = frozenset()
    """Names that mean nothing alone, only before a dot and another name."""
    known: Constants = field(init=False, repr=False)
    """The constants with their types."""

    def __post_init__(self) -> None:
        given = self.constants
        known = given if isinstance(given, Constants) else Constants(given)
        object.__setattr__(self, "known", known)

    @classmethod
    def of_struct(
        cls,
        struct: type[msgspec.Struct],
        *,
        constants: Mapping[str, object] | None = None,
        namespaces: frozenset[str] = frozenset(),
        **variables: Type,
    ) -> "Environment":
        """
        The fields of a struct as variables; `variables` narrows the types of some of them.

        `evaluate` is then given such a struct and reads its attributes.
        """
        definition = struct_type(struct).definition
        assert definition is not None
        types = {name: row.type for name, row in definition.fields.items()}
        return cls(
            {**types, **variables},
            constants or {},
            scope="attributes",
            attributes=attributes(struct),
            namespaces=namespaces,
        )

    def extended(
        self, variables: Mapping[str, Type], attributes: Mapping[str, str]
    ) -> "Environment":
        """The same with more variables, and the attributes that they are."""
        return replace(
            self,
            variables={**self.variables, **variables},
            attributes={**self.attributes, **attributes},
        )

    def candidates(self, name: str, *, absolute: bool) -> Iterator[str]:
        """The full names that a name may mean, from the innermost namespace outwards."""
        space = "" if absolute else self.container
        while space:
            yield f"{space}.{name}"
            space = space.rpartition(".")[0]
        yield name

    def type_named(self, name: str) -> tuple[TypeValue, Type] | None:
        """`int` and the other names of types, which are values."""
        return _TYPE_VALUES.get(name)

    def names(self) -> list[str]:
        """All names, for suggestions."""
        return [*self.variables, *self.constants]
