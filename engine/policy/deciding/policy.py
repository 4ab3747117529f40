"""A policy in the form it is decided with: immutable, its expressions compiled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from engine.cel import Branch, Choice, compile_choice
from engine.policy.deciding.effects import EffectItem
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.response import Response
from engine.policy.deciding.scope import EffectScope, effect_scope_type, scope_type
from engine.policy.deciding.selector import Selector
from engine.policy.facts import FACTS, Facts


@dataclass(frozen=True, eq=False, slots=True)
class Variable:
    """A named expression; evaluated at most once per decision, and only when it is read."""

    name: str
    attribute: str
    """What it is called in a `Scope`: another name for each variable of a policy."""
    cel: Cel
    shared: bool = False
    """It is of the files that all policies share."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a match or an aggregate: when it applies, and what then."""

    name: str
    """Its id, else its place: `match[0]`."""
    condition: Cel | None
    """None applies always."""
    outcome: "Response | Rule"
    explanation: Cel | None
    place: str = ""
    """Its `file:line:column`."""


Together = Callable[[Sequence[Response]], Response | None]
"""Of the responses of an aggregate, in their order, the one they make together; None is none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Items of which the first that applies counts or, in an aggregate, all that apply."""

    id: str | None
    variables: tuple[Variable, ...]
    items: tuple[Item, ...]
    together: Together | None = None
    """Only an aggregate has it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule comes to: what an item says or, in an aggregate, several items together."""

    rule: str
    """The name of the item; several are joined by `+`."""
    response: Response
    explanations: tuple[Cel, ...]
    several: bool = False
    """It is of more than one item, so that an error is of none."""

    @property
    def item(self) -> str:
        return "" if self.several else self.rule

    @classmethod
    def of(cls, item: Item) -> Self:
        assert isinstance(item.outcome, Response)
        return cls(item.name, item.outcome, () if item.explanation is None else (item.explanation,))


Mode = Literal["enforce", "shadow"]

OnError = Literal["deny", "default", "next"] | Response
"""What answers when a rule fails: the action's refusal, its default, the next policy, or this."""


NO_RULE = Rule(None, (), ())
"""That of a policy which has effects alone: it has no items, and the variables that they read."""


@dataclass(frozen=True, eq=False)
class ActionPolicy:
    """What a policy says about one of its actions."""

    name: str
    """The policy's."""
    rule: Rule
    on_error: OnError | None
    """None is what the action's row in the table of defaults says."""
    effects: tuple[EffectItem, ...] = ()
    shadow: bool = False
    """It is evaluated, but never answers."""
    scope: Callable[[Facts], Any] | None = field(init=False)
    """Makes what its expressions read; None where they read the facts themselves."""
    choose: Choice = field(init=False)
    """Of the facts the number of the answer: all conditions as one function."""
    _branches: Sequence[Branch] = field(init=False)
    answers: tuple[Answer, ...] = field(init=False)
    """What the items with responses say, by this number."""
    observe: Callable[[Facts, object], Any] = field(init=False)
    """Makes what its effects read, of the facts and the decision."""

    def __post_init__(self) -> None:
        variables = {v.attribute: v.cel for v in variables_of(self.rule)}
        object.__setattr__(self, "scope", scope_type(variables) if variables else None)
        answers: list[Answer] = []
        branches = [] if _one_by_one(self.rule) else _branches(self.rule, answers)
        object.__setattr__(self, "_branches", branches)
        object.__setattr__(self, "choose", self._first_choice)
        object.__setattr__(self, "answers", tuple(answers))
        reads = self.effects and variables
        object.__setattr__(self, "observe", effect_scope_type(variables) if reads else EffectScope)

    def _first_choice(self, facts: Facts) -> int | None:
        self._compile_choice()
        return self.choose(facts)

    def _compile_choice(self) -> None:
        expressions = {v.attribute: v.cel.expression for v in variables_of(self.rule)}
        object.__setattr__(self, "choose", compile_choice(self._branches, expressions, FACTS))

    def prepare(self) -> None:
        """Does now what its first decision would have to: making Python code takes long."""
        self._compile_choice()
        for item in items_of(self.rule):
            if isinstance(item.outcome, Response):
                item.outcome.prepare()
        if isinstance(self.on_error, Response):
            self.on_error.prepare()

    def item_names(self) -> Iterator[str]:
        """Those of its items, nested rules included."""
        return (item.name for item in items_of(self.rule))

    def reads(self) -> frozenset[str]:
        """The names its expressions read."""
        return frozenset(name for each in self.expressions() for name in each.expression.reads)

    def expressions(self) -> Iterator[Cel]:
        if isinstance(self.on_error, Response):
            yield from self.on_error.expressions()
        yield from _expressions(self.rule)
        for effect in self.effects:
            yield from effect.expressions()


@dataclass(frozen=True, slots=True)
class Policy:
    """What one YAML document says."""

    name: str
    file: str
    line: int
    by_action: Mapping[str, ActionPolicy]
    """What it says about each of its actions: their requests and answers are of other types."""
    description: str | None = None
    priority: int = 100
    enabled: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "enforce"
    valid_from: datetime | None = None
    """It is in force from then on, this moment included."""
    valid_until: datetime | None = None
    """It is in force until then, this moment not included."""
    scope: Selector | None = None
    """The charge points it is about; None is all."""

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self.by_action)

    def order(self) -> tuple[int, str]:
        """Lower priority first, then by name. DESIGN §5."""
        return self.priority, self.name

    @property
    def can_decide(self) -> bool:
        """Whether it can be the one that answers."""
        has_rule = any(each.rule.items for each in self.by_action.values())
        return self.enabled and self.mode == "enforce" and has_rule

    def effect_ids(self) -> tuple[str, ...]:
        """Those of its effects; they are the same for each of its actions."""
        first = next(iter(self.by_action.values()), None)
        return () if first is None else tuple(effect.id for effect in first.effects)

    def times(self) -> Iterator[datetime]:
        """When it comes into force, and when it leaves it."""
        yield from (each for each in (self.valid_from, self.valid_until) if each is not None)

    def is_valid_at(self, now: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def enforced(self) -> "Policy":
        """The same, answering; for tests of one in shadow mode."""
        by_action = {name: replace(each, shadow=False) for name, each in self.by_action.items()}
        return replace(self, mode="enforce", by_action=by_action)


def _branches(rule: Rule, answers: list[Answer]) -> Sequence[Branch]:
    """The conditions of a rule and of those nested in it; `answers` collects what they lead to."""
    branches: list[Branch] = []
    for item in rule.items:
        condition = None if item.condition is None else item.condition.expression
        if not isinstance(item.outcome, Rule):
            branches.append(Branch(condition, len(answers)))
            answers.append(Answer.of(item))
        elif condition is None:
            # Where nothing applies in there, the items behind it are looked at.
            branches += _branches(item.outcome, answers)
        else:
            branches.append(Branch(condition, _branches(item.outcome, answers)))
    return branches


def _one_by_one(rule: Rule, *, falls_through: bool = False) -> bool:
    """
    Whether more than the first condition that holds counts.

    So it is in an aggregate, and where nothing applies in a nested rule with a condition and yet
    items are looked at: those behind the rule without a condition that it is nested in.
    """
    if rule.together is not None:
        return True
    nested = [item for item in rule.items if isinstance(item.outcome, Rule)]
    if falls_through and any(item.condition is not None for item in nested):
        return True
    return any(
        _one_by_one(item.outcome, falls_through=item.condition is None)
        for item in nested
        if isinstance(item.outcome, Rule)
    )


def variables_of(rule: Rule) -> Iterator[Variable]:
    yield from rule.variables
    for item in rule.items:
        if isinstance(item.outcome, Rule):
            yield from variables_of(item.outcome)


def items_of(rule: Rule) -> Iterator[Item]:
    """The items of a rule and of those nested in it."""
    for item in rule.items:
        yield item
        if isinstance(item.outcome, Rule):
            yield from items_of(item.outcome)


def _expressions(rule: Rule) -> Iterator[Cel]:
    for variable in rule.variables:
        yield variable.cel
    for item in rule.items:
        yield from (each for each in (item.condition, item.explanation) if each is not None)
        if isinstance(item.outcome, Rule):
            yield from _expressions(item.outcome)
        else:
            yield from item.outcome.expressions()
