"""Alarms of the link: told at once, then at most once in a while for the same thing."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_log = logging.getLogger(__name__)
_MAX_KEYS: Final = 1_024


@dataclass(frozen=True, slots=True)
class Alarm:
    """``kind`` groups alarms of one sort (``listener``, ``forged:PJSIP/trunk-0000001f``); ``text`` is for people.

    ``channel`` is the channel whose caller writes forged events, '' where there is none: hang it up.
    ``suppressed`` counts those of the kind that were not told since the last one.
    """

    kind: str
    text: str
    channel: str = ""
    suppressed: int = 0


class AlarmLimiter:
    """Passes on the first alarm of a kind, then one every ``interval_s`` seconds. Remembers the 1,024 newest kinds."""

    def __init__(
        self, listener: Callable[[Alarm], None], interval_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._listener = listener
        self._interval_s = interval_s
        self._clock = clock
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()  # kind -> told at, suppressed since

    def give(self, kind: str, text: str, channel: str = "") -> bool:
        """Tell the listener, or count. Returns whether it was told."""
        now = self._clock()
        told_at, suppressed = self._told.get(kind, (-float("inf"), 0))
        if now - told_at < self._interval_s:
            self._told[kind] = (told_at, suppressed + 1)
            return False
        self._told[kind] = (now, 0)
        self._told.move_to_end(kind)
        if len(self._told) > _MAX_KEYS:
            self._told.popitem(last=False)
        try:
            self._listener(Alarm(kind, text, channel, suppressed))
        except Exception:  # alarms are given from within the reader, which must go on
            _log.exception("nobody took the alarm: %s", text)
        return True
