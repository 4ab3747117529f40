"""Rules in YAML: variables, and items of which the first that applies counts, or all of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.cel import BOOL, STRING, Environment, is_literally
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Item, Rule
from engine.policy.deciding.response import Response, Template
from engine.policy.problems import Problem
from engine.policy.reading.conditions import Conditions
from engine.policy.reading.expressions import Expressions
from engine.policy.reading.output_types import disagreeing
from engine.policy.reading.variables import Variables
from engine.policy.yaml.nodes import MappingNode, Node, Scalar
from engine.policy.yaml.nodes import Sequence as List
from engine.policy.yaml.shape import Shape

RULE_KEYS = ("id", "description", "variables", "match", "aggregate")
ITEM_KEYS = ("id", "description", "condition", "response", "output", "rule", "explanation")
_KINDS = ("match", "aggregate")

Beside = tuple[Template, ...] | None
"""What surely stands beside a response in its aggregate; None where it stands alone."""


class Outcomes(Protocol):
    """Reads what an item answers, and puts together what items of an aggregate answer."""

    def response(self, node: Node, visible: Environment, beside: Beside) -> Response | None: ...

    def output(self, node: Node, visible: Environment, beside: Beside) -> Response | None: ...

    def sure(self, items: Sequence[MappingNode], visible: Environment) -> tuple[Template, ...]:
        """What these items of an aggregate say, as far as it is known; their problems are not."""

    def together(self, responses: Sequence[Response]) -> Response | None: ...


class Rules:
    """Reads the rules of one policy for one action."""

    def __init__(
        self,
        expressions: Expressions,
        conditions: Conditions,
        outcomes: Outcomes,
        report: Callable[[Problem], None],
    ) -> None:
        self.shape = Shape(report)
        self.report = report
        self.expressions = expressions
        self.outcomes = outcomes
        self.variables = Variables(expressions, self.shape)
        self.conditions = conditions
        self.ids: dict[str, Node] = {}
        self.visible: Environment | None = None
        """What can be named behind the variables of the policy's rule."""

    def read(
        self, node: Node, visible: Environment, path: str = "", beside: Beside = None
    ) -> Rule | None:
        """A rule; `path` says where it is nested: `match[0].`."""
        mapping = self.shape.mapping(node, "rule", RULE_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        variables, visible = self.variables.read(mapping.get("variables"), visible)
        self.visible = self.visible or visible
        kind = self._kind(mapping, beside)
        if kind is None:
            return None
        if kind == "aggregate":
            beside = self.outcomes.sure(_sure_items(mapping.get(kind)), visible)
        items = self._items(mapping, kind, visible, path, beside)
        if items is None or variables is None:
            return None
        together = self.outcomes.together if kind == "aggregate" else None
        return Rule(id_, variables, items, together)

    def _kind(self, mapping: MappingNode, beside: Beside) -> str | None:
        given = [kind for kind in mapping.entries if kind in _KINDS]
        if not given:
            self.report(mapping.problem("the rule has no `match` or `aggregate`"))
            return None
        for extra in given[1:]:
            message = f"a rule has either `{given[0]}` or `{extra}`, not both"
            self.report(mapping.key(extra).problem(message))
        if given[0] == "aggregate" and beside is not None:
            hint = "the outer one looks at all of its items anyway: move these there"
            key = mapping.key("aggregate")
            self.report(key.problem("nested aggregate rules are not allowed", hint))
        return given[0]

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

    def _items(
        self, rule: MappingNode, kind: str, visible: Environment, path: str, beside: Beside
    ) -> tuple[Item, ...] | None:
        node = rule.entries[kind][1]
        nodes = self.shape.items(node, kind)
        if isinstance(node, List) and not nodes:
            self.report(node.problem(f"`{kind}` has no items"))
        read = [
            self._item(item, kind, visible, f"{path}{kind}[{index}]", beside)
            for index, item in enumerate(nodes)
        ]
        if kind == "match":
            self._check_reached(nodes)
            for problem in self.conditions.unreached(nodes, read):
                self.report(problem)
        for problem in disagreeing(list(zip(nodes, read, strict=True))):
            self.report(problem)
        items = tuple(item for item in read if item is not None)
        return items if len(items) == len(nodes) and items else None

    def _check_reached(self, nodes: Sequence[Node]) -> None:
        last = next((node for node in nodes if _always_decides(node)), None)
        if last is None:
            return
        line, _ = last.source.place(last.index)
        for node in nodes[nodes.index(last) + 1 :]:
            hint = f"the item in line {line} {_why_always(last)}"
            self.report(node.problem("this is never reached", hint))

    def _item(
        self, node: Node, kind: str, visible: Environment, path: str, beside: Beside
    ) -> Item | None:
        mapping = self.shape.mapping(node, f"an item of {kind}", ITEM_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        condition_node = mapping.get("condition")
        condition = self.expressions.read(condition_node, "condition", visible, BOOL)
        why = mapping.get("explanation")
        explanation = self.expressions.read(why, "explanation", visible, STRING)
        outcome = self._outcome(mapping, visible, path, beside)
        if condition_node is not None:
            self._check_condition(condition_node, condition)
        if outcome is None or (condition_node is not None and condition is None):
            return None
        if condition is not None and is_literally(condition.expression, True):
            condition = None
        place = mapping.problem("")
        where = f"{place.file}:{place.line}:{place.column}"
        return Item(id_ or path, condition, outcome, explanation, where)

    def _check_condition(self, node: Node, condition: Cel | None) -> None:
        for problem in () if condition is None else self.conditions.constant(node, condition):
            self.report(problem)

    def _outcome(
        self, mapping: MappingNode, visible: Environment, path: str, beside: Beside
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
                return self.read(node, visible, f"{path}.", beside)
            case "output":
                return self.outcomes.output(node, visible, beside)
            case _:
                return self.outcomes.response(node, visible, beside)


def _always(item: Node) -> bool:
    """Whether an item has no condition, or `true`."""
    if not isinstance(item, MappingNode):
        return False
    condition = item.get("condition")
    return condition is None or (isinstance(condition, Scalar) and condition.text.strip() == "true")


def _sure_items(node: Node | None) -> list[MappingNode]:
    """The items of an aggregate that always say the same."""
    return [
        item
        for item in (node.items if isinstance(node, List) else [])
        if isinstance(item, MappingNode) and _always(item) and "rule" not in item.entries
    ]


def _always_decides(item: Node) -> bool:
    """Whether nothing behind an item is ever reached."""
    rule = item.get("rule") if isinstance(item, MappingNode) else None
    return _always(item) and (rule is None or _never_falls_through(rule))


def _never_falls_through(rule: Node) -> bool:
    """Whether a rule always comes to an answer, or to none for the whole policy."""
    if not isinstance(rule, MappingNode):
        return False
    if "aggregate" in rule.entries:
        return True
    match = rule.get("match")
    for item in match.items if isinstance(match, List) else []:
        nested = item.get("rule") if isinstance(item, MappingNode) else None
        if nested is not None and not _never_falls_through(nested):
            if not _always(item):
                return False
        elif _always(item):
            return True
    return False


def _why_always(item: Node) -> str:
    if isinstance(item, MappingNode) and "rule" in item.entries:
        return "always hands over to its rule"
    if isinstance(item, MappingNode) and "condition" in item.entries:
        return "always applies: its condition is `true`"
    return "has no condition, so it always applies"


def has_variables(rule: Node) -> bool:
    """Whether a rule, or one that is nested in it, has variables."""
    if not isinstance(rule, MappingNode):
        return False
    lists = [rule.get(kind) for kind in _KINDS]
    items = [item for each in lists if isinstance(each, List) for item in each.items]
    nested = (item.get("rule") for item in items if isinstance(item, MappingNode))
    variables = rule.get("variables")
    own = isinstance(variables, List) and bool(variables.items)
    return own or any(has_variables(each) for each in nested if each)
