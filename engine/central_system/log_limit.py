"""How often the log tells of what one charge point does wrong."""

BURST = 10
"""Lines at once; after that, one a second."""


class LogLimit:
    """
    Whether one more line may be logged.

    A charge point can send ten thousand broken messages a second. Each is counted and recorded,
    but the log is read by people, and each line costs as much as handling a message.
    """

    __slots__ = ("_at", "_credit")

    def __init__(self, now: float) -> None:
        self._credit = float(BURST)
        self._at = now

    def allows(self, now: float) -> bool:
        """Whether a line may be logged at this time, in seconds of any clock."""
        self._credit = min(BURST, self._credit + now - self._at)
        self._at = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True
