"""Hours in a time zone, looked up fast: what was found holds until the next opening or closing, and is remembered."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tandem.cti.model.campaigns import Hours
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.hours import WeeklyHours, closes_at, opens_at, spans_of
from tandem.routing.core.dialer.jurisdictions import ALL_DAY, Jurisdiction, Week

KEPT_S = 3_600.0
"""So long what is open is taken to be open, before it is looked at again."""
NEAR_S = 3 * 3_600.0
"""So near to a change of the clock it is looked at every minute."""
COMMON_S = 21 * DAY_S
"""So far ahead an opening common to several is looked for: weeks repeat, holidays pass."""


class LocalHours:
    """``name`` says whose hours they are: ``rules``, ``quiet``, ``campaign``, ``plan``. Data only: it can be frozen."""

    __slots__ = ("_end", "_opens", "_since", "hours", "name")

    def __init__(self, name: str, hours: WeeklyHours) -> None:
        self.name = name
        self.hours = hours
        self._since = 0.0
        self._end = 0.0
        self._opens: float | None = None

    def opens_at(self, at: float) -> float | None:
        """``at`` itself when it is open; None when it does not open within a year."""
        if not self._since <= at < self._end:
            self._look(at)
        opens = self._opens
        return at if opens is not None and opens <= at else opens

    def _look(self, at: float) -> None:
        self._since, self._opens = at, self.first_open(at)
        if self._opens is None:
            self._end = at + DAY_S
        elif self._opens > at:
            self._end = self._opens
        else:
            kept_s = 60.0 - at % 60.0 if self._clock_changes(at) else KEPT_S
            closes = closes_at(self.hours, at)
            self._end = at + kept_s if closes is None else min(closes, at + kept_s)

    def first_open(self, at: float) -> float | None:
        """``opens_at``, worked out. In an hour that comes twice the clock on the wall counts each time: hours that are
        open from the first to the last time they are on it would let calls out at a time that is not in them."""
        opens = opens_at(self.hours, at)
        while opens is not None and self._clock_changes(opens) and not self._on_the_wall(opens):
            opens = opens_at(self.hours, opens - opens % 60.0 + 60.0)
        return opens

    def _clock_changes(self, at: float) -> bool:
        zone = ZoneInfo(self.hours.timezone)
        before, after = (datetime.fromtimestamp(at + far, zone).utcoffset() for far in (-NEAR_S, NEAR_S))
        return before != after

    def _on_the_wall(self, at: float) -> bool:
        local = datetime.fromtimestamp(at, ZoneInfo(self.hours.timezone))
        minute = local.hour * 60 + local.minute
        return any(begin <= minute < end for begin, end in spans_of(self.hours, local.date()))


class CommonHours:
    """Several hours that must all be open. Data only: it can be frozen."""

    __slots__ = ("_again_at", "_since", "_until", "all_of")

    def __init__(self, all_of: tuple[LocalHours, ...]) -> None:
        self.all_of = all_of
        self._since = self._until = 0.0
        self._again_at: float | None = None
        """When all are open, for moments from ``_since`` to ``_until`` at which one is closed."""

    def closed(self, at: float) -> tuple[LocalHours, float | None] | None:
        """The first that is closed, and when all are open (None: not within ``COMMON_S``). None when all are open."""
        for hours in self.all_of:
            opens = hours.opens_at(at)
            if opens is None or opens > at:
                if not self._since <= at < self._until:
                    self._since, self._again_at = at, self._all_open_at(at)
                    self._until = at + DAY_S if self._again_at is None else self._again_at
                return hours, self._again_at
        return None

    def last_close(self, at: float, until: float) -> float | None:
        """The end of the last stretch from ``at`` to ``until`` in which all are open; ``until`` when it goes on. None:
        there is none. Worked out anew each time."""
        last, moment = None, self._all_open_at(at)
        while moment is not None and moment < until:
            ends = [end for hours in self.all_of if (end := closes_at(hours.hours, moment)) is not None]
            last = min([*ends, until])
            moment = self._all_open_at(last)
        return last

    def _all_open_at(self, at: float) -> float | None:
        moment, last = at, at + COMMON_S
        while moment <= last:
            before = moment
            for hours in self.all_of:
                opens = hours.first_open(moment)
                if opens is None:
                    return None
                moment = opens
            if moment == before:
                return moment
        return None


def rules_in(rules: Jurisdiction, zone: str) -> list[LocalHours]:
    """The jurisdiction's hours in one zone; [] when it has none."""
    found = []
    if rules.hours != ALL_DAY or rules.holidays:
        found.append(LocalHours("rules", _weekly(rules.hours, zone, rules.holidays)))
    if any(rules.quiet):
        found.append(LocalHours("quiet", _weekly(_but(rules.quiet), zone, "")))
    return found


def weekly_of(hours: Hours) -> WeeklyHours:
    """A campaign's. Raises ValueError for what is no date."""
    return WeeklyHours(
        days={day: tuple((span.begin, span.end) for span in spans) for day, spans in hours.days.items()},
        timezone=hours.timezone,
        holidays=hours.holidays,
        closed_on=frozenset(date.fromisoformat(day) for day in hours.closed_on),
    )


def _weekly(week: Week, zone: str, holidays: str) -> WeeklyHours:
    return WeeklyHours(days=dict(enumerate(week)), timezone=zone, holidays=holidays)


def _but(week: Week) -> Week:
    """What is left of each day."""
    days = []
    for spans in week:
        left, begin = [], 0
        for quiet_begin, quiet_end in sorted(spans):
            if quiet_begin > begin:
                left.append((begin, quiet_begin))
            begin = max(begin, quiet_end)
        if begin < 1440:
            left.append((begin, 1440))
        days.append(tuple(left))
    return tuple(days)
