"""The gate before every call that we make by ourselves: may this number be called now? Pure.

Callbacks pass it, and so does outbound. ``at`` is seconds since the Unix epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tandem.cti.model.hours import WeeklyHours, is_open, opens_at
from tandem.routing.core.plan import EVERYWHERE, Calling

DAY_S = 86_400.0
NO_RULES = Calling()
NO_HOURS: Mapping[str, WeeklyHours] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``again_at``: when it may be tried again; None = never."""

    reason: Literal["do_not_call", "not_allowed", "hours", "attempts"]
    again_at: float | None


class Gate:
    """Remembers the dials of the last 24 hours; memory is bounded by their number. Data only: it can be frozen."""

    def __init__(self, calling: Calling = NO_RULES, hours: Mapping[str, WeeklyHours] = NO_HOURS) -> None:
        self._dials: deque[tuple[float, str]] = deque()
        self._of: dict[str, deque[float]] = {}
        self.set_rules(calling, hours)

    def set_rules(self, calling: Calling, hours: Mapping[str, WeeklyHours]) -> None:
        """From now on these count; what was dialled is not forgotten. ``hours`` by name."""
        self._calling = calling
        self._hours = {
            "" if beginning == EVERYWHERE else beginning: hours[name]
            for beginning, name in calling.hours.items()
            if name in hours
        }

    def may_call(self, number: str, at: float) -> Refusal | None:
        """None: yes."""
        if number in self._calling.never:
            return Refusal(reason="do_not_call", again_at=None)
        beginnings = (number[:end] for end in range(len(number), -1, -1))
        hours = next((self._hours[beginning] for beginning in beginnings if beginning in self._hours), None)
        if hours is not None and not is_open(hours, at):
            return Refusal(reason="hours", again_at=opens_at(hours, at))
        self._forget(at)
        dials = self._of.get(number)
        if dials is not None and len(dials) >= self._calling.per_day:
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
