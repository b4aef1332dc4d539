"""A loop whose seconds pass at once as soon as all who are in it only wait.

What is tested of times in memory, who gives up first, what comes a moment too late, is then the same on a machine that
stands still for a second now and then; and nobody waits. Work in threads takes none of its time. Not for sockets nor
for processes: what comes from there would come after any time. Where everybody waits for what nobody can bring any
more, running it raises RuntimeError.
"""

from __future__ import annotations

import asyncio
import selectors
from concurrent.futures import Executor
from threading import active_count
from typing import Any


class OwnTime(asyncio.SelectorEventLoop):
    """Begins at 0."""

    def __init__(self) -> None:
        self._now = 0.0
        self._in_threads = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

    def run_in_executor(self, executor: Executor | None, func: Any, *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        working = super().run_in_executor(executor, func, *args)
        self._in_threads += 1
        working.add_done_callback(self._out_of_thread)
        return working

    def _out_of_thread(self, _: object) -> None:
        self._in_threads -= 1

    def passes(self, time_s: float | None) -> float | None:
        """How long to wait, really, where everybody waits for so long (None: for what has no time)."""
        if time_s is None or (self._in_threads and time_s > 0.0):
            return None
        self._now += time_s
        return 0.0


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: OwnTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if ready := super().select(0.0):
            return ready
        if timeout is None and self._nobody_comes():
            raise RuntimeError("everybody waits for ever")
        return super().select(self._loop.passes(timeout))

    def _nobody_comes(self) -> bool:
        """Whether that is certain: nothing but the loop's own wake-up is listened to, there is no other thread, and
        the last one to end has left no news."""
        return len(self.get_map()) == 1 and active_count() == 1 and not super().select(0.0)
