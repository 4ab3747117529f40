"""
What policies share: the constants and variables of `shared.yaml` and of the files in `shared/`.

A shared variable is compiled for each action of the policies that read it, since a request has
other fields then; without any it is checked as far as that can be done for no action.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

import msgspec

from engine.cel import DYN, Constants, Environment
from engine.policy.deciding.policy import Variable
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Expressions, visible_to
from engine.policy.reading.unread import unread_names
from engine.policy.reading.variables import VARIABLE_KEYS, variable_name
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.shape import Shape

SHARED_KEYS = ("description", "constants", "variables")
_READ = re.compile(r"\bvariables\s*\.\s*([_a-zA-Z][_a-zA-Z0-9]*)")


@dataclass(frozen=True, eq=False, slots=True)
class _Definition:
    """A shared variable as it is written."""

    name: str
    place: Node
    expression: Node
    is_good: bool
    """Nothing is wrong with it whatever the action is."""

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(_names_read(self.expression))


class Shared:
    """The shared constants and variables of a directory."""

    def __init__(self, data: Constants, report: Callable[[Problem], None]) -> None:
        self._shape = Shape(report)
        self._report = report
        self._data = data
        self._values: dict[str, object] = {}
        self._places: dict[str, Node] = {}
        self._definitions: dict[str, _Definition] = {}
        self._compiled: dict[tuple[str | None, str], Variable | None] = {}
        self._found: dict[Problem, dict[str, str]] = {}
        """By problem the actions it is there for, and who reads the variable then."""
        self._paths: set[str] = set()
        self.constants = data
        """What expressions of policies without constants of their own name."""

    def read(self, documents: Iterable[Node]) -> None:
        """The constants of all documents, then their variables: each sees those before it."""
        found = [self._shape.mapping(each, "shared values", SHARED_KEYS) for each in documents]
        mappings = [mapping for mapping in found if mapping is not None]
        for mapping in mappings:
            self._shape.text(mapping.get("description"), "description")
            self._read_constants(mapping.get("constants"))
        self.constants = self._data.and_also(constants=self._values)
        for mapping in mappings:
            node = mapping.get("variables")
            for item in () if node is None else self._shape.items(node, "variables"):
                self._read_variable(item)

    @property
    def constant_names(self) -> Collection[str]:
        return self._places.keys()

    def with_constants(self, node: Node | None) -> Constants:
        """What the expressions of a policy with constants of its own name."""
        own = self._constants(node)
        for name, key in own.items():
            self._check_new(key, name, "constant", self._places.get(name))
        if not own or not isinstance(node, MappingNode):
            return self.constants
        return self._data.and_also(constants={**self._values, **_values(node)})

    def read_by(self, policy: MappingNode) -> tuple[str, ...]:
        """The shared variables that a policy reads, and those that these read, in their order."""
        if not self._definitions:
            return ()
        wanted = set(_names_read(policy)) - _own_variables(policy.get("rule"))
        for definition in reversed(self._definitions.values()):
            if definition.name in wanted:
                wanted |= definition.reads
        return tuple(name for name in self._definitions if name in wanted)

    def variables(
        self, names: Iterable[str], action: str | None, policy: str
    ) -> tuple[Variable | None, ...]:
        """These variables for one action; None is one with a problem, which is reported later."""
        return tuple(self._variable(name, action, policy) for name in names)

    def visible(self, visible: Environment, action: str | None) -> Environment:
        """The same with all shared variables, so that one that is misspelled can be told."""
        return self._and_variables(visible, action, self._definitions)

    def read_paths(self, paths: Iterable[str]) -> None:
        """Notes what a policy reads."""
        self._paths.update(paths)

    def unread(self) -> Iterator[Problem]:
        """What no policy reads."""
        variables = ((each.name, each.place) for each in self._definitions.values())
        return unread_names(self._places.items(), variables, self._paths)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with variables for some actions."""
        for problem, readers in self._found.items():
            where = f"in {', '.join(readers)}: the policy `{next(iter(readers.values()))}` reads it"
            yield msgspec.structs.replace(problem, message=f"{problem.message} ({where})")

    def _read_constants(self, node: Node | None) -> None:
        for name, key in self._constants(node).items():
            self._check_new(key, name, "constant", self._places.get(name))
            self._places.setdefault(name, key)
        if isinstance(node, MappingNode):
            self._values = {**_values(node), **self._values}

    def _constants(self, node: Node | None) -> Mapping[str, Scalar]:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return {}
        if not isinstance(node, MappingNode):
            self._shape.wrong(node, "constants", "a mapping from names to values")
            return {}
        return {name: node.key(name) for name in node.entries}

    def _check_new(self, node: Node, name: str, what: str, known: Node | None) -> None:
        if known is not None:
            place = known.problem("")
            message = f"the {what} `{name}` is already in {place.file}:{place.line}"
            self._report(node.problem(message, "shared values have names of their own"))

    def _read_variable(self, node: Node) -> None:
        mapping = self._shape.mapping(node, "a variable", VARIABLE_KEYS)
        if mapping is None:
            return
        name = variable_name(mapping, self._shape)
        self._shape.text(mapping.get("description"), "description")
        expression = self._shape.required(mapping, "expression", "the variable")
        place = mapping.get("name") or mapping
        if name is not None:
            known = self._definitions.get(name)
            self._check_new(place, name, "variable", None if known is None else known.place)
        if expression is None:
            return
        compiled = self._compile(name or "", expression, None, self._report)
        if name is not None and name not in self._definitions:
            self._definitions[name] = _Definition(name, place, expression, compiled is not None)
            self._compiled[None, name] = compiled

    def _variable(self, name: str, action: str | None, policy: str) -> Variable | None:
        key = action, name
        definition = self._definitions[name]
        if key not in self._compiled and definition.is_good:
            problems: list[Problem] = []
            compiled = self._compile(name, definition.expression, action, problems.append)
            self._compiled[key] = compiled
            for problem in problems:
                self._found.setdefault(problem, {})[action or ""] = policy
        return self._compiled.get(key)

    def _and_variables(
        self, visible: Environment, action: str | None, names: Iterable[str]
    ) -> Environment:
        """Those that are compiled have their types; one that is wrong can be anything."""
        known = {name: self._compiled.get((action, name)) for name in names}
        types = {
            f"variables.{name}": DYN if variable is None else variable.cel.expression.type
            for name, variable in known.items()
        }
        return visible.extended(types, {f"variables.{name}": _attribute(name) for name in known})

    def _compile(
        self, name: str, expression: Node, action: str | None, report: Callable[[Problem], None]
    ) -> Variable | None:
        visible = visible_to(action, self.constants, variables=True)
        # Without an action it is read for the first time, and all that are known stand before it.
        later = None if action is None else name
        before = takewhile(lambda each: each != later, self._definitions)
        visible = self._and_variables(visible, action, before)
        expressions = Expressions(report)
        cel = expressions.read(expression, "expression", visible)
        self._paths |= expressions.paths
        return None if cel is None else Variable(name, _attribute(name), cel, shared=True)


def _attribute(name: str) -> str:
    return f"shared_{name}"


def _values(node: MappingNode) -> dict[str, object]:
    return {name: plain(value) for name, value in node.items()}


def _names_read(node: Node) -> Iterator[str]:
    """Names behind `variables.` in any text: more than are read, where a text says it, too."""
    match node:
        case Scalar():
            yield from _READ.findall(node.text)
        case Sequence():
            for item in node.items:
                yield from _names_read(item)
        case MappingNode():
            for _, value in node.entries.values():
                yield from _names_read(value)


def _own_variables(rule: Node | None) -> set[str]:
    """The names of a rule's variables: they stand before shared ones."""
    variables = rule.get("variables") if isinstance(rule, MappingNode) else None
    items = variables.items if isinstance(variables, Sequence) else []
    names = (item.get("name") for item in items if isinstance(item, MappingNode))
    return {name.text for name in names if isinstance(name, Scalar)}
