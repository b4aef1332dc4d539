"""Until when agents are expected at work, by the shifts of the plan. A forecast only: nobody is logged out by it.

``at`` and ``now`` are seconds since the Unix epoch, as in ``cti.model.hours``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import inf

from tandem.cti.model.hours import WeeklyHours, closes_at, is_open, opens_at
from tandem.cti.model.ids import AgentId
from tandem.routing.core.plan import Plan

LINGERS_S = 300.0
"""Who is still there so long after the end of his shift, or the beginning of his break, has stayed; until then he is
about to go."""


def leaves_at(hours: WeeklyHours, at: float) -> float | None:
    """When who works these hours goes, or takes his break; up to ``LINGERS_S`` ago if he should have gone by now. None:
    nothing is known of it, because his time has not begun, or ended long ago, or never ends."""
    return closes_at(hours, at if is_open(hours, at) else at - LINGERS_S)


def changes_at(hours: WeeklyHours, at: float) -> float:
    """The next moment after ``at`` at which ``leaves_at`` may say something else; ``inf``: it never does."""
    end = leaves_at(hours, at)
    begins = opens_at(hours, at if end is None else max(at, end))
    lingered = inf if end is None else end + LINGERS_S
    return min(lingered, inf if begins is None or begins <= at else begins)


class Roster:
    """Who works which shift of a plan: his own, or that of his team. Each shift is worked out once between two of its
    borders, whoever asks and how often."""

    def __init__(self, plan: Plan) -> None:
        by_team = {team: name for name, shift in plan.shifts.items() for team in shift.teams}
        shifts = ((agent.login, agent.shift or by_team.get(agent.team, "")) for agent in plan.agents.values())
        self._shift = {login: name for login, name in shifts if name in plan.shifts}
        self._hours = {name: plan.shifts[name].hours for name in self._shift.values()}
        self._known: dict[str, tuple[float, float, float | None]] = {}
        """Shift -> (from, until, what ``leaves_at`` says between the two)."""

    def worked(self, agents: Iterable[AgentId]) -> list[tuple[WeeklyHours, int]]:
        """Each shift that one of them works, and how many do."""
        names = Counter(self._shift[agent] for agent in agents if agent in self._shift)
        return [(self._hours[name], number) for name, number in names.items()]

    def hours_of(self, agent: AgentId) -> WeeklyHours | None:
        """None: he works no shift."""
        return self._hours.get(self._shift.get(agent, ""))

    def leaves_at(self, agent: AgentId, now: float) -> float | None:
        """See ``leaves_at``; None also for who works no shift."""
        name = self._shift.get(agent)
        return None if name is None else self._at(name, now)[2]

    def changes_at(self, now: float) -> float:
        """When something changes for anyone; ``inf``: never."""
        return min((self._at(name, now)[1] for name in self._hours), default=inf)

    def _at(self, name: str, now: float) -> tuple[float, float, float | None]:
        known = self._known.get(name)
        if known is None or not known[0] <= now < known[1]:
            hours = self._hours[name]
            known = self._known[name] = (now, changes_at(hours, now), leaves_at(hours, now))
        return known


class Presence:
    """What share of those who are at it now will be at it at moments to come, which are asked in the order of time.

    ``here``: who is at it ``now``; ``able``: who else could be. Who works no shift stays as he is. Of those who do, as
    many more or fewer are taken to be at it as of all who are ``able``; while none of them has to be there by his shift
    (they all work longer), they stay until the first shift begins."""

    def __init__(self, roster: Roster, *, here: Iterable[AgentId], able: Iterable[AgentId], now: float) -> None:
        at_it = set(here)
        shifts = roster.worked(at_it | set(able))
        bound = sum(number for _, number in roster.worked(at_it))
        self._always = len(at_it) - bound
        self._shifts = [_Stretch(hours, number, now) for hours, number in shifts]
        due = sum(stretch.at(now) for stretch in self._shifts)
        self._bound, self._most = bound, max(due, bound)
        self._stays_until = now if due else min((stretch.until for stretch in self._shifts), default=inf)

    def at(self, moment: float) -> float:
        """1.0: as many as now; it may be more."""
        total = self._always + self._bound
        if not self._bound or moment < self._stays_until:
            return 1.0
        return (self._always + self._bound * sum(each.at(moment) for each in self._shifts) / self._most) / total


class _Stretch:
    """``number`` agents who work these hours, from one border to the next."""

    def __init__(self, hours: WeeklyHours, number: int, now: float) -> None:
        self._hours, self._number = hours, number
        self._open = is_open(hours, now)
        self.until = self._border(now)

    def at(self, moment: float) -> int:
        while moment >= self.until:
            self._open = not self._open
            self.until = self._border(self.until)
        return self._number if self._open else 0

    def _border(self, at: float) -> float:
        border = (closes_at if self._open else opens_at)(self._hours, at)
        return inf if border is None else border
