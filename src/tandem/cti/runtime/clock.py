"""The process's clock: wall-clock origin, monotonic progress."""

from __future__ import annotations

import time


class SystemClock:
    """Seconds since the Unix epoch as they were at start, then counted monotonically.

    A clock that is set back or forth while we run moves no timer; times from before a restart stay comparable to within
    what the wall clock was corrected by.
    """

    def __init__(self) -> None:
        self._origin = time.time() - time.monotonic()

    def now(self) -> float:
        return self._origin + time.monotonic()

    def off_s(self) -> float:
        """So much later the machine's clock says that it is: it was set, or the machine has slept."""
        return time.time() - self.now()
