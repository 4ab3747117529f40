"""What tests expect of effects and of policies in shadow mode: lists, compared by id."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from engine.policy.deciding.decision import ShadowDecision
from engine.policy.deciding.effects import Effect
from engine.policy.explaining.values import shown
from engine.policy.yaml.nodes import MappingNode, Node, plain
from engine.policy.yaml.nodes import Sequence as SequenceNode
from engine.policy.yaml.shape import Shape
from protocol import payloads
from protocol.actions import actions

EFFECT_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(Effect))
SHADOW_FIELDS = (
    "policy",
    "rule",
    "response",
    "explanation",
    "errors",
    "wouldDecide",
    "effects",
)
_KEYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "effects": ("id", EFFECT_FIELDS),
    "shadow": ("policy", SHADOW_FIELDS),
}
"""Of a list what its entries are known by, and all they have."""


def check_expected(expect: MappingNode, shape: Shape) -> None:
    """Reports what can't be in these lists."""
    for name in _KEYS.keys() & expect.entries.keys():
        node = expect.get(name)
        if node is not None:
            _check_list(node, name, shape)


def _check_list(node: Node, name: str, shape: Shape) -> None:
    if not isinstance(node, SequenceNode):
        shape.wrong(node, name, "a list", "`[]` expects that there are none")
        return
    key, known = _KEYS[name]
    for item in node.items:
        mapping = shape.mapping(item, f"an entry of `{name}`", known)
        if mapping is None:
            continue
        shape.text(shape.required(mapping, key, f"an entry of `{name}`"), key)
        if name == "effects":
            _check_command(mapping.get("command"), shape)
        elif (inner := mapping.get("effects")) is not None:
            _check_list(inner, "effects", shape)


def _check_command(node: Node | None, shape: Shape) -> None:
    """A payload that can never come is a mistake in the test."""
    command: Any = None if node is None else plain(node)
    if node is None or not isinstance(command, dict):
        return
    action = actions.get(str(command.get("action")))
    payload = command.get("payload")
    if action is None or not isinstance(payload, dict):
        return
    for problem in payloads.problems(action.request, payload, unknown_fields=False):
        if problem.rule != "missing":
            shape.report(node.problem(f"the payload: {problem}"))


def plain_records(records: Sequence[Effect | ShadowDecision]) -> list[dict[str, Any]]:
    """Effects or shadow decisions as tests write them."""
    return [
        msgspec.to_builtins(record) if isinstance(record, Effect) else record.plain()
        for record in records
    ]


def difference_by_id(
    name: str,
    expected: object,
    got: list[dict[str, Any]],
    compare: Callable[[str, object, object], list[str]],
) -> list[str]:
    """
    How two lists differ; of each entry only the fields that are expected count.

    Args:
        name: `effects` or `shadow`.
        compare: what is different between two values at a path.
    """
    key, _ = _KEYS[name]
    left = list(got)
    found: list[str] = []
    for wanted in expected if isinstance(expected, list) else []:
        match = next((each for each in left if _is_meant(each, wanted, key)), None)
        if match is None:
            found.append(f"{name}: expected {shown(wanted[key])}, but it is missing")
            continue
        left.remove(match)
        path = f"{name}[{shown(wanted[key])}]"
        for field, value in wanted.items():
            if field == "effects":
                found += difference_by_id("effects", value, match["effects"], compare)
            else:
                found += compare(f"{path}.{field}", value, match[field])
    return found + [f"{name}: not expected, got {shown(_brief(each))}" for each in left]


def _is_meant(record: dict[str, Any], wanted: dict[str, Any], key: str) -> bool:
    """Two policies may have effects of one id: then the test names the policy, too."""
    return all(record[each] == wanted[each] for each in (key, "policy") if each in wanted)


def _brief(record: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {field: value for field, value in record.items() if value not in (None, [], {})}
