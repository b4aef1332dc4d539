"""How many abandoned calls a day and the legal window still bear. Arithmetic; no clock.

The limit is a share of the calls that a person answered. It has to hold when the day ENDS, and nobody knows when that
is, or when it is stopped: so it is held at every moment. Nothing is lent of answers that are still to come (at 3 % the
first 33 of a day bear no risk at all).
"""

from __future__ import annotations

import math
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

    def today(self, limit: float) -> float:
        """Abandoned calls that today bears now."""
        return limit * self.answered - self.abandoned

    def window(self, limit: float) -> float:
        """The same over the window; without a history it is the same as today's."""
        return self.today(limit) + sum(limit * day.answered - day.abandoned for day in self.days)

    def left(self, limit: float) -> float:
        """The smaller of the two."""
        return min(self.today(limit), self.window(limit))


_GAIN = 0.04
_LARGE = 10.0
"""Agents for whom ``_GAIN`` is meant; with more the same share of calls is many more, and comes in bursts."""
_AIM = 0.97
"""Share of the limit that is aimed at."""
_RESERVE, _RESERVE_PER_AGENT = 3.5, 0.1
"""Abandoned calls kept back for what nobody sees coming: a sudden change finds the calls of a whole group in flight."""
_RESERVE_LAST = 0.5
"""The same less one, at the end of a day whose end is known."""
_MOST = 2.5


@dataclass(slots=True)
class Caution:
    """What probability to meet nobody the last call launched may have: ``share``, learned so that over thousands of
    answers the abandoned ones come to what is aimed at (the outlook may err as it likes: the outcome counts), times
    what the budget says now. ``ease``: 0..1, less while agents wait no longer than they are meant to."""

    share: float = 0.025
    ease: float = 1.0

    def answered(self, limit: float, agents: int) -> None:
        """A person answered. While ``ease`` holds back, that few are abandoned says nothing."""
        if self.ease >= 1.0:
            self.share = min(0.5, self.share * (1.0 + self._gain(agents) * _AIM * limit))

    def abandoned(self, agents: int) -> None:
        self.share = max(1e-4, self.share * math.exp(-self._gain(agents)))

    def waited(self, wait_s: float, target_s: float, agents: int) -> None:
        """An agent waited so long for his call."""
        if target_s <= 0.0:
            self.ease = 1.0
            return
        step = self._gain(agents) * max(-1.0, min(1.0, (wait_s - target_s) / target_s))
        self.ease = min(1.0, max(0.02, self.ease * (1.0 + step)))

    def allowed(self, left: float, agents: int, coming: float = math.inf) -> float:
        """With ``left`` abandoned calls in the budget; 0 when that is 1 or less. ``coming``: what the answers until the
        end of the day will pay for: towards it nothing is kept back."""
        back = min(_RESERVE + _RESERVE_PER_AGENT * agents - 1.0, max(_RESERVE_LAST, coming))
        return self.share * self.ease * min(_MOST, max(0.0, (left - 1.0) / back))

    @staticmethod
    def _gain(agents: int) -> float:
        return _GAIN / max(1.0, agents / _LARGE)
