"""Effects in YAML: when something is to be done, and the command or the event."""

import re
from collections.abc import Callable
from datetime import timedelta

from engine.cel import (
    BOOL,
    DYN,
    STRING,
    Environment,
    Type,
    did_you_mean,
    duration_of,
    enumeration,
    nullable,
    struct,
    struct_type,
)
from engine.policy.deciding.effects import (
    MESSAGE_LIMIT,
    THROTTLE_SECONDS,
    Command,
    EffectItem,
    Event,
)
from engine.policy.deciding.response import Literal, Template, Text, Value
from engine.policy.deciding.scope import FACT_PATHS
from engine.policy.defaults import ANSWERS, Form
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Expressions
from engine.policy.reading.responses import Responses
from engine.policy.yaml.nodes import MappingNode, Node, Scalar
from engine.policy.yaml.shape import Shape
from protocol.actions import Role, sent_by
from protocol.actions import actions as all_actions

EFFECT_KEYS = ("id", "description", "when", "command", "event", "throttle")
COMMAND_KEYS = ("action", "payload")
EVENT_KEYS = ("name", "message", "data")
THROTTLE_KEYS = ("every",)
COMMANDS = tuple(sorted(sent_by(Role.CentralSystem)))
EVENT_NAME = r"[A-Za-z0-9._-]{1,100}"
_EVENT_NAME = re.compile(EVENT_NAME)
_DAYS = re.compile(r"([0-9]{1,4})d")
_LONGEST = timedelta(days=366)
_NO_TEXT = frozenset({"list", "map", "struct", "null", "type"})


def after_decision(visible: Environment, action: str | None) -> Environment:
    """What effects can name: what the rule can, and the decision."""
    response = DYN if action is None else struct_type(ANSWERS[action].confirmation)
    fields: dict[str, Type] = {
        "action": STRING,
        "source": enumeration("policy", "default", "failure"),
        "policy": nullable(STRING),
        "rule": nullable(STRING),
        "response": response,
        "explanation": nullable(STRING),
    }
    names = {"decision": struct("Decision", fields)}
    return visible.extended(names, {**FACT_PATHS, "decision": "decision"})


class Effects:
    """Reads the effects of one policy for one action."""

    def __init__(
        self,
        visible: Environment,
        ids: dict[str, Node],
        expressions: Expressions,
        report: Callable[[Problem], None],
    ) -> None:
        self.visible = visible
        self.ids = ids
        self.expressions = expressions
        self.report = report
        self.shape = Shape(report)

    def read(self, node: Node) -> tuple[EffectItem, ...] | None:
        """All effects; None where one of them is wrong."""
        nodes = self.shape.items(node, "effects")
        if not nodes:
            if not isinstance(node, Scalar | MappingNode):
                self.report(node.problem("`effects` has no items"))
            return None
        items = [self._item(each) for each in nodes]
        whole = tuple(item for item in items if item is not None)
        return whole if len(whole) == len(items) else None

    def _item(self, node: Node) -> EffectItem | None:
        mapping = self.shape.mapping(node, "an effect", EFFECT_KEYS)
        if mapping is None:
            return None
        self.shape.text(mapping.get("description"), "description")
        id_ = self._id(mapping)
        when_node = mapping.get("when")
        when = self.expressions.read(when_node, "when", self.visible, BOOL)
        throttle_seconds = self._throttle(mapping.get("throttle"))
        outcome = self._outcome(mapping)
        if id_ is None or outcome is None or (when_node is not None and when is None):
            return None
        place = mapping.problem("")
        where = f"{place.file}:{place.line}:{place.column}"
        return EffectItem(id_, when, outcome, throttle_seconds, where)

    def _id(self, mapping: MappingNode) -> str | None:
        node = self.shape.required(mapping, "id", "the effect")
        id_ = self.shape.text(node, "id")
        if id_ is None or node is None:
            return None
        if id_ in self.ids:
            line, _ = self.ids[id_].source.place(self.ids[id_].index)
            self.report(node.problem(f"the id `{id_}` is already in line {line}"))
        self.ids.setdefault(id_, node)
        return id_

    def _outcome(self, mapping: MappingNode) -> Command | Event | None:
        given = [key for key in ("command", "event") if key in mapping.entries]
        if not given:
            self.report(mapping.problem("the effect has no `command` or `event`"))
            return None
        if len(given) > 1:
            message = "an effect has either `command` or `event`, not both"
            self.report(mapping.key("event").problem(message, "write two effects"))
        _, node = mapping.entries[given[0]]
        return self._command(node) if given[0] == "command" else self._event(node)

    def _command(self, node: Node) -> Command | None:
        mapping = self.shape.mapping(node, "command", COMMAND_KEYS)
        if mapping is None:
            return None
        name_node = self.shape.required(mapping, "action", "the command")
        action = self._action(name_node)
        payload = mapping.get("payload") or MappingNode(mapping.source, mapping.index, {})
        form = None if action is None else Form(message=all_actions[action].request, key="payload")
        made = Responses(form, self.expressions, self.report).response(payload, self.visible)
        return None if action is None or made is None else Command(action, made)

    def _action(self, node: Node | None) -> str | None:
        name = self.shape.text(node, "action")
        if node is None or name is None or name in COMMANDS:
            return name
        if name in all_actions:
            message = f"`{name}` is sent by the charge point: it is no command"
            self.report(node.problem(message, "TriggerMessage asks for some of these"))
        else:
            hint = did_you_mean(name, list(COMMANDS))
            self.report(node.problem(f"`{name}` is not a command of OCPP 1.6", hint))
        return None

    def _event(self, node: Node) -> Event | None:
        mapping = self.shape.mapping(node, "event", EVENT_KEYS)
        if mapping is None:
            return None
        name = self._event_name(self.shape.required(mapping, "name", "the event"))
        message_node, data_node = mapping.get("message"), mapping.get("data")
        message = None if message_node is None else self._message(message_node)
        data = None if data_node is None else self._data(data_node)
        missing = (message_node and message is None) or (data_node and data is None)
        return None if name is None or missing else Event(name, message, data)

    def _event_name(self, node: Node | None) -> str | None:
        name = self.shape.text(node, "name")
        if node is None or name is None or _EVENT_NAME.fullmatch(name):
            return name
        hint = "up to 100 letters, digits, `.`, `-` and `_`, such as `charge-point.faulted`"
        self.report(node.problem(f"`{name[:40]}` is not a name of an event", hint))
        return None

    def _message(self, node: Node) -> Template | None:
        if self.shape.text(node, "message") is None:
            return None
        template = Responses(None, self.expressions, self.report).template(node, self.visible)
        if isinstance(template, Literal) and len(str(template.value)) > MESSAGE_LIMIT:
            message = f"`message` has more than {MESSAGE_LIMIT} characters"
            self.report(node.problem(message))
            return None
        return template if template is None or self._is_text(node, template) else None

    def _is_text(self, node: Node, template: Template) -> bool:
        parts = template.parts if isinstance(template, Text) else ()
        values = [template.cel] if isinstance(template, Value) else []
        for cel in [*values, *(part for part in parts if not isinstance(part, str))]:
            if cel.expression.type.kind in _NO_TEXT:
                message = f"`message` can't have {_kind(cel.expression.type)} in it"
                self.report(node.problem(message, "name one of its fields, or use `data`"))
                return False
        return True

    def _data(self, node: Node) -> Template | None:
        if isinstance(node, MappingNode):
            return Responses(None, self.expressions, self.report).template(node, self.visible)
        self.shape.wrong(node, "data", "a mapping")
        return None

    def _throttle(self, node: Node | None) -> float:
        if node is None:
            return THROTTLE_SECONDS
        mapping = self.shape.mapping(node, "throttle", THROTTLE_KEYS)
        every = mapping and self.shape.required(mapping, "every", "throttle")
        text = self.shape.text(every, "every") if every else None
        if every is None or text is None:
            return THROTTLE_SECONDS
        duration = _duration(text)
        if duration is None or not timedelta(0) <= duration <= _LONGEST:
            hint = "such as `30s`, `5m`, `1h30m` or `1d`; `0s` is each time; at most `366d`"
            self.report(every.problem(f"`every` can't be `{text[:40]}`", hint))
            return THROTTLE_SECONDS
        seconds = duration.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds


def _duration(text: str) -> timedelta | None:
    """As CEL has it, or in whole days."""
    days = _DAYS.fullmatch(text)
    return timedelta(days=int(days[1])) if days else duration_of(text)


def _kind(type_: Type) -> str:
    kinds = {"list": "a list", "null": "null", "type": "a type"}
    return kinds.get(type_.kind, "an object")
