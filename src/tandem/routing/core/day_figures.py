"""What became of a day's callers, and what its agents did: by queue and by half hour, of a real day or a simulated one.

Pure. Moments are seconds since the Unix epoch, as in ``Day``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.day import HALF_HOUR_S, Day, Shift
from tandem.routing.core.plan import Plan


@dataclass(slots=True, kw_only=True)
class Tally(QueueCounts):
    """Of one queue, or of all. ``left``: whose wait ended in another way than by an answer or by hanging up."""

    left: int = 0

    @property
    def offered(self) -> int:
        return self.answered + self.abandoned + self.left

    def add(self, other: Tally) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class HalfHour:
    """By when the callers came (``tally``), and what was going on (the rest, in seconds)."""

    tally: Tally = field(default_factory=Tally)
    waiting_s: float = 0.0
    """Summed over the callers."""
    busy_s: float = 0.0
    staffed_s: float = 0.0
    """Summed over the agents: on shift and not in a break, or at work beyond it."""


@dataclass(slots=True)
class Run:
    """What happened in one simulated day (or in the real one)."""

    queues: dict[QueueId, Tally]
    half_hours: list[HalfHour]

    @property
    def all(self) -> Tally:
        total = Tally()
        for tally in self.queues.values():
            total.add(tally)
        return total

    @property
    def occupancy(self) -> float | None:
        staffed_s = sum(half.staffed_s for half in self.half_hours)
        return sum(half.busy_s for half in self.half_hours) / staffed_s if staffed_s else None


class Record:
    """Fills a Run."""

    def __init__(self, day: Day, plan: Plan) -> None:
        self._begins_at = day.begins_at
        self._plan = plan
        count = max(1, int((day.ends_at - day.begins_at + HALF_HOUR_S - 1) // HALF_HOUR_S))
        self.run = Run({queue: Tally() for queue in plan.queues}, [HalfHour() for _ in range(count)])

    def ended(self, at: float, queue: QueueId, end: str, waited_s: float) -> None:
        """Of the caller who came ``at``."""
        target_s = self._plan.queues[queue].target_s
        for tally in self._tallies(at, queue):
            if end == "answered":
                tally.answer(waited_s, target_s)
            elif end == "abandoned":
                tally.abandon(waited_s, target_s)
            else:
                tally.left += 1
        self.spread("waiting_s", at, at + waited_s)

    def spread(self, what: str, since: float, until: float) -> None:
        """Add the seconds of this stretch to the half hours that it lies in."""
        halves = self.run.half_hours
        first = max(0, int((since - self._begins_at) // HALF_HOUR_S))
        for number in range(first, len(halves)):
            begin = self._begins_at + number * HALF_HOUR_S
            if begin >= until:
                break
            seconds = min(until, begin + HALF_HOUR_S) - max(since, begin)
            setattr(halves[number], what, getattr(halves[number], what) + max(0.0, seconds))

    def _tallies(self, at: float, queue: QueueId) -> tuple[Tally, Tally]:
        number = int((at - self._begins_at) // HALF_HOUR_S)
        return self.run.queues[queue], self.run.half_hours[min(max(number, 0), len(self.run.half_hours) - 1)].tally


def as_it_was(day: Day, plan: Plan) -> Run:
    """The real day in the same figures. Arrivals of queues that the plan does not have are left out."""
    record = Record(day, plan)
    for arrival in day.arrivals:
        if arrival.queue in plan.queues:
            record.ended(arrival.at, arrival.queue, arrival.end, arrival.waited_s)
            if arrival.handle_s is not None:
                answered_at = arrival.at + arrival.waited_s
                record.spread("busy_s", answered_at, answered_at + arrival.handle_s)
    for shift in day.shifts:
        for since, until in on_duty(shift):
            record.spread("staffed_s", since, until)
    return record.run


def on_duty(shift: Shift) -> Iterable[tuple[float, float]]:
    """The shift without its breaks."""
    since = shift.begins_at
    for begins, ends in shift.breaks:
        if begins > since:
            yield since, begins
        since = max(since, ends)
    if shift.ends_at > since:
        yield since, shift.ends_at
