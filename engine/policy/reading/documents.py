"""One YAML document of a policy file becomes a policy, with every problem reported."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Literal, cast

import msgspec

from engine.cel import Environment, did_you_mean
from engine.policy.deciding.effects import EffectItem
from engine.policy.deciding.policy import (
    NO_RULE,
    ActionPolicy,
    Mode,
    OnError,
    Policy,
    Rule,
    Variable,
)
from engine.policy.deciding.response import Response
from engine.policy.defaults import ANSWERS
from engine.policy.problems import Problem, for_actions
from engine.policy.reading.conditions import Conditions
from engine.policy.reading.effects import Effects, after_decision
from engine.policy.reading.expressions import Compiler, Expressions, visible_to
from engine.policy.reading.imports import read_imports
from engine.policy.reading.responses import Responses
from engine.policy.reading.rules import Rules, has_variables
from engine.policy.reading.selecting import Selecting
from engine.policy.reading.shared import Shared
from engine.policy.reading.unread import unread
from engine.policy.yaml.nodes import MappingNode, Node
from engine.policy.yaml.nodes import Sequence as List
from engine.policy.yaml.shape import Shape
from protocol.actions import actions as all_actions

POLICY_KEYS = (
    "name",
    "display_name",
    "description",
    "action",
    "priority",
    "enabled",
    "mode",
    "valid_from",
    "valid_until",
    "scope",
    "labels",
    "imports",
    "constants",
    "rule",
    "on_error",
    "effects",
)
MODES = ("enforce", "shadow")
ON_ERROR = ("deny", "default", "next")
DEFAULT_PRIORITY = 100


def read_policy(document: Node, shared: Shared, report: Callable[[Problem], None]) -> Policy | None:
    """The policy of a document; None where too little of it can be read."""
    shape = Shape(report)
    node = shape.mapping(document, "a policy", POLICY_KEYS)
    if node is None:
        return None
    return _PolicyReader(node, shared, shape).read()


class _PolicyReader:
    def __init__(self, node: MappingNode, shared: Shared, shape: Shape) -> None:
        self.node = node
        self.shape = shape
        self.report = shape.report
        self.actions = self._actions()
        self.mode = self._mode()
        self.shared = shared
        self.constants = shared.with_constants(node.get("constants"))
        self.imports = read_imports(node.get("imports"), shape)

    def read(self) -> Policy | None:
        node, shape = self.node, self.shape
        line, _ = node.source.place(node.index)
        name = shape.text(shape.required(node, "name", "the policy"), "name")
        on_error = self._on_error()
        by_action = self._by_action(name or "", on_error)
        labels = shape.texts(node.get("labels"), "labels")
        shape.text(node.get("display_name"), "display_name")
        description = shape.text(node.get("description"), "description")
        priority = shape.integer(node.get("priority"), "priority", DEFAULT_PRIORITY)
        enabled = shape.boolean(node.get("enabled"), "enabled", True)
        selecting = Selecting(node, shape)
        valid_from, valid_until = selecting.times()
        scope = selecting.scope()
        if name is None or by_action is None or not self.actions:
            return None
        return Policy(
            name=name,
            file=node.source.file,
            line=line,
            by_action=by_action,
            description=description,
            priority=priority,
            enabled=enabled,
            labels=labels,
            mode=self.mode,
            valid_from=valid_from,
            valid_until=valid_until,
            scope=scope,
        )

    def _actions(self) -> tuple[str, ...]:
        value = self.shape.required(self.node, "action", "the policy")
        if value is None:
            return ()
        nodes = value.items if isinstance(value, List) else [value]
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
        hint: str | None
        if name in all_actions:
            message = f"`{name}` is sent by the central system: there is nothing to decide"
            hint = f"an effect can send it: `command: {{ action: {name}, payload: {{ … }} }}`"
            self.report(node.problem(message, hint))
        else:
            hint = did_you_mean(name, list(ANSWERS))
            self.report(node.problem(f"`{name}` is not an action of OCPP 1.6", hint))

    def _mode(self) -> Mode:
        node = self.node.get("mode")
        mode = None if node is None else self.shape.one_of(node, "mode", MODES)
        return "shadow" if mode == "shadow" else "enforce"

    def _on_error(self) -> Literal["deny", "default", "next"] | None:
        """The word; a response is read for each action."""
        node = self.node.get("on_error")
        if node is None or isinstance(node, MappingNode):
            return None
        word = self.shape.one_of(node, "on_error", ON_ERROR)
        if word == "deny":
            for action in self.actions:
                if ANSWERS[action].deny is None:
                    hint = "use `default` or `next`"
                    self.report(node.problem(f"{action} can't be denied", hint))
        return cast(Literal["deny", "default", "next"] | None, word)

    def _by_action(self, name: str, on_error: OnError | None) -> dict[str, ActionPolicy] | None:
        """
        The rule read once for each action: another type of request makes it another rule.

        Without any action that is known, it is read for its problems alone.
        """
        rule_node, effects = self.node.get("rule"), self.node.get("effects")
        if rule_node is None and effects is None:
            self.shape.required(self.node, "rule", "the policy")
            return None
        if rule_node is None and "on_error" in self.node.entries:
            self._needless_on_error()
        found: dict[Problem, list[str]] = {}
        made: dict[str, ActionPolicy] = {}
        names = self.shared.read_by(self.node)
        paths: set[str] = set()
        compiler, conditions = Compiler(), Conditions()
        for action in self.actions or (None,):
            problems: dict[Problem, None] = {}
            shared = self.shared.variables(names, action, name)
            visible = self._visible(action, variables=bool(names))
            reader = _ActionReader(action, visible, problems.setdefault, compiler, conditions)
            rule = NO_RULE if rule_node is None else reader.rule(rule_node)
            rule = _with_shared(rule, shared)
            fallback = reader.on_error(self.node.get("on_error"))
            items = () if effects is None else reader.effects(effects)
            paths |= reader.expressions.paths
            for problem in problems:
                found.setdefault(problem, []).append(action or "")
            if rule is not None and items is not None and action is not None:
                shadow = self.mode == "shadow"
                made[action] = ActionPolicy(name, rule, fallback or on_error, items, shadow)
        for problem in for_actions(found, self.actions or ("",)):
            self.report(problem)
        self.shared.read_paths(paths)
        if not any(problem.severity == "error" for problem in found):
            # What is wrong may be just what was meant to read it.
            for problem in unread(self.node, paths, self.shared.constant_names):
                self.report(problem)
        return made if len(made) == len(self.actions) else None

    def _visible(self, action: str | None, *, variables: bool) -> Environment:
        rule = self.node.get("rule")
        variables = variables or (rule is not None and has_variables(rule))
        visible = visible_to(action, self.constants, variables=variables)
        return self.shared.visible(visible.abbreviated(self.imports), action)

    def _needless_on_error(self) -> None:
        message = "`on_error` answers for a `rule`, and there is none"
        problem = self.node.key("on_error").problem(message, "leave it out")
        self.report(msgspec.structs.replace(problem, severity="warning"))


def _with_shared(rule: Rule | None, shared: Collection[Variable | None]) -> Rule | None:
    """The rule with the shared variables that it reads before its own; None if one is wrong."""
    found = tuple(variable for variable in shared if variable is not None)
    if rule is None or len(found) < len(shared):
        return None
    return replace(rule, variables=found + rule.variables) if found else rule


class _ActionReader:
    """Reads what a policy says about one action."""

    def __init__(
        self,
        action: str | None,
        visible: Environment,
        report: Callable[[Problem], None],
        compiler: Compiler,
        conditions: Conditions,
    ) -> None:
        self.shape = Shape(report)
        self.visible = visible
        expressions = Expressions(report, compiler)
        form = None if action is None else ANSWERS[action].form
        self.action = action
        self.expressions = expressions
        self.responses = Responses(form, expressions, report)
        self.rules = Rules(expressions, conditions, self.responses, report)

    def rule(self, node: Node) -> Rule | None:
        return self.rules.read(node, self.visible)

    def on_error(self, node: Node | None) -> Response | None:
        if not isinstance(node, MappingNode):
            return None
        mapping = self.shape.mapping(node, "on_error", ("response",))
        response = mapping and self.shape.required(mapping, "response", "on_error")
        return self.responses.response(response, self.visible) if response else None

    def effects(self, node: Node) -> tuple[EffectItem, ...] | None:
        """The effects; they read the variables of the rule, which is read before."""
        visible = after_decision(self.rules.visible or self.visible, self.action)
        return Effects(visible, self.rules.ids, self.expressions, self.shape.report).read(node)
