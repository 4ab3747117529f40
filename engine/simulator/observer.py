"""What a simulated charge point tells while it works, and what of it is counted."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

Direction = Literal["sent", "received"]


class Observer(Protocol):
    """Who watches charge points."""

    def message(self, identity: str, direction: Direction, name: str, payload: bytes) -> None:
        """A payload went over the wire; its name is the specification's: `Heartbeat.req`."""

    def note(self, identity: str, text: str) -> None:
        """Something else happened, in words."""

    def answered(self, identity: str, action: str, seconds: float) -> None:
        """A Call got its CallResult."""

    def unanswered(self, identity: str, action: str, reason: str) -> None:
        """A Call got a CallError, or nothing."""


class Tally(msgspec.Struct):
    """Counts what happens to any number of charge points."""

    calls: int = 0
    commands: int = 0
    seconds: list[float] = []
    """How long each answered Call took."""
    failures: dict[str, int] = {}
    """How often a Call failed, by action and reason."""
    watch: Callable[[str, Direction, str, bytes], None] | None = None
    remark: Callable[[str, str], None] | None = None

    def message(self, identity: str, direction: Direction, name: str, payload: bytes) -> None:
        """Count a command; show the message where somebody looks."""
        self.commands += direction == "received" and name.endswith(".req")
        if self.watch is not None:
            self.watch(identity, direction, name, payload)

    def note(self, identity: str, text: str) -> None:
        """Show the note where somebody looks."""
        if self.remark is not None:
            self.remark(identity, text)

    def answered(self, identity: str, action: str, seconds: float) -> None:
        """Count an answer."""
        self.calls += 1
        self.seconds.append(seconds)

    def unanswered(self, identity: str, action: str, reason: str) -> None:
        """Count a Call that failed."""
        self.calls += 1
        text = f"{action}: {reason}"
        self.failures[text] = self.failures.get(text, 0) + 1
        self.note(identity, f"{action} failed: {reason}")

    def percentile(self, share: float) -> float:
        """The time in seconds within which this share of the answers came; 0 without answers."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
