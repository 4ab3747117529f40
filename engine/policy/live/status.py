"""What is in force, and what is wrong with the directory: as the API says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from engine.policy.deciding.policy import Mode, Policy
from engine.policy.facts import Fact
from engine.policy.live.errors import ErrorCount
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
    mode: Mode
    valid_from: datetime | None
    valid_until: datetime | None
    scope: Mapping[str, tuple[str, ...]] | None
    """Names by the keys of a `scope`; null: all charge points."""
    effects: tuple[str, ...]
    """The ids of its effects."""
    labels: Mapping[str, str]
    errors: int
    """How often it has failed here since the start."""
    last_error: str | None
    last_error_at: datetime | None

    @classmethod
    def of(cls, policy: Policy, errors: ErrorCount) -> Self:
        return cls(
            name=policy.name,
            description=policy.description,
            actions=policy.actions,
            priority=policy.priority,
            file=policy.file,
            line=policy.line,
            enabled=policy.enabled,
            mode=policy.mode,
            valid_from=policy.valid_from,
            valid_until=policy.valid_until,
            labels=policy.labels,
            scope=None if policy.scope is None else policy.scope.written(),
            effects=policy.effect_ids(),
            errors=errors.count,
            last_error=errors.last,
            last_error_at=errors.last_at,
        )


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
