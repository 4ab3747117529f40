"""What a server process prints, line by line, waited for instead of slept for."""

import re
import threading
import time
from collections.abc import Callable
from typing import IO


class Output:
    """The lines a process has written so far; read on a thread so that its pipe never fills."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="server output", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._stream:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def tail(self, lines: int = 40, since: int = 0) -> str:
        """The last lines written, none of them before line `since`."""
        return "\n".join(self._lines[since:][-lines:])

    def wait_for(self, pattern: str, timeout_seconds: float = 20) -> re.Match[str]:
        """
        The first match of `pattern` in what was and will be written.

        Raises:
            AssertionError: the output ended, or the time is over; with the last lines.
        """
        found = self._wait(lambda: re.search(pattern, self.text), timeout_seconds)
        assert found is not None, f"the output never had `{pattern}`:\n{self.tail()}"
        return found

    def wait_for_end(self, timeout_seconds: float = 10) -> str:
        """The whole text, once the process has closed its output."""
        self._wait(lambda: None, timeout_seconds)
        assert self._ended, f"the output is still open after {timeout_seconds} s:\n{self.tail()}"
        self._reader.join()
        self._stream.close()
        return self.text

    def _wait(
        self, found: Callable[[], re.Match[str] | None], timeout_seconds: float
    ) -> re.Match[str] | None:
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while (match := found()) is None and not self._ended:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            return match or found()
