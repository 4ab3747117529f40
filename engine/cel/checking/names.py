"""Names and fields: what they stand for, and what they might have meant."""

from engine.cel.checking.findings import Checking, Reference, known, suggestion
from engine.cel.checking.hints import CONSTANTS
from engine.cel.checking.types import DYN, ERROR, STRING, Type, not_null, optional_of
from engine.cel.errors import CelProblem
from engine.cel.syntax.nodes import Name, Node, Select

_FIELD_HINTS = {
    "list": "use an index, or a macro such as `exists`",
    "string": "a function needs ( ) after its name",
    "timestamp": "call a function, such as `getFullYear()`",
    "duration": "call a function, such as `getMinutes()`",
}


class NameChecking(Checking):
    """Checks names and selections."""

    def name(self, node: Name) -> Type:
        if not node.absolute:
            for name, type_ in reversed(self.locals):
                if name == node.name:
                    self.result.references[node] = Reference("local", name)
                    return type_
        found = self._lookup(node, node.name, absolute=node.absolute)
        if found is not None:
            return found
        if node.name in self.environment.namespaces:
            self.report(node, f"`{node.name}` needs a dot and a name after it")
            return ERROR
        hint = suggestion(node.name, [*self.environment.names(), *(n for n, _ in self.locals)])
        inside = self._inside(node.name)
        if inside is not None:
            hint = f"did you mean `{inside}`?"
        if node.name in self.environment.functions.by_name:
            hint = f"`{node.name}` is a function: call it with ( )"
        if node.name in CONSTANTS:
            hint = f"write `{CONSTANTS[node.name]}`"
        self.report(node, f"undeclared name `{node.name}`", hint)
        return ERROR

    def _inside(self, name: str) -> str | None:
        """Where something of this name is: a variable, a constant, a table."""
        known = self.environment.known.types
        fields = (
            f"{space}.{field}"
            for space, type_ in known.items()
            if type_.definition is not None
            for field in type_.definition.fields
        )
        names = (*self.environment.names(), *fields)
        return next((each for each in names if each.rpartition(".")[2] == name), None)

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
                return environment.known.types[full]
            named = environment.type_named(full)
            if named is not None:
                self.result.references[node] = Reference("type", full)
                return named[1]
        return None

    def select(self, node: Select) -> Type:
        if not node.optional:
            qualified = self.qualified(node)
            if qualified is not None:
                name, absolute = qualified
                found = self._lookup(node, name, absolute=absolute)
                if found is not None:
                    return found
                if self._unknown_in_namespace(node, name):
                    return ERROR
        operand = self.visit(node.operand)
        found = self.field(node, operand)
        path = self.result.paths.pop(node.operand, None)
        if path is not None:
            self.result.paths[node] = f"{path}.{node.field}"
        operand = self.substitution.resolve(operand)
        if node.optional or operand.kind == "optional":
            return found if found.kind == "optional" and not node.optional else optional_of(found)
        return found

    def _unknown_in_namespace(self, node: Select, name: str) -> bool:
        """`variables.nme`: a name that a namespace doesn't have."""
        space, _, rest = name.partition(".")
        if space not in self.environment.namespaces or "." in rest:
            return False
        names = [n.partition(".")[2] for n in self.environment.names() if n.startswith(f"{space}.")]
        self.report_field(
            node, f"`{space}` has no `{rest}`", suggestion(rest, names) or known(names)
        )
        return True

    def qualified(self, node: Node) -> tuple[str, bool] | None:
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

    def field(self, node: Select, operand: Type, *, asked: bool = False) -> Type:
        """The type of a field, however it is selected; `asked`: whether it is there."""
        of = not_null(self.substitution.resolve(operand))
        if of.kind == "optional":
            of = not_null(self.substitution.resolve(of.parameters[0]))
        if of.definition is not None:
            row = of.definition.fields.get(node.field)
            if row is not None:
                return row.type
            if of.kind == "map" and (asked or node.optional):
                return DYN
            path = self.result.paths.get(node.operand)
            shown = f"`{path or of.name}`" if path or of.name else "this map"
            hint = suggestion(node.field, of.definition.fields) or known(of.definition.fields)
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
                known_type = self.substitution.resolve(of, final=True)
                self.report_field(node, f"{known_type} has no fields", _FIELD_HINTS.get(of.kind))
                return ERROR

    def report_field(self, node: Select, message: str, hint: str | None = None) -> None:
        """Points at the field's name, which is the last of the selection."""
        start = node.end - len(node.field)
        if self.text[start : node.end] != node.field:
            start = node.start
        self.result.problems.append(CelProblem.at(self.text, start, node.end, message, hint=hint))
