"""The charge points a policy is about: its `scope`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.policy.facts import Facts

Known = tuple[str | None, tuple[str, ...], str | None, str | None]


class Who(NamedTuple):
    """What a scope looks at of a charge point; None is not known, and in no scope."""

    id: str | None
    groups: tuple[str, ...]
    vendor: str | None
    model: str | None

    @classmethod
    def of(cls, action: str, facts: Facts) -> "Who":
        """Who sends a request."""
        return cls(*known_of(action, facts))


def known_of(action: str, facts: Facts) -> Known:
    """
    The same as a plain tuple, which is made in less time.

    Vendor and model of a BootNotification are those it names; the record has them only once it is
    answered.
    """
    known = facts.charge_point
    if action == "BootNotification":
        boot: Any = facts.request
        named = (boot.charge_point_vendor, boot.charge_point_model)
        return (None, (), *named) if known is None else (known.id, known.groups, *named)
    if known is None:
        return (None, (), None, None)
    return (known.id, known.groups, known.vendor, known.model)


class Names:
    """Names of which one must fit; `*` stands for any characters, all else for itself."""

    __slots__ = ("exact", "patterns", "written")

    def __init__(self, written: Collection[str], *, folded: bool = False) -> None:
        self.written = tuple(written)
        names = [name.casefold() for name in written] if folded else list(written)
        self.exact = frozenset(name for name in names if "*" not in name)
        self.patterns = tuple(tuple(name.split("*")) for name in names if "*" in name)

    def __contains__(self, name: str) -> bool:
        return name in self.exact or any(_fits(parts, name) for parts in self.patterns)


@dataclass(frozen=True, slots=True)
class Selector:
    """
    A `scope`: each key that is given must fit.

    Letter case counts for ids and groups; vendors write their own names in several ways.
    """

    ids: Names | None = None
    groups: Names | None = None
    vendors: Names | None = None
    models: Names | None = None

    def includes(self, who: Who) -> bool:
        """Whether the policy is about this charge point."""
        return (
            _one_of(who.id, self.ids)
            and (self.groups is None or any(group in self.groups for group in who.groups))
            and _one_of(who.vendor and who.vendor.casefold(), self.vendors)
            and _one_of(who.model and who.model.casefold(), self.models)
        )

    def written(self) -> dict[str, tuple[str, ...]]:
        """The names by the keys of a `scope`, as they are in the file."""
        keys = {
            "chargePoint": self.ids,
            "group": self.groups,
            "vendor": self.vendors,
            "model": self.models,
        }
        return {key: names.written for key, names in keys.items() if names is not None}


def _one_of(name: str | None, names: Names | None) -> bool:
    return names is None or (name is not None and name in names)


def _fits(parts: tuple[str, ...], name: str) -> bool:
    """Whether a name has these parts in their order; in time that grows with its length alone."""
    first, *middle, last = parts
    at, end = len(first), len(name) - len(last)
    if at > end or not (name.startswith(first) and name.endswith(last)):
        return False
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
