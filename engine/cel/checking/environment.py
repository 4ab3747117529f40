"""What an expression may name: variables with their types, constants with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from engine.cel.checking.constants import Constants
from engine.cel.checking.structs import attributes, struct_type
from engine.cel.checking.types import SCALARS, Type
from engine.cel.functions.library import LIBRARY
from engine.cel.functions.table import Functions
from engine.cel.values.kinds import TYPE_NAMES, TypeValue

_TYPE_VALUES: Mapping[str, tuple[TypeValue, Type]] = {
    name: (TypeValue(name), Type("type", (SCALARS.get(kind) or Type(kind),)))
    for kind, name in TYPE_NAMES.items()
}


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
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """Short names for names with dots: `Timestamp` for `google.protobuf.Timestamp`."""
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

    def abbreviated(self, abbreviations: Mapping[str, str]) -> "Environment":
        """The same with short names."""
        return replace(self, abbreviations=abbreviations)

    def candidates(self, name: str, *, absolute: bool) -> Iterator[str]:
        """The full names that a name may mean, from the innermost namespace outwards."""
        first, dot, rest = name.partition(".")
        if first in self.abbreviations and not absolute:
            yield f"{self.abbreviations[first]}{dot}{rest}"
            return
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
