"""What is in force, and what is wrong with the directory: as the API says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from engine.policy.deciding.policy import Policy
from engine.policy.facts import Fact
from engine.policy.problems import Problem


class PolicyStatusItem(Fact, frozen=True, kw_only=True):
    """One policy of the set, as the API lists it."""

    name: str
    description: str | None
    actions: tuple[str, ...]
    priority: int
    file: str
    line: int
    enabled: bool
    labels: Mapping[str, str]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(**{name: getattr(policy, name) for name in cls.__struct_fields__})


class PolicyStatus(Fact, frozen=True, kw_only=True):
    """Which set decides, and what is wrong with the directory if it holds another one."""

    path: str
    revision: str
    loaded_at: datetime
    """When the set that decides went live here."""
    source: Literal["directory", "rollback"]
    """A rollback is in force until the directory changes to another good set, or a reload."""
    remembered: bool
    """True when it comes from memory: the directory was broken at start."""
    policies: tuple[PolicyStatusItem, ...]
    files: Mapping[str, str]
    """The SHA-256 of each file of the set."""
    problems: tuple[Problem, ...]
    """Of the last attempt; with an error among them, the set before it still decides."""
    last_attempt_at: datetime
    """When the directory was last read."""
    last_success_at: datetime | None
    """When it was last read and found good; null: not since the start."""
    last_error: str | None
    """The first error of the last attempt, in one line."""
