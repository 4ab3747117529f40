"""The sets that were live: what the host remembers of them, beyond its own life."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.policy.facts import Fact


class KeptRevision(Fact, frozen=True, kw_only=True):
    """A set that was live and can be put back."""

    revision: str
    live_since: datetime
    """When it last went live."""
    files: tuple[str, ...]
    """Paths of its policies, tables and tests."""
    rolled_back_from: str | None = None
    """The revision of what the directory held, where a rollback put this one live."""


class RevisionMemory(Protocol):
    """Where good sets survive a restart."""

    async def save(
        self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
    ) -> None:
        """This set is live now."""

    async def load(self, revision: str | None = None) -> tuple[str, dict[str, bytes]] | None:
        """A set that was live, by default the one that was last; None if it is not kept."""

    async def kept(self) -> tuple[KeptRevision, ...]:
        """All sets that can be put back, the one that was live last first."""
