"""What a function is: one row of a table that the checker, the generator and the docs read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.cel.checking.types import Type, enumeration, parse_type
from engine.cel.errors import Failure
from engine.cel.values.kinds import kind_of

CALL_COST = 8


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of a function and what computes it."""

    signature: str
    compute: Callable[..., Any]
    parameters: tuple[Type, ...]
    """With the target first where it is a member function."""
    result: Type
    member: bool
    variadic: bool = False
    """The last parameter may be repeated."""

    def fits(self, arguments: Sequence[object]) -> bool:
        """Whether values are of the parameters' types, as far as their kinds tell."""
        if len(arguments) != len(self.parameters) and (
            not self.variadic or len(arguments) < len(self.parameters)
        ):
            return False
        last = self.parameters[-1:] * (len(arguments) - len(self.parameters))
        return all(map(_is_a, arguments, (*self.parameters, *last)))


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its full name, such as `size` or `math.abs`."""

    name: str
    doc: str
    example: str
    """An expression that is true."""
    overloads: tuple[Overload, ...]
    constant_time: bool = False
    """Its cost doesn't grow with its arguments."""
    cost: int = CALL_COST
    """Of a call, beside the size of its arguments. See `engine.cel.values.limits.COST_LIMIT`."""
    reading: int = 0
    """Of each argument in `literals` that is not written down, and so may be a new one."""
    lazy: bool = False
    """It decides itself whether to evaluate its last argument."""
    budgeted: bool = False
    """It pays for what it does itself, from a budget that it gets before its arguments."""
    literals: Mapping[int, Callable[[Any], object]] = field(default_factory=dict)
    """What reads the arguments at these positions; it fails where the function would."""

    def call(self, *arguments: object) -> object:
        """`name(arguments)` for arguments whose types are only known now."""
        return self._call(arguments, member=False)

    def call_member(self, *arguments: object) -> object:
        """`target.name(arguments)`, the target first."""
        return self._call(arguments, member=True)

    def _call(self, arguments: tuple[object, ...], *, member: bool) -> object:
        budget: tuple[object, ...] = ()
        if self.budgeted:
            budget, arguments = arguments[:1], arguments[1:]
        for overload in self.overloads:
            if overload.member == member and overload.fits(arguments):
                return overload.compute(*budget, *arguments)
        kinds = ", ".join(map(kind_of, arguments))
        raise Failure(f"no matching overload: `{self.name}` doesn't take ({kinds})")


def function(
    name: str,
    doc: str,
    example: str,
    signatures: Mapping[str, Callable[..., Any]],
    *,
    constant_time: bool = False,
    cost: int | None = None,
    reading: int = 0,
    lazy: bool = False,
    budgeted: bool = False,
    literals: Mapping[int, Callable[[Any], object]] | None = None,
    choices: Sequence[str] = (),
) -> Function:
    """
    A row of a table.

    Signatures are written as `string.startsWith(string) -> bool` (called on a value) or
    `(string) -> int` (called by its name); `, ...` repeats the last parameter.

    Args:
        choices: the only texts that come out, of what makes text.
    """
    overloads = tuple(
        _overload(name, signature, compute) for signature, compute in signatures.items()
    )
    if choices:
        overloads = tuple(replace(each, result=enumeration(*choices)) for each in overloads)
    return Function(
        name=name,
        doc=doc,
        example=example,
        overloads=overloads,
        constant_time=constant_time,
        cost=(1 if constant_time else CALL_COST) if cost is None else cost,
        reading=reading,
        lazy=lazy,
        budgeted=budgeted,
        literals=literals or {},
    )


def _overload(name: str, signature: str, compute: Callable[..., Any]) -> Overload:
    head, _, result = signature.rpartition(" -> ")
    target, rest = ("", head[1:]) if head.startswith("(") else _split_target(head)
    variadic = rest.endswith(", ...)")
    texts = _split_arguments(rest.removesuffix(")").removesuffix(", ..."))
    parameters = [parse_type(text) for text in ([target] if target else []) + texts]
    shown = signature if target else f"{name}{signature}"
    return Overload(shown, compute, tuple(parameters), parse_type(result), bool(target), variadic)


def _split_target(head: str) -> tuple[str, str]:
    """`list(A).slice(int, int)` → `list(A)` and `int, int)`."""
    depth = 0
    for at, character in enumerate(head):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and character == ".":
            return head[:at], head[at:].partition("(")[2]
    raise AssertionError(head)


def _split_arguments(text: str) -> list[str]:
    parts: list[str] = []
    depth = 0
    for piece in text.split(","):
        if depth:
            parts[-1] += "," + piece
        elif piece.strip():
            parts.append(piece.strip())
        depth += piece.count("(") - piece.count(")")
    return parts


def _is_a(value: object, type_: Type) -> bool:
    match type_.kind:
        case "dyn" | "param":
            return True
        case "nullable":
            return value is None or _is_a(value, type_.parameters[0])
        case "list":
            return isinstance(value, list | tuple) and _elements_are(value, type_.parameters[0])
        case kind:
            return kind_of(value) == kind


def _elements_are(values: Sequence[object], type_: Type) -> bool:
    """Only as far as functions depend on it: lists of one scalar type."""
    if type_.kind in ("dyn", "param", "list", "map", "optional"):
        return True
    return all(kind_of(value) == type_.kind for value in values)


@dataclass(frozen=True, slots=True)
class Functions:
    """All functions an environment has, by name."""

    rows: tuple[Function, ...]
    by_name: Mapping[str, Function] = field(init=False)
    namespaces: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {row.name: row for row in self.rows})
        spaces = frozenset(row.name.partition(".")[0] for row in self.rows if "." in row.name)
        object.__setattr__(self, "namespaces", spaces)

    def with_rows(self, *rows: Function) -> "Functions":
        return Functions((*self.rows, *rows))
