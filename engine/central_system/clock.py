"""The time of day, as the central system tells it."""

from datetime import UTC
from time import time_ns

from protocol.timestamps import Timestamp


class MillisecondClock:
    """
    The time in whole milliseconds; within one of them it is the same object.

    Under load several messages come in a millisecond. What is worked out from a time (its texts
    on the wire and in the store, the ids made from it) is kept by those who do, and found again.
    """

    def __init__(self) -> None:
        self._millisecond = -1
        self._now: Timestamp

    def __call__(self) -> Timestamp:
        """The time now."""
        millisecond = time_ns() // 1_000_000
        if millisecond != self._millisecond:
            self._now = Timestamp.fromtimestamp(millisecond / 1000, UTC)
            self._millisecond = millisecond
        return self._now
