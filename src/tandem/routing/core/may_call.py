"""The gate before every call that we make by ourselves: may this number be called now? Pure.

Callbacks pass it, and so does outbound. ``at`` is seconds since the Unix epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from tandem.routing.core.hours import is_open, opens_at
from tandem.routing.core.plan import WeeklyHours

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``again_at``: when it may be tried again; None = never."""

    reason: Literal["do_not_call", "not_allowed", "hours", "attempts"]
    again_at: float | None


class Gate:
    """``hours``: when a customer may be called, in his own time zone, by the beginning of his number (``+86``; the longest
    that fits counts, ``''`` is everybody; none that fits: at any time). ``most_a_day`` dials of one number in 24 hours.

    Remembers the dials of the last 24 hours; memory is bounded by their number. Data only: it can be frozen.
    """

    def __init__(
        self,
        *,
        hours: Mapping[str, WeeklyHours] | None = None,
        do_not_call: Set[str] = frozenset(),
        most_a_day: int = 10,
    ) -> None:
        self.do_not_call = do_not_call
        self._hours = dict(hours or {})
        self._most = most_a_day
        self._dials: deque[tuple[float, str]] = deque()
        self._of: dict[str, deque[float]] = {}

    def may_call(self, number: str, at: float) -> Refusal | None:
        """None: yes."""
        if number in self.do_not_call:
            return Refusal(reason="do_not_call", again_at=None)
        hours = next((self._hours[key] for end in range(len(number), -1, -1) if (key := number[:end]) in self._hours), None)
        if hours is not None and not is_open(hours, at):
            return Refusal(reason="hours", again_at=opens_at(hours, at))
        self._forget(at)
        dials = self._of.get(number)
        if dials is not None and len(dials) >= self._most:
            return Refusal(reason="attempts", again_at=dials[0] + DAY_S)
        return None

    def dialled(self, number: str, at: float) -> None:
        """The number is being dialled. Called in the order of time."""
        self._forget(at)
        self._dials.append((at, number))
        self._of.setdefault(number, deque()).append(at)

    def _forget(self, now: float) -> None:
        while self._dials and self._dials[0][0] <= now - DAY_S:
            _, number = self._dials.popleft()
            dials = self._of[number]
            dials.popleft()
            if not dials:
                del self._of[number]
