"""Rules in YAML: variables, and items of which the first that applies counts."""

import re
from collections.abc import Callable
from typing import Protocol

from engine.cel import BOOL, DYN, STRING, Environment
from engine.policy.deciding.policy import Item, Rule, Variable
from engine.policy.deciding.response import Response
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Expressions, and_variable
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence
from engine.policy.yaml.shape import Shape

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
RULE_KEYS = ("id", "description", "variables", "match")
VARIABLE_KEYS = ("name", "description", "expression")
ITEM_KEYS = ("id", "description", "condition", "response", "output", "rule", "explanation")


class Outcomes(Protocol):
    """Reads what an item answers."""

    def response(self, node: Node, visible: Environment) -> Response | None: ...

    def output(self, node: Node, visible: Environment) -> Response | None: ...


class Rules:
    """Reads the rules of one policy for one action."""

    def __init__(
        self, expressions: Expressions, outcomes: Outcomes, report: Callable[[Problem], None]
    ) -> None:
        self.shape = Shape(report)
        self.report = report
        self.expressions = expressions
        self.outcomes = outcomes
        self.ids: dict[str, Node] = {}
        self.variables = 0
        self.visible: Environment | None = None
        """What can be named behind the variables of the policy's rule."""

    def read(self, node: Node, visible: Environment, path: str = "") -> Rule | None:
        """A rule; `path` says where it is nested: `match[0].`."""
        mapping = self.shape.mapping(node, "rule", RULE_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        variables, visible = self._variables(mapping.get("variables"), visible)
        self.visible = self.visible or visible
        if "aggregate" in mapping.entries:
            return None
        match = self.shape.required(mapping, "match", "the rule")
        if match is None:
            return None
        items = self._items(match, visible, path)
        whole = [variable for variable in variables if variable is not None]
        if items is None or len(whole) < len(variables):
            return None
        return Rule(id_, tuple(whole), items)

    def _id(self, node: MappingNode) -> str | None:
        value = node.get("id")
        id_ = self.shape.text(value, "id")
        if id_ is None or value is None:
            return None
        if id_ in self.ids:
            line, _ = self.ids[id_].source.place(self.ids[id_].index)
            self.report(value.problem(f"the id `{id_}` is already in line {line}"))
        self.ids.setdefault(id_, value)
        return id_

    def _variables(
        self, node: Node | None, visible: Environment
    ) -> tuple[list[Variable | None], Environment]:
        """The rule's variables, None those that are wrong; each sees those before it."""
        found: dict[str, Variable | None] = {}
        for item in () if node is None else self.shape.items(node, "variables"):
            mapping = self.shape.mapping(item, "a variable", VARIABLE_KEYS)
            if mapping is None:
                continue
            name_node = self.shape.required(mapping, "name", "the variable")
            name = self.shape.text(name_node, "name")
            expression = self.shape.required(mapping, "expression", "the variable")
            compiled = self.expressions.read(expression, "expression", visible)
            if name is None or name_node is None:
                continue
            if name in found:
                self.report(name_node.problem(f"the variable `{name}` is defined twice"))
            if not _NAME.fullmatch(name):
                hint = "letters, digits and `_`, with no digit first"
                self.report(name_node.problem(f"`variables.{name}` can't be read", hint))
                continue
            self.variables += 1
            attribute = f"variable_{self.variables}"
            found[name] = None if compiled is None else Variable(name, attribute, compiled)
            # One whose expression is wrong can be anything, so that its readers have no problem.
            type_ = DYN if compiled is None else compiled.expression.type
            visible = and_variable(visible, name, attribute, type_)
        return list(found.values()), visible

    def _items(self, node: Node, visible: Environment, path: str) -> tuple[Item, ...] | None:
        nodes = self.shape.items(node, "match")
        if isinstance(node, Sequence) and not nodes:
            self.report(node.problem("`match` has no items"))
        items: list[Item] = []
        always: Node | None = None
        for index, item in enumerate(nodes):
            if always is not None:
                line, _ = always.source.place(always.index)
                message = "this is never reached"
                hint = f"the item in line {line} has no condition, so it always applies"
                self.report(item.problem(message, hint))
            if always is None and _always(item):
                always = item
            read = self._item(item, visible, f"{path}match[{index}]")
            if read is not None:
                items.append(read)
        return tuple(items) if len(items) == len(nodes) and items else None

    def _item(self, node: Node, visible: Environment, path: str) -> Item | None:
        mapping = self.shape.mapping(node, "an item of match", ITEM_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        condition_node = mapping.get("condition")
        condition = self.expressions.read(condition_node, "condition", visible, BOOL)
        why = mapping.get("explanation")
        explanation = self.expressions.read(why, "explanation", visible, STRING)
        outcome = self._outcome(mapping, visible, path)
        if outcome is None or (condition_node is not None and condition is None):
            return None
        place = mapping.problem("")
        where = f"{place.file}:{place.line}:{place.column}"
        return Item(id_ or path, condition, outcome, explanation, where)

    def _outcome(
        self, mapping: MappingNode, visible: Environment, path: str
    ) -> Response | Rule | None:
        given = [key for key in ("response", "output", "rule") if key in mapping.entries]
        if not given and mapping.tagged:
            return None
        if not given:
            self.report(mapping.problem("the item has no `response`, `output` or `rule`"))
            return None
        for extra in given[1:]:
            message = f"an item has either `{given[0]}` or `{extra}`, not both"
            self.report(mapping.key(extra).problem(message))
        _, node = mapping.entries[given[0]]
        match given[0]:
            case "rule":
                if "explanation" in mapping.entries:
                    hint = "move it to the items of the nested rule"
                    key = mapping.key("explanation")
                    self.report(key.problem("an item with `rule` explains nothing itself", hint))
                return self.read(node, visible, f"{path}.")
            case "output":
                return self.outcomes.output(node, visible)
            case _:
                return self.outcomes.response(node, visible)


def _always(item: Node) -> bool:
    if not isinstance(item, MappingNode):
        return False
    condition = item.get("condition")
    return condition is None or (isinstance(condition, Scalar) and condition.text == "true")


def has_variables(rule: Node) -> bool:
    """Whether a rule, or one that is nested in it, has variables."""
    if not isinstance(rule, MappingNode):
        return False
    match = rule.get("match")
    items = match.items if isinstance(match, Sequence) else []
    nested = (item.get("rule") for item in items if isinstance(item, MappingNode))
    variables = rule.get("variables")
    own = isinstance(variables, Sequence) and bool(variables.items)
    return own or any(has_variables(each) for each in nested if each)
