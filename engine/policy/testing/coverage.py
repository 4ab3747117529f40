"""
What the tests of a policy directory have seen of its rules.

Each item should fire in one test and not in another; each boolean part of a condition or a
variable should be true once and false once. What a policy says about several actions is one
text, and counts once. An effect is like an item.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from engine.cel import Part, Trace, boolean_parts, whole_part
from engine.policy.deciding.placed import Cel
from engine.policy.deciding.policy import Policy, items_of, variables_of
from engine.policy.explaining.effects import ConsideredEffect, considered_effects
from engine.policy.explaining.tracing import ConsideredItem, considered
from engine.policy.testing.runs import OWNED, TestReport, TestResult


class Place(NamedTuple):
    """Where something stands, in the order of reading."""

    file: str
    line: int
    column: int

    @classmethod
    def of(cls, text: str) -> "Place":
        file, line, column = text.rsplit(":", 2)
        return cls(file, int(line), int(column))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class Point:
    """Something that should be seen to go both ways, or one way where there is no other."""

    place: Place
    what: str
    yes: str
    """How it is called that it was true: `fired`."""
    no: str | None
    seen: set[bool] = field(default_factory=set)

    @property
    def wanted(self) -> int:
        return 1 if self.no is None else 2

    @property
    def covered(self) -> int:
        return len(self.seen) if self.no is not None else int(True in self.seen)

    def gap(self) -> str | None:
        """What is missing, if anything is."""
        if self.covered == self.wanted:
            return None
        if not self.seen and self.no is not None:
            missing = f"{self.yes} nor {self.no}"
            return f"{self.place}: {self.what}: neither {missing}"
        return f"{self.place}: {self.what}: never {self.no if True in self.seen else self.yes}"


@dataclass(frozen=True)
class PolicyCoverage:
    """The points of one policy, in the order of the file."""

    name: str
    file: str
    points: tuple[Point, ...]

    @cached_property
    def covered(self) -> int:
        return sum(point.covered for point in self.points)

    @cached_property
    def wanted(self) -> int:
        return sum(point.wanted for point in self.points)

    def text(self) -> str:
        gaps = (point.gap() for point in self.points)
        head = f"  {self.name}: {_counted(self.covered, self.wanted)}"
        return "\n".join([head, *(f"    {gap}" for gap in gaps if gap is not None)])


@dataclass(frozen=True)
class Coverage:
    """What was seen of all policies of a directory."""

    policies: tuple[PolicyCoverage, ...]

    @property
    def covered(self) -> int:
        return sum(policy.covered for policy in self.policies)

    @property
    def wanted(self) -> int:
        return sum(policy.wanted for policy in self.policies)

    def reaches(self, percent: float) -> bool:
        return self.covered * 100 >= percent * self.wanted

    def text(self) -> str:
        parts = [self._file(file) for file in sorted({policy.file for policy in self.policies})]
        return "\n\n".join([*parts, f"coverage: {_counted(self.covered, self.wanted)}"])

    def _file(self, file: str) -> str:
        policies = [policy for policy in self.policies if policy.file == file]
        counted = _counted(sum(p.covered for p in policies), sum(p.wanted for p in policies))
        return "\n".join([f"{file}: {counted}", *(policy.text() for policy in policies)])


def coverage_of(report: TestReport) -> Coverage:
    """What the tests of a report have seen; each is decided again, with a trace."""
    policies = () if report.policies is None else report.policies.policies
    in_order = sorted(policies, key=lambda policy: (policy.file, policy.line))
    shared = _Points()
    points = {policy.name: _Points(policy, shared) for policy in in_order}
    for result in report.results:
        _look(result, points)
    own = (PolicyCoverage(each.name, each.file, points[each.name].all()) for each in in_order)
    return Coverage((*_by_file(shared.all()), *own))


def _by_file(shared: Iterable[Point]) -> Iterator[PolicyCoverage]:
    """What several policies share counts once."""
    for file, points in groupby(shared, key=lambda point: point.place.file):
        yield PolicyCoverage("shared variables", file, tuple(points))


def _look(result: TestResult, points: dict[str, "_Points"]) -> None:
    case = result.case
    for asked in considered(result.policies, case.action, case.facts, OWNED):
        seen = points[asked.policy.name]
        for item in asked.items:
            seen.item(item)
        for cel, trace in asked.traces():
            seen.steps(cel, trace)
    for each in considered_effects(result.policies, result.decision, case.facts):
        seen = points[each.policy.name]
        for effect in each.items:
            seen.effect(effect)
        for cel, trace in each.traces():
            seen.steps(cel, trace)


class _Points:
    """The points of one policy, and where each of its expressions has them; or shared ones."""

    def __init__(self, policy: Policy | None = None, shared: "_Points | None" = None) -> None:
        self.items: dict[Place, Point] = {}
        self.parts: dict[tuple[Place, str], Point] = {}
        self.by_cel: dict[Cel, dict[Part, Point]] = {}
        self._shared = shared
        for action_policy in () if policy is None else policy.by_action.values():
            for item in items_of(action_policy.rule):
                self._add(item.place, f"item `{item.name}`", item.condition)
            for effect in action_policy.effects:
                self._add(effect.place, f"effect `{effect.id}`", effect.when)
            for variable in variables_of(action_policy.rule):
                parts = boolean_parts(variable.cel.expression)
                points = shared if variable.shared and shared is not None else self
                points._add_parts(variable.cel, parts)
                self.by_cel[variable.cel] = points.by_cel[variable.cel]

    def all(self) -> tuple[Point, ...]:
        every = [*self.items.values(), *self.parts.values()]
        return tuple(sorted(every, key=lambda point: point.place))

    def item(self, seen: ConsideredItem) -> None:
        if seen.fired is not None:
            self.items[Place.of(seen.item.place)].seen.add(seen.fired)

    def effect(self, seen: ConsideredEffect) -> None:
        if seen.fired is not None:
            self.items[Place.of(seen.item.place)].seen.add(seen.fired)

    def steps(self, cel: Cel, trace: Trace) -> None:
        points = self.by_cel.get(cel)
        if points is None:
            # Of a set with other tables: the same text, at the same place.
            points = self.by_cel[cel] = {
                part: point
                for part in boolean_parts(cel.expression)
                if (point := self._point(_key(cel, part))) is not None
            }
        for step in trace.steps:
            point = points.get(Part(step.start, step.end))
            if point is not None and isinstance(step.value, bool):
                point.seen.add(step.value)

    def _point(self, key: tuple[Place, str]) -> Point | None:
        shared = {} if self._shared is None else self._shared.parts
        return self.parts.get(key) or shared.get(key)

    def _add(self, where: str, what: str, condition: Cel | None) -> None:
        place = Place.of(where)
        no = None
        if condition is not None:
            whole = whole_part(condition.expression)
            parts = boolean_parts(condition.expression)
            # A condition that reads nothing is always the same.
            no = "passed over" if whole in parts else None
            # Whether the whole holds is whether the item fires.
            self._add_parts(condition, tuple(part for part in parts if part != whole))
        self.items.setdefault(place, Point(place, what, "fired", no))

    def _add_parts(self, cel: Cel, parts: tuple[Part, ...]) -> None:
        mine = self.by_cel.setdefault(cel, {})
        for part in parts:
            place, text = key = _key(cel, part)
            mine[part] = self.parts.setdefault(key, Point(place, f"`{text}`", "true", "false"))


def _key(cel: Cel, part: Part) -> tuple[Place, str]:
    """Where a part stands, and its text."""
    text = " ".join(cel.expression.text[part.start : part.end].split())
    return Place.of(cel.locate(part.start)), text


def _counted(covered: int, wanted: int) -> str:
    # Rounded down: 100% is all.
    return f"{covered * 100 // wanted if wanted else 100}% ({covered} of {wanted})"
