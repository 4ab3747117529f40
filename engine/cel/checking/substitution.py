"""
Which types fit where, and what type parameters then stand for.

The rules are those of the specification's reference checker: a parameter takes the most
general of the types it met, as long as each fits the next.
"""

from collections.abc import Sequence

from engine.cel.checking.types import DYN, Type, merged

_NULL_FITS = frozenset(
    {"null", "nullable", "struct", "timestamp", "duration", "optional", "opaque"}
)


class Substitution:
    """What each type parameter stands for so far."""

    def __init__(self) -> None:
        self._bound: dict[str, Type] = {}
        self._made = 0

    @property
    def state(self) -> dict[str, Type]:
        """All that is known so far, to go back to; never changed once it was read."""
        return self._bound

    @state.setter
    def state(self, bound: dict[str, Type]) -> None:
        self._bound = bound

    def fresh(self) -> Type:
        """A type that is not known yet."""
        self._made += 1
        return Type("param", name=f"_{self._made}")

    def instance(self, types: Sequence[Type]) -> list[Type]:
        """The types of a signature with its parameters made fresh."""
        fresh: dict[str, Type] = {}

        def rename(of: Type) -> Type:
            if of.kind == "param":
                if of.name not in fresh:
                    fresh[of.name] = self.fresh()
                return fresh[of.name]
            if not of.parameters:
                return of
            return Type(of.kind, tuple(map(rename, of.parameters)), of.name)

        return [rename(each) for each in types]

    def assign(self, targets: Sequence[Type], values: Sequence[Type]) -> bool:
        """Whether the values fit the targets; what that implies is kept only if they do."""
        before = self._bound
        self._bound = dict(before)
        if len(targets) == len(values) and all(
            self._fits(value, target) for target, value in zip(targets, values, strict=True)
        ):
            return True
        self._bound = before
        return False

    def join(self, left: Type, right: Type) -> Type:
        """The type of a value that is one or the other."""
        for value, target in ((left, right), (right, left)):
            if self.assign([target], [value]):
                return merged(*((left, right) if _as_general(left, right) else (right, left)))
        return DYN

    def resolve(self, of: Type, *, final: bool = False) -> Type:
        """The type with what its parameters stand for; `final` makes unknown ones `dyn`."""
        if of.kind == "param":
            bound = self._bound.get(of.name)
            if bound is None:
                return DYN if final else of
            return self.resolve(bound, final=final)
        if not of.parameters:
            return of
        parameters = tuple(self.resolve(each, final=final) for each in of.parameters)
        return Type(of.kind, parameters, of.name, of.choices, of.definition, of.longest)

    def _fits(self, value: Type, target: Type) -> bool:
        if target.kind == "param":
            fits, bound = self._substitute(value, target)
            if fits or bound:
                return fits
        if value.kind == "param":
            return self._substitute(target, value)[0]
        if "dyn" in (value.kind, target.kind) or "error" in (value.kind, target.kind):
            return True
        if value.kind == "null":
            return target.kind in _NULL_FITS
        if target.kind == "null":
            return value.kind in _NULL_FITS
        # Nullable fits the plain type, too: whether it is null shows when it runs.
        if value.kind == "nullable":
            return self._fits(value.parameters[0], target)
        if target.kind == "nullable":
            return self._fits(value, target.parameters[0])
        if value.kind == "type" and target.kind == "type":
            return True
        return (
            value.kind == target.kind
            and value.name == target.name
            and len(value.parameters) == len(target.parameters)
            and all(map(self._fits, value.parameters, target.parameters))
        )

    def _substitute(self, value: Type, parameter: Type) -> tuple[bool, bool]:
        """Whether the parameter can be `value`, and whether it stood for something already."""
        if value == parameter:
            return True, True
        bound = self._bound.get(parameter.name)
        if bound is not None:
            if self._fits(value, bound):
                pair = (value, bound) if _as_general(value, bound) else (bound, value)
                general = merged(*pair)
                if not self._mentions(general, parameter):
                    self._bound[parameter.name] = general
                return True, True
            return False, True
        if self._mentions(value, parameter):
            return False, False
        self._bound[parameter.name] = value
        return True, False

    def _mentions(self, of: Type, parameter: Type) -> bool:
        if of.kind == "param":
            if of.name == parameter.name:
                return True
            bound = self._bound.get(of.name)
            return bound is not None and self._mentions(bound, parameter)
        return any(self._mentions(each, parameter) for each in of.parameters)


def may_be(value: Type, target: Type) -> bool:
    """Whether a value of a type fits where another type is wanted."""
    return Substitution().assign([target], [value])


def _as_general(left: Type, right: Type) -> bool:
    """Whether the left type takes all that the right one takes."""
    if left.kind in ("dyn", "error", "param"):
        return True
    if right.kind in ("dyn", "error", "param"):
        return False
    if left.kind == "nullable":
        inner = right.parameters[0] if right.kind == "nullable" else right
        return right.kind == "null" or _as_general(left.parameters[0], inner)
    if right.kind == "null":
        return True
    return (
        left.kind == right.kind
        and left.name == right.name
        and len(left.parameters) == len(right.parameters)
        and all(map(_as_general, left.parameters, right.parameters))
    )
