"""
The type of an expression and of each of its parts.

The specification's gradual checker: what is `dyn` fits everywhere and is looked at when the
expression runs. On top of it, fields and names that don't exist get a suggestion, and
comparing an enumeration with text that is none of its values is an error.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from engine.cel.checking.environment import Environment
from engine.cel.checking.operators import OPERATORS, Signature
from engine.cel.checking.substitution import Substitution
from engine.cel.checking.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    ERROR,
    INT,
    NULL,
    NUMBERS,
    STRING,
    UINT,
    Type,
    list_of,
    map_of,
    not_null,
    nullable,
    optional_of,
)
from engine.cel.errors import CelProblem, Failure
from engine.cel.functions.table import Function, Overload
from engine.cel.syntax.nodes import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Has,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Name,
    Node,
    OptionalMap,
    Select,
    StructLiteral,
    Unary,
)
from engine.cel.values.numbers import Uint

_INCOMPLETE = frozenset({"dyn", "error", "param"})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a name, or a selection that spells a name with dots, stands for."""

    kind: str
    """`variable`, `constant`, `local` or `type`."""
    name: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """The function of a call and those of its overloads that the arguments may fit."""

    function: Function
    overloads: tuple[Overload, ...]
    member: bool


@dataclass(slots=True)
class Checked:
    """All that the checker found out about one expression."""

    node: Node
    types: dict[Node, Type] = field(default_factory=dict)
    references: dict[Node, Reference] = field(default_factory=dict)
    calls: dict[Node, Resolution] = field(default_factory=dict)
    problems: list[CelProblem] = field(default_factory=list)
    """What the specification's checker refuses, too."""
    warnings: list[CelProblem] = field(default_factory=list)
    """What is correct CEL and can't have been meant: it always fails, or never holds."""
    paths: dict[Node, str] = field(default_factory=dict)

    @property
    def type(self) -> Type:
        return self.types[self.node]

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        used = (each for each in self.references.values() if each.kind == "variable")
        return frozenset(each.name for each in used)


def check(text: str, node: Node, environment: Environment, expected: Type | None = None) -> Checked:
    """The types of an expression and the problems they have; never raises."""
    checker = _Checker(text, node, environment)
    found = checker.visit(node)
    if expected is not None and not checker.substitution.assign([expected], [found]):
        shown = checker.substitution.resolve(found, final=True)
        checker.report(node, f"this must be {expected}, but is {shown}")
    result = checker.result
    for each, type_ in result.types.items():
        result.types[each] = checker.substitution.resolve(type_, final=True)
    return result


class _Checker:
    def __init__(self, text: str, node: Node, environment: Environment) -> None:
        self.text = text
        self.environment = environment
        self.substitution = Substitution()
        self.result = Checked(node)
        self.locals: list[tuple[str, Type]] = []

    def report(self, node: Node, message: str, hint: str | None = None) -> None:
        problem = CelProblem.at(self.text, node.start, node.end, message, hint=hint)
        self.result.problems.append(problem)

    def warn(self, node: Node, message: str, hint: str | None = None) -> None:
        problem = CelProblem.at(self.text, node.start, node.end, message, hint=hint)
        self.result.warnings.append(problem)

    def visit(self, node: Node) -> Type:
        found = self._visit(node)
        self.result.types[node] = found
        return found

    def _visit(self, node: Node) -> Type:
        match node:
            case Literal(value=value):
                return _literal_type(value)
            case Name():
                return self._name(node)
            case Select():
                return self._select(node)
            case Has(selection=selection):
                self._field(selection, self.visit(selection.operand))
                return BOOL
            case Index(operand=operand, index=index, optional=optional):
                types = [self.visit(operand), self.visit(index)]
                return self._index(node, types, "[?]" if optional else "[]")
            case Call():
                return self._call(node)
            case Unary(operator=operator, operand=operand):
                name = "not" if operator == "!" else "neg"
                return self._operator(node, operator, OPERATORS[name], [self.visit(operand)])
            case Binary():
                return self._binary(node)
            case Logical(operands=operands):
                for operand in operands:
                    self._need_bool(operand)
                return BOOL
            case Conditional():
                return self._conditional(node)
            case _:
                return self._visit_aggregate(node)

    def _visit_aggregate(self, node: Node) -> Type:
        match node:
            case ListLiteral(elements=elements, optional=optional):
                types = [
                    self._unwrapped(element, flag)
                    for element, flag in zip(elements, optional, strict=True)
                ]
                return list_of(self._join(types))
            case MapLiteral(entries=entries):
                keys = [self._key(entry.key) for entry in entries]
                values = [self._unwrapped(entry.value, entry.optional) for entry in entries]
                return map_of(self._join(keys), self._join(values))
            case StructLiteral(name=name, fields=fields):
                for each in fields:
                    self.visit(each.value)
                self.report(node, f"`{name}` can't be constructed", hint="use a map: {'key': …}")
                return ERROR
            case Comprehension():
                return self._comprehension(node)
            case Bind(variable=variable, value=value, body=body):
                return self._within([(variable, self.visit(value))], body)
            case OptionalMap(target=target, variable=variable, body=body, flat=flat):
                inner = self._inside_optional(target, self.visit(target))
                found = self._within([(variable, inner)], body)
                if flat:
                    self._inside_optional(body, found)
                    return found
                return optional_of(found)
            case _:
                raise AssertionError(node)

    # Names and fields

    def _name(self, node: Name) -> Type:
        if not node.absolute:
            for name, type_ in reversed(self.locals):
                if name == node.name:
                    self.result.references[node] = Reference("local", name)
                    return type_
        found = self._lookup(node, node.name, absolute=node.absolute)
        if found is not None:
            return found
        hint = _suggestion(node.name, [*self.environment.names(), *(n for n, _ in self.locals)])
        if node.name in self.environment.functions.by_name:
            hint = f"`{node.name}` is a function: call it with ( )"
        self.report(node, f"undeclared name `{node.name}`", hint)
        return ERROR

    def _lookup(self, node: Node, name: str, *, absolute: bool) -> Type | None:
        environment = self.environment
        for full in environment.candidates(name, absolute=absolute):
            if full in environment.variables:
                self.result.references[node] = Reference("variable", full)
                self.result.paths[node] = full
                return environment.variables[full]
            if full in environment.constants:
                self.result.references[node] = Reference("constant", full)
                self.result.paths[node] = full
                return environment.constant_types[full]
            named = environment.type_named(full)
            if named is not None:
                self.result.references[node] = Reference("type", full)
                return named[1]
        return None

    def _select(self, node: Select) -> Type:
        if not node.optional:
            qualified = self._qualified(node)
            if qualified is not None:
                name, absolute = qualified
                found = self._lookup(node, name, absolute=absolute)
                if found is not None:
                    return found
        operand = self.visit(node.operand)
        found = self._field(node, operand)
        path = self.result.paths.pop(node.operand, None)
        if path is not None:
            self.result.paths[node] = f"{path}.{node.field}"
        operand = self.substitution.resolve(operand)
        if node.optional or operand.kind == "optional":
            return found if found.kind == "optional" and not node.optional else optional_of(found)
        return found

    def _qualified(self, node: Node) -> tuple[str, bool] | None:
        """`a.b.c` as a name with dots, unless it starts with a local variable."""
        parts: list[str] = []
        while isinstance(node, Select) and not node.optional:
            parts.append(node.field)
            node = node.operand
        if not isinstance(node, Name):
            return None
        if not node.absolute and any(name == node.name for name, _ in self.locals):
            return None
        return ".".join((node.name, *reversed(parts))), node.absolute

    def _field(self, node: Select, operand: Type) -> Type:
        """The type of a field, however it is selected."""
        of = not_null(self.substitution.resolve(operand))
        if of.kind == "optional":
            of = not_null(self.substitution.resolve(of.parameters[0]))
        if of.definition is not None:
            row = of.definition.fields.get(node.field)
            if row is not None:
                return row.type
            shown = f"`{of.name}`" if of.name else "this map"
            hint = _suggestion(node.field, of.definition.fields)
            self.report_field(node, f"{shown} has no field `{node.field}`", hint)
            return ERROR
        match of.kind:
            case "dyn" | "error":
                return DYN
            case "param":
                self.substitution.assign([of], [DYN])
                return DYN
            case "map":
                if not self.substitution.assign([of.parameters[0]], [STRING]):
                    self.report_field(node, f"this map's keys are {of.parameters[0]}, not string")
                return of.parameters[1]
            case _:
                self.report_field(node, f"{of} has no fields", _FIELD_HINTS.get(of.kind))
                return ERROR

    def report_field(self, node: Select, message: str, hint: str | None = None) -> None:
        """Points at the field's name, which is the last of the selection."""
        start = node.end - len(node.field)
        if self.text[start : node.end] != node.field:
            start = node.start
        self.result.problems.append(CelProblem.at(self.text, start, node.end, message, hint=hint))

    # Operators and functions

    def _resolve(
        self, overloads: Iterable[Signature], arguments: Sequence[Type]
    ) -> tuple[list[int], Type | None]:
        """Which signatures the arguments fit, and the type of the result."""
        fitting: list[int] = []
        result: Type | None = None
        before = after = self.substitution.state
        for number, (parameters, declared) in enumerate(overloads):
            self.substitution.state = before
            *fresh, made = self.substitution.instance((*parameters, declared))
            if not self.substitution.assign(fresh, arguments):
                continue
            fitting.append(number)
            # Where more than one fits, none says what an unknown type is.
            after = self.substitution.state if len(fitting) == 1 else before
            made = self.substitution.resolve(made)
            if result is None:
                result = made
            elif result != made:
                result = DYN
        self.substitution.state = after
        return fitting, result

    def _operator(
        self, node: Node, shown: str, signatures: Iterable[Signature], arguments: Sequence[Type]
    ) -> Type:
        _, result = self._resolve(signatures, arguments)
        if result is not None:
            return result
        kinds = [self.substitution.resolve(each, final=True) for each in arguments]
        types = ", ".join(map(str, kinds))
        self.report(
            node,
            f"no matching overload: `{shown}` doesn't take ({types})",
            _operator_hint(shown, [not_null(kind).kind for kind in kinds]),
        )
        return ERROR

    def _binary(self, node: Binary) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        one, other = (self.substitution.resolve(each) for each in (left, right))
        self._check_choices(node, one, other)
        if node.operator in ("==", "!="):
            if {not_null(one).kind, not_null(other).kind} <= NUMBERS:
                return BOOL
            if not self.substitution.assign([left], [right]) and not self.substitution.assign(
                [right], [left]
            ):
                self._report_unlike(node, one, other)
            return BOOL
        if node.operator == "in" and not_null(one).kind in NUMBERS and other.parameters:
            element = not_null(self.substitution.resolve(other.parameters[0]))
            if other.kind in ("list", "map") and element.kind in NUMBERS:
                return BOOL
        return self._operator(node, node.operator, OPERATORS[node.operator], [left, right])

    def _report_unlike(self, node: Binary, left: Type, right: Type) -> None:
        message = f"no matching overload: {left} and {right} are never equal"
        hint = None
        if "null" in (left.kind, right.kind):
            hint = "this always has a value"
        elif {left.kind, right.kind} <= {"string", *NUMBERS}:
            hint = "convert one of them: `string(…)` or `int(…)`"
        self.report(node, message, hint)

    def _check_choices(self, node: Binary, left: Type, right: Type) -> None:
        pairs: list[tuple[Type, Node]] = []
        if node.operator in ("==", "!="):
            pairs = [(not_null(left), node.right), (not_null(right), node.left)]
        elif node.operator == "in" and isinstance(node.right, ListLiteral):
            pairs = [(not_null(left), element) for element in node.right.elements]
        elif node.operator == "in" and right.kind == "list":
            pairs = [(not_null(right.parameters[0]), node.left)]
        for type_, literal in pairs:
            if not type_.choices or not isinstance(literal, Literal):
                continue
            if isinstance(literal.value, str) and literal.value not in type_.choices:
                hint = _suggestion(literal.value, type_.choices)
                shown = ", ".join(type_.choices[:12]) + (", …" if len(type_.choices) > 12 else "")
                message = f"`{literal.value}` is none of the possible values"
                self.warn(literal, message, hint or f"one of: {shown}")

    def _index(self, node: Node, types: list[Type], name: str) -> Type:
        operand = self.substitution.resolve(types[0])
        types = [not_null(operand), types[1]]
        if operand.kind in ("dyn", "error"):
            return optional_of(DYN) if name == "[?]" else DYN
        _, result = self._resolve(OPERATORS[name], types)
        if result is not None:
            return result
        kind = not_null(self.substitution.resolve(types[1])).kind
        of = not_null(operand)
        inner = of.parameters[0] if of.kind == "optional" else of
        if inner.kind == "map" and kind in NUMBERS and inner.parameters[0].kind in NUMBERS:
            found = inner.parameters[1]
            return optional_of(found) if name == "[?]" or of.kind == "optional" else found
        return self._operator(node, name, (), types)

    def _call(self, node: Call) -> Type:
        functions = self.environment.functions
        target = node.target
        if target is not None:
            qualified = self._qualified(target)
            if qualified is not None:
                name, absolute = qualified
                for full in self.environment.candidates(
                    f"{name}.{node.function}", absolute=absolute
                ):
                    if full in functions.by_name:
                        return self._function(node, functions.by_name[full], None)
                if name in functions.namespaces and self._undeclared(name):
                    return self._unknown(node, f"{name}.{node.function}")
            types = self.visit(target)
            if node.function in functions.by_name:
                return self._function(node, functions.by_name[node.function], types)
            return self._unknown(node, node.function)
        for full in self.environment.candidates(node.function, absolute=False):
            if full in functions.by_name:
                return self._function(node, functions.by_name[full], None)
        return self._unknown(node, node.function)

    def _undeclared(self, name: str) -> bool:
        return name not in self.environment.variables and name not in self.environment.constants

    def _unknown(self, node: Call, name: str) -> Type:
        for argument in node.arguments:
            self.visit(argument)
        start = self.text.find(node.function, node.target.end if node.target else node.start)
        known = self.environment.functions.by_name
        hint = _suggestion(name, known)
        self.result.problems.append(
            CelProblem.at(
                self.text,
                max(start, node.start),
                max(start, node.start) + len(node.function),
                f"undeclared function `{name}`",
                hint=hint,
            )
        )
        return ERROR

    def _function(self, node: Call, function: Function, target: Type | None) -> Type:
        member = target is not None
        types = [self.visit(argument) for argument in node.arguments]
        if target is not None:
            types.insert(0, target)
        overloads = [each for each in function.overloads if each.member == member]
        signatures = [(_parameters(each, len(types)), each.result) for each in overloads]
        fitting, result = self._resolve(signatures, types)
        # `dyn` in a signature stands for what the others leave.
        narrow = [number for number in fitting if not _takes_dyn(overloads[number])]
        if narrow and len(narrow) < len(fitting) and not self._any_dyn(types):
            fitting = narrow
            _, result = self._resolve([signatures[number] for number in narrow], types)
        chosen = tuple(overloads[number] for number in fitting)
        self.result.calls[node] = Resolution(function, chosen, member)
        if result is None:
            self._report_overload(node, function, member, types)
            return ERROR
        self._check_literals(node, function, member)
        return result

    def _any_dyn(self, types: Sequence[Type]) -> bool:
        return any("dyn" in str(self.substitution.resolve(each, final=True)) for each in types)

    def _report_overload(
        self, node: Call, function: Function, member: bool, types: Sequence[Type]
    ) -> None:
        kinds = [self.substitution.resolve(each, final=True) for each in types]
        shown = ", ".join(map(str, kinds[1:] if member else kinds))
        on = f" on {kinds[0]}" if member else ""
        known = ", ".join(f"`{each.signature}`" for each in function.overloads[:6])
        message = f"no matching overload: `{function.name}({shown})`{on}"
        self.report(node, message, f"there is {known}")

    def _check_literals(self, node: Call, function: Function, member: bool) -> None:
        arguments = (node.target, *node.arguments) if member else node.arguments
        for number, read in function.literals.items():
            argument = arguments[number] if number < len(arguments) else None
            if isinstance(argument, Literal) and isinstance(argument.value, str):
                self._try_literal(argument, read, argument.value)

    def _try_literal(self, node: Node, read: Callable[[Any], object], value: object) -> None:
        try:
            read(value)
        except Failure as problem:
            self.warn(node, str(problem))

    # Conditions, macros, aggregates

    def _need_bool(self, node: Node) -> None:
        found = self.visit(node)
        if not self.substitution.assign([BOOL], [found]):
            shown = self.substitution.resolve(found, final=True)
            hint = "compare it with something" if shown.kind in ("string", "int") else None
            self.report(node, f"no matching overload: this must be bool, but is {shown}", hint)

    def _conditional(self, node: Conditional) -> Type:
        self._need_bool(node.condition)
        then, otherwise = self.visit(node.then), self.visit(node.otherwise)
        joined = self.substitution.join(then, otherwise)
        kinds = [self.substitution.resolve(each).kind for each in (then, otherwise)]
        if joined.kind == "dyn" and "null" in kinds and "dyn" not in kinds:
            return nullable(otherwise if kinds[0] == "null" else then)
        return joined

    def _within(self, variables: Sequence[tuple[str, Type]], body: Node) -> Type:
        self.locals.extend(variables)
        try:
            return self.visit(body)
        finally:
            del self.locals[len(self.locals) - len(variables) :]

    def _comprehension(self, node: Comprehension) -> Type:
        of = not_null(self.substitution.resolve(self.visit(node.iterable)))
        index, element = self._elements(node, of)
        two = len(node.variables) == 2
        types = [index, element] if two else [index if of.kind == "map" else element]
        variables = list(zip(node.variables, types, strict=True))
        if node.predicate is not None:
            self.locals.extend(variables)
            self._need_bool(node.predicate)
            del self.locals[len(self.locals) - len(variables) :]
        result = DYN if node.result is None else self._within(variables, node.result)
        match node.kind:
            case "all" | "exists" | "existsOne":
                return BOOL
            case "filter" | "sortBy":
                return list_of(types[-1])
            case "map" | "transformList":
                return list_of(result)
            case "transformMap":
                return map_of(index, result)
            case "transformMapEntry":
                found = self.substitution.resolve(result)
                if found.kind not in ("map", "dyn", "error"):
                    self.report(node.result or node, f"this must be a map, but is {found}")
                return found if found.kind == "map" else map_of(DYN, DYN)

    def _elements(self, node: Comprehension, of: Type) -> tuple[Type, Type]:
        """The types of the two variables: index and element, or key and value."""
        match of.kind:
            case "list":
                return INT, of.parameters[0]
            case "map" if node.kind != "sortBy":
                return of.parameters[0], of.parameters[1]
            case "param":
                self.substitution.assign([of], [DYN])
                return DYN, DYN
            case "dyn" | "error":
                return DYN, DYN
            case _:
                self.report(node.iterable, f"a list or a map is needed here, not {of}")
                return DYN, DYN

    def _inside_optional(self, node: Node, of: Type) -> Type:
        of = self.substitution.resolve(of)
        inner = self.substitution.fresh()
        if not self.substitution.assign([optional_of(inner)], [of]):
            self.report(node, f"an optional is needed here, not {of}")
            return ERROR
        return self.substitution.resolve(inner) if of.kind == "optional" else DYN

    def _unwrapped(self, node: Node, optional: bool) -> Type:
        found = self.visit(node)
        return self._inside_optional(node, found) if optional else found

    def _key(self, node: Node) -> Type:
        found = self.visit(node)
        kind = not_null(self.substitution.resolve(found)).kind
        if kind not in ("bool", "int", "uint", "string", *_INCOMPLETE):
            self.report(node, f"{found} can't be the key of a map")
        return found

    def _join(self, types: Sequence[Type]) -> Type:
        if not types:
            return self.substitution.fresh()
        joined = types[0]
        for each in types[1:]:
            joined = self.substitution.join(joined, each)
        return joined


_FIELD_HINTS = {
    "list": "use an index, or a macro such as `exists`",
    "string": "a function needs ( ) after its name",
}


def _literal_type(value: object) -> Type:
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case Uint():
            return UINT
        case int():
            return INT
        case float():
            return DOUBLE
        case str():
            return STRING
        case _:
            return BYTES


def _parameters(overload: Overload, count: int) -> tuple[Type, ...]:
    missing = count - len(overload.parameters)
    if overload.variadic and missing > 0:
        return (*overload.parameters, *overload.parameters[-1:] * missing)
    return overload.parameters


def _takes_dyn(overload: Overload) -> bool:
    return any("dyn" in str(parameter) for parameter in overload.parameters)


def _operator_hint(operator: str, kinds: Sequence[str]) -> str | None:
    if operator == "+" and "string" in kinds and set(kinds) <= {"string", "bool", *NUMBERS}:
        return "convert to text: `string(…)`"
    if set(kinds) <= NUMBERS and len(set(kinds)) > 1:
        return "convert one of them: `double(…)` or `int(…)`"
    if operator == "-" and kinds == ["uint"]:
        return "a uint has no sign: `-int(…)`"
    return None


def _suggestion(name: str, known: Iterable[str]) -> str | None:
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if not close:
        folded = {each.casefold(): each for each in names}
        close = [folded[name.casefold()]] if name.casefold() in folded else []
    return f"did you mean `{close[0]}`?" if close else None
