"""A policy in the form it is decided with: immutable, its expressions compiled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.policy.response import Cel, Response


@dataclass(frozen=True, eq=False, slots=True)
class Variable:
    """A named expression; evaluated at most once per decision, and only when it is read."""

    name: str
    cel: Cel


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a match: when it applies, and what then."""

    name: str
    """Its id, else its place: `match[0]`."""
    condition: Cel | None
    """None applies always."""
    outcome: "Response | Rule"
    explanation: Cel | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Items of which the first that applies counts."""

    id: str | None
    variables: tuple[Variable, ...]
    items: tuple[Item, ...]


OnError = Literal["deny", "default", "next"] | Response
"""What answers when a rule fails: the action's refusal, its default, the next policy, or this."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one YAML document says."""

    name: str
    file: str
    line: int
    actions: tuple[str, ...]
    rule: Rule
    description: str | None = None
    priority: int = 100
    enabled: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    on_error: OnError | None = None
    """None is what the action's row in the table of defaults says."""
    constants: object = None
    """Prepared for expressions."""

    def order(self) -> tuple[int, str]:
        """Lower priority first, then by name. DESIGN §5."""
        return self.priority, self.name

    def reads(self) -> frozenset[str]:
        """The names its expressions read."""
        return frozenset(name for each in self.expressions() for name in each.expression.reads)

    def expressions(self) -> Iterator[Cel]:
        if isinstance(self.on_error, Response):
            yield from self.on_error.expressions()
        yield from _expressions(self.rule)


def _expressions(rule: Rule) -> Iterator[Cel]:
    for variable in rule.variables:
        yield variable.cel
    for item in rule.items:
        yield from (each for each in (item.condition, item.explanation) if each is not None)
        if isinstance(item.outcome, Rule):
            yield from _expressions(item.outcome)
        else:
            yield from item.outcome.expressions()
