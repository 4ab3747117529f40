"""
The type of an expression and of each of its parts.

The specification's gradual checker: what is `dyn` fits everywhere and is looked at when the
expression runs. On top of it, fields and names that don't exist get a suggestion, and
comparing an enumeration with text that is none of its values is an error.
"""

from collections.abc import Sequence

from engine.cel.checking.calls import CallChecking
from engine.cel.checking.constants import type_of_value
from engine.cel.checking.environment import Environment
from engine.cel.checking.findings import Checked
from engine.cel.checking.operators import OPERATORS
from engine.cel.checking.types import (
    BOOL,
    DYN,
    ERROR,
    INT,
    Type,
    enumeration,
    list_of,
    map_of,
    mentions,
    not_null,
    nullable,
    optional_of,
)
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

_INCOMPLETE = frozenset({"dyn", "error", "param"})


def check(text: str, node: Node, environment: Environment, expected: Type | None = None) -> Checked:
    """The types of an expression and the problems they have; never raises."""
    checker = _Checker(text, node, environment)
    found = checker.visit(node)
    if expected is not None and not checker.substitution.assign([expected], [found]):
        shown = checker.substitution.resolve(found, final=True)
        hint = "compare it with something" if expected == BOOL else None
        if not mentions(shown, "error"):
            checker.report(node, f"this must be {expected}, but is {shown}", hint)
    result = checker.result
    for each, type_ in result.types.items():
        if not type_.parameters and type_.kind != "param":
            continue
        result.types[each] = checker.substitution.resolve(type_, final=True)
    return result


class _Checker(CallChecking):
    """Checks all kinds of nodes."""

    def visit(self, node: Node) -> Type:
        found = self._visit(node)
        self.result.types[node] = found
        return found

    def _visit(self, node: Node) -> Type:
        match node:
            case Literal(value=str(value)):
                return enumeration(value)
            case Literal(value=value):
                return type_of_value(value)
            case Name():
                return self.name(node)
            case Select():
                return self.select(node)
            case Has(selection=selection):
                self.field(selection, self.visit(selection.operand), asked=True)
                return BOOL
            case Index(operand=operand, index=index, optional=optional):
                types = [self.visit(operand), self.visit(index)]
                return self.index(node, types, "[?]" if optional else "[]")
            case Call():
                return self.call(node)
            case Unary(operator=operator, operand=operand):
                name = "not" if operator == "!" else "neg"
                return self.operator(node, operator, OPERATORS[name], [self.visit(operand)])
            case Binary():
                return self.binary(node)
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

    def _need_bool(self, node: Node) -> None:
        found = self.visit(node)
        if not self.substitution.assign([BOOL], [found]):
            shown = self.substitution.resolve(found, final=True)
            message = f"no matching overload: this must be bool, but is {shown}"
            hint = "compare it with something"
            if isinstance(node, Literal):
                hint += ": `x == 'A' || x == 'B'`, or `x in ['A', 'B']`"
            self.report(node, message, hint)

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
            shown = self.substitution.resolve(found, final=True)
            self.report(node, f"{shown} can't be the key of a map")
        return found

    def _join(self, types: Sequence[Type]) -> Type:
        if not types:
            return self.substitution.fresh()
        joined = types[0]
        for each in types[1:]:
            joined = self.substitution.join(joined, each)
        return joined
