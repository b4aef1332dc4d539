"""Sees when the machine's clock is set while the server runs, or the machine has slept: by hours, when a virtual
machine was held, or began with a wrong time. Our own clock goes on as it was, so that no timer moves; calling hours are
then asked of both clocks, until a new start takes over the machine's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from tandem.cti.app.floor_plan import ClockSet

log = logging.getLogger(__name__)

EVERY_S = 1.0
BORNE_S = 5.0
"""Corrections of a clock that is kept right are far smaller."""


class ClockWatch:
    """``off_s``: of ``SystemClock``. ``tell``: the shell's ``take``."""

    def __init__(self, off_s: Callable[[], float], tell: Callable[[ClockSet], None]) -> None:
        self._off_s = off_s
        self._tell = tell
        self._told_s = 0.0

    def look(self) -> None:
        off_s = self._off_s()
        if abs(off_s) < BORNE_S:
            off_s = 0.0
        if off_s == self._told_s or (off_s and abs(off_s - self._told_s) < BORNE_S):
            return
        self._told_s = off_s
        try:
            self._tell(ClockSet(off_s))
        except Exception:
            log.exception("the center could not be told of the machine's clock")
        if off_s:
            log.error(
                "the machine's clock is %+.0f s off the server's: people are called only while their hours are open by "
                "both. Set the clock right, and start the server again",
                off_s,
            )
        else:
            log.warning("the machine's clock and the server's are the same again")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY_S)
