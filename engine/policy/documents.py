"""One YAML document of a policy file becomes a policy, with every problem reported."""

from collections.abc import Callable, Mapping
from typing import cast

from engine import cel
from engine.cel import did_you_mean
from engine.policy.defaults import ANSWERS
from engine.policy.expressions import Expressions
from engine.policy.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.policy import Item, OnError, Policy, Rule, Variable
from engine.policy.problems import Problem
from engine.policy.response import Cel, Response
from engine.policy.responses import Responses
from engine.policy.shape import Shape
from protocol.actions import actions as all_actions

POLICY_KEYS = (
    "name",
    "description",
    "action",
    "priority",
    "enabled",
    "labels",
    "constants",
    "rule",
    "on_error",
)
RULE_KEYS = ("id", "description", "variables", "match")
VARIABLE_KEYS = ("name", "description", "expression")
ITEM_KEYS = ("id", "description", "condition", "response", "output", "rule", "explanation")
ON_ERROR = ("deny", "default", "next")
DEFAULT_PRIORITY = 100


def read_policy(
    document: Node, tables: frozenset[str], report: Callable[[Problem], None]
) -> Policy | None:
    """The policy of a document; None where too little of it can be read."""
    shape = Shape(report)
    node = shape.mapping(document, "a policy", POLICY_KEYS)
    if node is None:
        return None
    return _PolicyReader(node, tables, shape).read()


class _PolicyReader:
    def __init__(self, node: MappingNode, tables: frozenset[str], shape: Shape) -> None:
        self.node = node
        self.shape = shape
        self.report = shape.report
        self.actions = self._actions()
        constants = self._constants()
        self.constants = cel.prepare(constants)
        self.expressions = Expressions(self.actions, constants, tables, self.report)
        self.responses = Responses(self.actions, self.expressions, self.report)
        self.ids: dict[str, Node] = {}

    def read(self) -> Policy | None:
        node, shape = self.node, self.shape
        line, _ = node.source.place(node.index)
        name = shape.text(shape.required(node, "name", "the policy"), "name")
        rule = self._rule_of_policy()
        labels = shape.texts(node.get("labels"), "labels")
        shape.text(node.get("description"), "description")
        priority = shape.integer(node.get("priority"), "priority", DEFAULT_PRIORITY)
        enabled = shape.boolean(node.get("enabled"), "enabled", True)
        on_error = self._on_error()
        if name is None or rule is None or not self.actions:
            return None
        return Policy(
            name=name,
            file=node.source.file,
            line=line,
            actions=self.actions,
            rule=rule,
            priority=priority,
            enabled=enabled,
            labels=labels,
            on_error=on_error,
            constants=self.constants,
        )

    def _actions(self) -> tuple[str, ...]:
        value = self.shape.required(self.node, "action", "the policy")
        if value is None:
            return ()
        nodes = value.items if isinstance(value, Sequence) else [value]
        if not nodes:
            self.shape.wrong(value, "action", "an action or a list of them")
        found: dict[str, None] = {}
        for node in nodes:
            name = self.shape.text(node, "action")
            if name is None:
                continue
            if name not in ANSWERS:
                self._unknown_action(node, name)
            elif name in found:
                self.report(node.problem(f"the action `{name}` is given twice"))
            else:
                found[name] = None
        return tuple(found)

    def _unknown_action(self, node: Node, name: str) -> None:
        if name in all_actions:
            message = f"`{name}` is sent by the central system: there is nothing to decide"
            self.report(node.problem(message))
        else:
            hint = did_you_mean(name, list(ANSWERS))
            self.report(node.problem(f"`{name}` is not an action of OCPP 1.6", hint))

    def _constants(self) -> object:
        node = self.node.get("constants")
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return {}
        if not isinstance(node, MappingNode):
            self.shape.wrong(node, "constants", "a mapping from names to values")
            return {}
        return plain(node)

    def _rule_of_policy(self) -> Rule | None:
        node = self.shape.required(self.node, "rule", "the policy")
        return None if node is None else self._rule(node, {}, "")

    def _rule(self, node: Node, visible: Mapping[str, Cel], path: str) -> Rule | None:
        mapping = self.shape.mapping(node, "rule", RULE_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        variables, visible = self._variables(mapping.get("variables"), visible)
        if "aggregate" in mapping.entries:
            return None
        match = self.shape.required(mapping, "match", "the rule")
        if match is None:
            return None
        items = self._items(match, visible, path)
        return None if items is None else Rule(id_, variables, items)

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
        self, node: Node | None, visible: Mapping[str, Cel]
    ) -> tuple[tuple[Variable, ...], Mapping[str, Cel]]:
        """The rule's variables, and all that are visible in it: each sees those before it."""
        found: dict[str, Variable] = {}
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
            if compiled is None:
                compiled = _NOTHING
            found[name] = Variable(name, compiled)
            visible = {**visible, name: compiled}
        return tuple(found.values()), visible

    def _items(self, node: Node, visible: Mapping[str, Cel], path: str) -> tuple[Item, ...] | None:
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

    def _item(self, node: Node, visible: Mapping[str, Cel], path: str) -> Item | None:
        mapping = self.shape.mapping(node, "an item of match", ITEM_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        condition_node = mapping.get("condition")
        condition = self.expressions.read(condition_node, "condition", visible)
        explanation = self.expressions.read(mapping.get("explanation"), "explanation", visible)
        outcome = self._outcome(mapping, visible, path)
        if outcome is None or (condition_node is not None and condition is None):
            return None
        return Item(id_ or path, condition, outcome, explanation)

    def _outcome(
        self, mapping: MappingNode, visible: Mapping[str, Cel], path: str
    ) -> Response | Rule | None:
        given = [key for key in ("response", "output", "rule") if key in mapping.entries]
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
                return self._rule(node, visible, f"{path}.")
            case "output":
                return self.responses.output(node, visible)
            case _:
                return self.responses.response(node, visible)

    def _on_error(self) -> OnError | None:
        node = self.node.get("on_error")
        if node is None:
            return None
        if isinstance(node, MappingNode):
            mapping = self.shape.mapping(node, "on_error", ("response",))
            response = mapping and self.shape.required(mapping, "response", "on_error")
            return self.responses.response(response, {}) if response else None
        word = self.shape.one_of(node, "on_error", ON_ERROR)
        if word == "deny":
            for action in self.actions:
                if ANSWERS[action].deny is None:
                    hint = "use `default` or `next`"
                    self.report(node.problem(f"{action} can't be denied", hint))
        return cast(OnError | None, word)


def _always(item: Node) -> bool:
    if not isinstance(item, MappingNode):
        return False
    condition = item.get("condition")
    return condition is None or (isinstance(condition, Scalar) and condition.text == "true")


_NOTHING = Cel(cel.compile("null"), {}, "")
"""Stands for a variable whose expression is wrong, so that its readers have no problem."""
