"""Constants and variables of a policy that nothing reads: a slip of the pen, or left over."""

from collections.abc import Iterable, Iterator

import msgspec

from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence


def unread(policy: MappingNode, paths: Iterable[str]) -> Iterator[Problem]:
    """
    What no expression of a policy reads.

    Args:
        paths: all that its expressions read, for any of its actions.
    """
    parts = {tuple(path.split(".")[:2]) for path in paths}
    constants = policy.get("constants")
    if isinstance(constants, MappingNode) and ("constants",) not in parts:
        for name in constants.entries:
            if ("constants", name) not in parts:
                yield _warning(constants.key(name), f"the constant `{name}` is never read")
    for node in _variables(policy.get("rule")):
        if ("variables", node.text) not in parts:
            yield _warning(node, f"the variable `{node.text}` is never read")


def _warning(node: Scalar, message: str) -> Problem:
    return msgspec.structs.replace(node.problem(message, "remove it"), severity="warning")


def _variables(rule: Node | None) -> Iterator[Scalar]:
    """The names of the variables of a rule and of those nested in it."""
    if not isinstance(rule, MappingNode):
        return
    variables = rule.get("variables")
    for each in variables.items if isinstance(variables, Sequence) else []:
        name = each.get("name") if isinstance(each, MappingNode) else None
        if isinstance(name, Scalar):
            yield name
    for kind in ("match", "aggregate"):
        items = rule.get(kind)
        for item in items.items if isinstance(items, Sequence) else []:
            yield from _variables(item.get("rule") if isinstance(item, MappingNode) else None)
