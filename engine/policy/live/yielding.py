"""
Compiling beside a loop that answers.

A thread keeps the others out for as long as Python lets it, and a full garbage collection stops all
of them to look at all there is: for each answer that would be many milliseconds, for seconds.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_SECONDS = 0.0005
"""So long the loop waits for its turn, instead of Python's 5 ms."""

_USUAL_SECONDS = sys.getswitchinterval()
_USUAL_THRESHOLDS = gc.get_threshold()
_NEVER = 1_000_000


@contextmanager
def yielding() -> Iterator[None]:
    """
    Gives way to other threads, and puts full garbage collections off to the end.

    What is compiled stays, so that they would find next to nothing.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*_USUAL_THRESHOLDS[:2], _NEVER)
    try:
        yield
    finally:
        # Where two compile at once, the second one goes on as Python usually does.
        gc.set_threshold(*_USUAL_THRESHOLDS)
        sys.setswitchinterval(_USUAL_SECONDS)
