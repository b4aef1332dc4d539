"""How many abandoned calls a day and the legal window still bear. Arithmetic; no clock.

The limit is a share of the calls that a person answered. It has to hold when the day ENDS. While nobody says when that
is, it is held at every moment (at 3 % the first 33 answers of a day bear no risk at all). When it is told, and far, a
small part of the answers still to come is lent: so small that most of them may fail to come.
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

    def left(self, limit: float, lent: float = 0.0) -> float:
        """The smaller of the two, with what is ``lent``."""
        return min(self.today(limit), self.window(limit)) + lent


_LENT, _LENT_SHARE = 2.0, 0.125
"""Abandoned calls lent at most, and of those that the answers to come will pay for: should but one answer in eight of
those expected come, because people answer less or agents go, the day keeps the limit."""
_FORGIVEN = 4.0
"""Abandoned calls that answers still to come pay for, with which one too many will be made up for."""


def lent(coming: float | None) -> float:
    """Abandoned calls that may be made before the answers that pay for them. ``coming``: those that the answers until
    the end of the day are expected to pay for; None: nobody knows when it ends."""
    return 0.0 if coming is None else min(_LENT, _LENT_SHARE * coming)


def strictness(coming: float | None) -> float:
    """0 (an excess would be made up for by the end of the day) .. 1 (nothing will make up for it)."""
    return 1.0 if coming is None else 1.0 - min(1.0, coming / _FORGIVEN)


_SUDDENLY, _SUDDENLY_MANY = 2.0, 4.0
"""What is in flight must be bearable if people answered so many times as often as expected, in a small group and in a
large one."""
_FEW_AGENTS = 5.0
"""Of so few the calls in flight are few, and bad luck is the greater danger: see ``Risk``."""


def fewness(agents: float) -> float:
    """1 for a handful of agents, less and less with more of them."""
    return min(1.0, _FEW_AGENTS / max(1.0, agents))


def suddenly(agents: int) -> float:
    """How many times as often people may answer from one moment to the next. A burst of a large group's calls costs
    what the rest of a day does not make up for."""
    return _SUDDENLY + (_SUDDENLY_MANY - _SUDDENLY) * (1.0 - fewness(agents))


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

    def allowed(self, left: float, agents: int, coming: float | None = None) -> float:
        """With ``left`` abandoned calls in the budget; 0 when that is 1 or less. ``coming``: see ``lent``; towards the
        end of the day nothing is kept back."""
        back = _RESERVE + _RESERVE_PER_AGENT * agents - 1.0
        if coming is not None:
            back = min(back, max(_RESERVE_LAST, coming))
        return self.share * self.ease * min(_MOST, max(0.0, (left - 1.0) / back))

    @staticmethod
    def _gain(agents: int) -> float:
        return _GAIN / max(1.0, agents / _LARGE)
