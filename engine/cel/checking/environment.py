"""What an expression may name: variables with their types, constants with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Environment:
    """
    The names an expression may use.

    The value of a variable is read, each time it is needed, from what `evaluate` is given:
    by key where `scope` is "mapping", by attribute where it is "attributes". Names of
    variables may have dots, as in `variables.expired`; the longest one that is declared
    is meant. Constants become part of the compiled expression.
    """

    variables: Mapping[str, Type] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    functions: Functions = LIBRARY
    container: str = ""
    """A namespace that names are looked up in, too, as in the specification."""
    scope: Literal["mapping", "attributes"] = "mapping"
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The attribute of a variable, where it has another name."""
    constant_types: Mapping[str, Type] = field(init=False)

    def __post_init__(self) -> None:
        types = {name: type_of_value(value) for name, value in self.constants.items()}
        object.__setattr__(self, "constant_types", types)

    @classmethod
    def of_struct(
        cls,
        struct: type[msgspec.Struct],
        *,
        constants: Mapping[str, object] | None = None,
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
