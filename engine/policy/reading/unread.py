"""Constants and variables of a policy that nothing reads: a slip of the pen, or left over."""

from collections.abc import Collection, Iterable, Iterator

import msgspec

from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence


def unread(
    policy: MappingNode, paths: Iterable[str], shared: Collection[str] = ()
) -> Iterator[Problem]:
    """
    What no expression of a policy reads.

    Args:
        paths: all that its expressions read, for any of its actions.
        shared: constants whose names it must not use: that is said of them.
    """
    node = policy.get("constants")
    keys = node.entries if isinstance(node, MappingNode) else {}
    constants: dict[str, Node] = {
        name: key for name, (key, _) in keys.items() if name not in shared
    }
    own = _variables(policy.get("rule"))
    yield from unread_names(constants.items(), ((each.text, each) for each in own), paths)


def unread_names(
    constants: Iterable[tuple[str, Node]],
    variables: Iterable[tuple[str, Node]],
    paths: Iterable[str],
) -> Iterator[Problem]:
    """Which of these constants and variables, each with its place, are not among the paths."""
    parts = {tuple(path.split(".")[:2]) for path in paths}
    for name, node in constants:
        if ("constants",) not in parts and ("constants", name) not in parts:
            yield _warning(node, f"the constant `{name}` is never read")
    for name, node in variables:
        if ("variables", name) not in parts:
            yield _warning(node, f"the variable `{name}` is never read")


def _warning(node: Node, message: str) -> Problem:
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
