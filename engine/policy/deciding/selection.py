"""
Which policies are asked about a request: those that are enabled, in scope and valid.

Theory of operation. Where no policy of an action has a scope or a time, the answer is always the
same. Else it is found once for each charge point, and again when the next of the times in the
policies has come. A charge point that is new is looked up by its id and groups, so that policies
about others cost nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.policy.deciding.policy import ActionPolicy, Policy
from engine.policy.deciding.selector import Known, Selector, Who, known_of
from engine.policy.facts import Facts

REMEMBERED = 20_000
"""For so many charge points an action's policies are remembered."""


@dataclass(frozen=True, eq=False, slots=True)
class Selected:
    """The policies that are asked about one request."""

    deciding: tuple[ActionPolicy, ...]
    """Those whose rules may decide, in their order."""
    observing: tuple[ActionPolicy, ...]
    """Those looked at when it is decided: in shadow mode, or with effects."""


class Selection:
    """The policies of one action, and who is asked when."""

    def __init__(self, action: str, policies: Sequence[Policy]) -> None:
        self._action = action
        self._policies = policies
        self._times = sorted({time for policy in policies for time in policy.times()})
        self._index = _Index([policy.scope for policy in policies])
        self._remembered: dict[tuple[int, Known | None], Selected] = {}
        self._lists: dict[tuple[int, ...], Selected] = {}
        depends = self._times or self._index.selects
        self._always = None if depends else self._selected(range(len(policies)))
        self.policies = tuple(policy.by_action[action] for policy in policies)
        """What all of them say about the action, in their order."""
        self.reads = frozenset({"chargePoint"} if self._index.selects else ())
        """The facts that choosing them reads."""
        self.simple = self._always is not None and not self._always.observing
        """Whether all are asked each time, and nothing else is to be done."""

    def of(self, facts: Facts) -> Selected:
        """The policies that are asked about this request."""
        if self._always is not None:
            return self._always
        known = known_of(self._action, facts) if self._index.selects else None
        key = (bisect_right(self._times, facts.now) if self._times else 0, known)
        found = self._remembered.get(key)
        if found is None:
            found = self._remembered[key] = self._find(known, facts.now)
            if len(self._remembered) > REMEMBERED:
                # In one step: explanations are made in other threads.
                self._remembered.clear()
        return found

    def _find(self, known: Known | None, now: datetime) -> Selected:
        numbers = self._index.about(Who(*known)) if known else range(len(self._policies))
        return self._selected([n for n in numbers if self._policies[n].is_valid_at(now)])

    def _selected(self, numbers: Iterable[int]) -> Selected:
        """Charge points with the same policies share one list of them."""
        key = tuple(numbers)
        if key not in self._lists:
            if len(self._lists) > REMEMBERED:
                self._lists.clear()
            asked = [self._policies[number].by_action[self._action] for number in key]
            self._lists[key] = Selected(
                tuple(each for each in asked if each.rule.items and not each.shadow),
                tuple(each for each in asked if each.effects or each.shadow),
            )
        return self._lists[key]


class _Index:
    """Scopes by the ids, or else the groups, that they name."""

    def __init__(self, scopes: Sequence[Selector | None]) -> None:
        self._scopes = scopes
        self._by_id: dict[str, list[int]] = {}
        self._by_group: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, scope in enumerate(scopes):
            self._put(number, scope)
        self.selects = any(scope is not None for scope in scopes)

    def _put(self, number: int, scope: Selector | None) -> None:
        for names, table in (
            (scope and scope.ids, self._by_id),
            (scope and scope.groups, self._by_group),
        ):
            if names and not names.patterns:
                for name in names.exact:
                    table.setdefault(name, []).append(number)
                return
        self._others.append(number)

    def about(self, who: Who) -> list[int]:
        """The numbers of the scopes that a charge point is in, in their order."""
        found = {*self._others, *self._by_id.get(who.id or "", ())}
        for group in who.groups:
            found.update(self._by_group.get(group, ()))
        scopes = self._scopes
        return [n for n in sorted(found) if (scope := scopes[n]) is None or scope.includes(who)]
