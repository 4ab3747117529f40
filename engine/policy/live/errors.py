"""What has gone wrong with each policy since the start."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from engine.policy.deciding.decision import Decision


@dataclass(slots=True)
class ErrorCount:
    """The errors of one policy."""

    count: int = 0
    last: str | None = None
    last_at: datetime | None = None


class PolicyErrors:
    """Counts the errors of policies by their names."""

    def __init__(self) -> None:
        self._counts: dict[str, ErrorCount] = {}

    def add(self, decision: Decision, now: datetime) -> None:
        """Counts what went wrong in a decision, in shadow mode too."""
        shadow = (text for each in decision.shadow for text in each.errors)
        for failed, text in zip(decision.failed, (*decision.errors, *shadow), strict=True):
            if failed.policy:
                count = self._counts.setdefault(failed.policy, ErrorCount())
                count.count += 1
                count.last, count.last_at = text, now

    def of(self, policy: str) -> ErrorCount:
        return self._counts.get(policy) or ErrorCount()

    def keep(self, policies: Collection[str]) -> None:
        """Forgets the others."""
        self._counts = {name: each for name, each in self._counts.items() if name in policies}
