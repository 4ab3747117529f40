"""
The interval of a BootNotification.conf is the policy's, within guardrails (DESIGN §7).

An operator who writes `interval: 60` gets 60. Only two things are changed: a value that would make
a charge point flood us is raised to the floor, and in a boot storm, when a whole fleet comes back
after an outage, each charge point gets up to a tenth more, so that the fleet's next messages
don't arrive all at once again.
"""

import random
from collections import deque

FLOOR_SECONDS = 5
STORM_BOOTS = 50
"""So many boots within STORM_SECONDS are a storm."""
STORM_SECONDS = 10.0
JITTER = 0.1


class BootIntervals:
    """Counts the boots of the last seconds, and holds intervals within the guardrails."""

    def __init__(self, source: random.Random | None = None) -> None:
        self._random = random.Random() if source is None else source  # noqa: S311 - spreads load
        self._boots: deque[float] = deque(maxlen=STORM_BOOTS)

    def guarded(self, interval_seconds: int, status: str, now: float) -> int:
        """The interval to answer, given the policy's; `now` in seconds of any steady clock."""
        storm = len(self._boots) == STORM_BOOTS and now - self._boots[0] <= STORM_SECONDS
        self._boots.append(now)
        # §6.8: "If that value is zero" the charge point chooses its own wait before the next
        # BootNotification. As a heartbeat interval, zero would mean without pause.
        if interval_seconds == 0 and status != "Accepted":
            return 0
        interval = max(interval_seconds, FLOOR_SECONDS)
        return interval + round(interval * JITTER * self._random.random()) if storm else interval
