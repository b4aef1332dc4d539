"""How many abandoned calls a day and the legal window still bear. Arithmetic; no clock.

The limit is a share of the calls that a person answered. It has to hold when the day ENDS, and nobody knows when that
is: so it is held at every moment, but for the first calls of a day, which are lent what a short time of dialling is
sure to bring (an abandoned call of the first 33 would otherwise forbid every risk before).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tandem.routing.core.dialer.pacing_settings import DayCount


@dataclass(slots=True)
class Budget:
    """Of one campaign. ``days``: those of the window before today, newest last."""

    answered: int = 0
    abandoned: int = 0
    days: list[DayCount] = field(default_factory=list)

    def set_history(self, days: Sequence[DayCount], window_days: int) -> None:
        """The last ``window_days - 1`` of ``days`` count: the window has today in it."""
        kept = max(0, window_days - 1)
        self.days = list(days)[-kept:] if kept else []

    def new_day(self, window_days: int) -> None:
        """Today's counts become history, and today begins with none."""
        self.set_history([*self.days, DayCount(self.answered, self.abandoned)], window_days)
        self.answered = self.abandoned = 0

    def today(self, limit: float, lent: float = 0.0) -> float:
        """Abandoned calls that today bears; ``lent``: answered calls that are sure to come."""
        return limit * (self.answered + lent) - self.abandoned

    def window(self, limit: float, lent: float = 0.0) -> float:
        """The same over the window; without a history it is the same as today's."""
        answered = self.answered + sum(day.answered for day in self.days)
        return limit * (answered + lent) - self.abandoned - sum(day.abandoned for day in self.days)

    def left(self, limit: float, lent: float = 0.0) -> float:
        """The smaller of the two."""
        return min(self.today(limit, lent), self.window(limit, lent))
