"""Variables in YAML: named expressions, each of which sees those before it."""

import re

from engine.cel import DYN, Environment
from engine.policy.deciding.policy import Variable
from engine.policy.reading.expressions import Expressions, and_variable
from engine.policy.yaml.nodes import MappingNode, Node
from engine.policy.yaml.shape import Shape

VARIABLE_KEYS = ("name", "description", "expression")
NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


class Variables:
    """Reads the variables of one policy for one action, and numbers them."""

    def __init__(self, expressions: Expressions, shape: Shape) -> None:
        self.expressions = expressions
        self.shape = shape
        self.report = shape.report
        self.count = 0

    def read(
        self, node: Node | None, visible: Environment
    ) -> tuple[tuple[Variable, ...] | None, Environment]:
        """The variables of a list, None where one is wrong, and what is visible with them."""
        if isinstance(node, MappingNode) and "expression" not in node.entries:
            return None, self._by_name(node, visible)
        found: dict[str, Variable | None] = {}
        for item in () if node is None else self.shape.items(node, "variables"):
            mapping = self.shape.mapping(item, "a variable", VARIABLE_KEYS)
            if mapping is not None:
                visible = self._variable(mapping, visible, found)
        whole = tuple(variable for variable in found.values() if variable is not None)
        return (whole if len(whole) == len(found) else None), visible

    def _by_name(self, node: MappingNode, visible: Environment) -> Environment:
        """Variables that are written as constants are; their readers have no problem."""
        hint = "each is `- name: …`, and below it `expression: …`"
        self.shape.wrong(node, "variables", "a list", hint)
        for name in node.entries:
            self.count += 1
            visible = and_variable(visible, name, f"variable_{self.count}", DYN)
        return visible

    def _variable(
        self, mapping: MappingNode, visible: Environment, found: dict[str, Variable | None]
    ) -> Environment:
        name = variable_name(mapping, self.shape)
        if name in found:
            node = mapping.get("name") or mapping
            self.report(node.problem(f"the variable `{name}` is defined twice"))
        self.shape.text(mapping.get("description"), "description")
        expression = self.shape.required(mapping, "expression", "the variable")
        compiled = self.expressions.read(expression, "expression", visible)
        if name is None:
            return visible
        self.count += 1
        attribute = f"variable_{self.count}"
        found[name] = None if compiled is None else Variable(name, attribute, compiled)
        # One whose expression is wrong can be anything, so that its readers have no problem.
        type_ = DYN if compiled is None else compiled.expression.type
        return and_variable(visible, name, attribute, type_)


def variable_name(mapping: MappingNode, shape: Shape) -> str | None:
    """The name of a variable, if expressions can read it."""
    node = shape.required(mapping, "name", "the variable")
    name = shape.text(node, "name")
    if name is None or node is None or NAME.fullmatch(name):
        return name
    hint = "letters, digits and `_`, with no digit first"
    shape.report(node.problem(f"`variables.{name}` can't be read", hint))
    return None
