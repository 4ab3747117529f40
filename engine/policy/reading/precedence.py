"""Policies that are never asked, because an earlier one always answers."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from engine.policy.deciding.policy import ActionPolicy, Policy, Rule
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import Node


def never_asked(policies: Sequence[Policy], places: Mapping[str, Node]) -> Iterator[Problem]:
    """
    Warnings, one for each policy and the one before it.

    Args:
        places: by name of a policy the place of this name.
    """
    first: dict[str, Policy] = {}
    for policy in sorted(filter(_takes_part, policies), key=Policy.order):
        hidden: dict[str, list[str]] = {}
        for action, about in policy.by_action.items():
            if action in first and about.rule.items:
                hidden.setdefault(first[action].name, []).append(action)
        for action, about in policy.by_action.items():
            if _answers_all(policy) and _always_answers(about):
                first.setdefault(action, policy)
        for name, actions in hidden.items():
            earlier = next(each for each in first.values() if each.name == name)
            yield _problem(policy, earlier, actions, places[policy.name])


def _problem(policy: Policy, earlier: Policy, actions: Sequence[str], node: Node) -> Problem:
    what = " or ".join(actions)
    message = (
        f"`{policy.name}` never decides {what}:"
        f" `{earlier.name}` ({earlier.file}:{earlier.line}) always answers first"
    )
    hint = f"give it a `priority` below {earlier.priority}, or the other one a condition"
    if policy.priority == earlier.priority:
        hint = f"both have the priority {policy.priority}, so the name decides: {hint}"
    return msgspec.structs.replace(node.problem(message, hint), severity="warning")


def _takes_part(policy: Policy) -> bool:
    return policy.enabled and policy.mode == "enforce"


def _answers_all(policy: Policy) -> bool:
    """Whether it is about every charge point, at all times."""
    return policy.scope is None and policy.valid_from is None and policy.valid_until is None


def _always_answers(about: ActionPolicy) -> bool:
    return about.on_error != "next" and _comes_to_an_answer(about.rule)


def _comes_to_an_answer(rule: Rule) -> bool:
    for item in rule.items:
        nested = item.outcome if isinstance(item.outcome, Rule) else None
        decides = nested is None or _comes_to_an_answer(nested)
        if item.condition is None and decides:
            return True
        if item.condition is not None and not decides and rule.together is None:
            # It may hand over to a rule that has no opinion, which is then that of the policy.
            return False
    return False
