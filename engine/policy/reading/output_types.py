"""The types of the outputs of one rule: they must agree, as the CEL Policy format has it."""

from collections.abc import Iterator, Sequence

from engine.cel import Type, list_of, may_be
from engine.policy.deciding.policy import Item, Rule
from engine.policy.deciding.response import Response, Value
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node


def disagreeing(items: Sequence[tuple[Node, Item | None]]) -> Iterator[Problem]:
    """A problem for each item whose output has another type than the one before it."""
    before: Type | None = None
    for node, item in items:
        type_ = None if item is None else _type_of(item.outcome)
        if type_ is None:
            continue
        if before is not None and not may_be(before, type_) and not may_be(type_, before):
            yield _output_of(node).problem(
                f"incompatible output types: block has output type {type_},"
                f" but previous outputs have type {before}"
            )
        before = type_


def _type_of(outcome: Response | Rule) -> Type | None:
    """None where it is a response in YAML: that is checked against the confirmation."""
    if isinstance(outcome, Response):
        template = outcome.template
        return template.cel.expression.type if isinstance(template, Value) else None
    types = (_type_of(item.outcome) for item in outcome.items)
    first = next((type_ for type_ in types if type_ is not None), None)
    return first if first is None or outcome.together is None else list_of(first)


def _output_of(item: Node) -> Node:
    outcome = item.get("output") or item.get("rule") if isinstance(item, MappingNode) else None
    return outcome or item
