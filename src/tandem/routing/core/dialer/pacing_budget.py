"""How many abandoned calls a day and the legal window still bear. Arithmetic; no clock.

The limit is a share of the calls that a person answered. It has to hold when the day ENDS, and nobody knows when that
is: so it is held at every moment. Only its beginning is lent a few of the answers that are sure to come (at 3 % the
first 33 would otherwise bear no risk at all): a day whose end is not known is taken for an hour long at least.
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


_LENT_CALLS, _LENT_CALLS_TOLD, _LENT_PER_AGENT_TOLD = 2.0, 6.0, 0.2
"""Abandoned calls at most that answers still to come may pay for: on any day, and on one whose end is known."""
_LEAST_DAY_S = 3600.0
_RARER = 0.4
"""Answers are sure to come if they do although people answer so many times as often as now."""
_STAYS = 0.5
"""Share of the agents' time until the end of the day that they are sure to be there."""
_SURE_OF_LEADS = 0.05


def sure_time_s(passed_s: float, left_s: float | None) -> float:
    """Time that agents are sure to be there yet today: ``passed_s`` since the first agent came, ``left_s`` until the
    end of the day (None: not known)."""
    return _LEAST_DAY_S - passed_s if left_s is None else _STAYS * left_s


def most_lent(agents: int, *, told: bool) -> float:
    """Abandoned calls at most that answers still to come may pay for."""
    return _LENT_CALLS_TOLD + _LENT_PER_AGENT_TOLD * agents if told else _LENT_CALLS


def lent_answers(
    limit: float, agents: int, *, cycle_s: float, dial_s: float, time_s: float, most: float, leads: int
) -> float:
    """Answered calls that ``agents`` are sure to have yet today by one call for each, in ``time_s``: an answered one
    takes ``cycle_s`` of an agent's time, finding it ``dial_s`` (mean time of a call / answer rate)."""
    if limit <= 0.0 or agents <= 0:
        return 0.0
    answers = agents * time_s / max(1.0, cycle_s + dial_s / _RARER)
    return max(0.0, min(most / limit, answers, _SURE_OF_LEADS * leads))


_GAIN = 0.06
_LARGE = 10.0
"""Agents for whom ``_GAIN`` is meant; with more the same share of calls is many more, and comes in bursts."""
_AIM = 0.97
"""Share of the limit that is aimed at."""
_RESERVE, _RESERVE_PER_AGENT = 6.0, 0.2
"""Abandoned calls kept back for what nobody sees coming: a sudden change finds the calls of a whole group in flight."""
_RESERVE_LAST = 0.5
"""The same less one, at the end of a day whose end is known."""
_MOST = 1.5


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

    def allowed(self, left: float, agents: int, sure: float | None = None) -> float:
        """With ``left`` abandoned calls in the budget; 0 when that is 1 or less. ``sure``: what the answers that are
        sure until the end of the day pay for, if it is known: towards it nothing is kept back."""
        back = _RESERVE + _RESERVE_PER_AGENT * agents - 1.0
        if sure is not None:
            back = min(back, max(_RESERVE_LAST, sure))
        return self.share * self.ease * min(_MOST, max(0.0, (left - 1.0) / back))

    @staticmethod
    def _gain(agents: int) -> float:
        return _GAIN / max(1.0, agents / _LARGE)
