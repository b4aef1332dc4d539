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
RIGHT_S = 2.0
"""Less is right again. Between the two nothing changes: a clock may waver about the bound."""


class ClockWatch:
    """``off_s``: of ``SystemClock``. ``tell``: the shell's ``take``; while it fails it is tried again at each look."""

    def __init__(self, off_s: Callable[[], float], tell: Callable[[ClockSet], None]) -> None:
        self._off_s = off_s
        self._tell = tell
        self._told_s = 0.0
        self._untold = False

    def look(self) -> None:
        off_s = self._off_s()
        if self._told_s and abs(off_s) < RIGHT_S:
            off_s = 0.0
        elif abs(off_s - self._told_s) < BORNE_S:
            return
        try:
            self._tell(ClockSet(off_s))
        except Exception:
            if not self._untold:
                log.exception("the center cannot be told that the machine's clock is %+.0f s off the server's", off_s)
            self._untold = True
            return
        self._told_s, self._untold = off_s, False
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
