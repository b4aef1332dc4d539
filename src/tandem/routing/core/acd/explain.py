"""Which rule decided, and why others were passed over: the greatest difference between the parts of two sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tandem.routing.core.acd.line import Entry, Lane, Route
from tandem.routing.core.acd.pool import Member
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.work import Candidate, Overtaken, Work

_WHY_NOT_HE = ("less_idle", "needed_elsewhere", "slower", "other_site")
"""By part of the cost."""
_WHY_HE = ("longest_idle", "spare_scarce", "faster", "local")
_WHY_IT = ("least_slack", "next_agent_far", "faster", "local")
"""By part of the slack."""


def _widest(of: Sequence[float], over: Sequence[float]) -> int:
    """Index of the part by which ``over`` is most above ``of``; -1 when none is."""
    gaps = [b - a for a, b in zip(of, over, strict=True)]
    widest = max(range(len(gaps)), key=lambda part: (gaps[part], -part))
    return widest if gaps[widest] > 0.0 else -1


def agent_rule(scales: Scales, taken: Member, longest: Member, work: Work, route: Route, now: float) -> str:
    """Why he and not the one who was idle longest."""
    part = _widest(scales.cost_parts(taken, work, route, now), scales.cost_parts(longest, work, route, now))
    return _WHY_HE[max(part, 0)]


def candidates(
    scales: Scales, taken: Member, seen: Iterable[Member], most: int, work: Work, route: Route, now: float
) -> tuple[Candidate, ...]:
    """The others who were looked at, cheapest first, at most so many."""
    parts = scales.cost_parts(taken, work, route, now)
    others = sorted(
        (scales.cost(other, work, route, now), other.idle_since, other.turn, other)
        for other in seen
        if other is not taken
    )
    found = []
    for cost, _, _, other in others[:most]:
        part = _widest(parts, scales.cost_parts(other, work, route, now))
        reason = "tie" if part < 0 else _WHY_NOT_HE[part]
        found.append(Candidate(agent=other.id, idle_s=max(0.0, now - other.idle_since), reason=reason, cost=cost))
    return tuple(found)


def work_rule(scales: Scales, taken: tuple[Lane, Entry], passed: tuple[Lane, Entry], member: Member, now: float) -> str:
    """Why the one went before the other."""
    one, other = scales.slack_parts(*taken, member, now), scales.slack_parts(*passed, member, now)
    part = max(_widest(one, other), 0)
    return "in_time" if part == 0 and passed[1].due_at < now <= taken[1].due_at else _WHY_IT[part]


def overtaken(
    scales: Scales, taken: tuple[Lane, Entry], lanes: Iterable[Lane], most: int, member: Member, now: float
) -> tuple[Overtaken, ...]:
    """Works of these lanes that stood before ``taken`` and have reached a step that this agent meets, in line."""
    order = taken[1].order
    before = sorted(
        (entry.order, lane, entry)
        for lane in lanes
        for entry in _until(lane, order, most)
        if any(member in group.members for group in lane.route.stages[entry.stage])
    )
    return tuple(
        Overtaken(
            id=entry.work.id,
            queue=entry.work.queue,
            waited_s=max(0.0, now - entry.work.queued_at),
            rule=work_rule(scales, taken, (lane, entry), member, now),
        )
        for _, lane, entry in before[:most]
    )


def _until(lane: Lane, order: tuple[int, int, float, str], most: int) -> list[Entry]:
    entries = []
    for at, entry in lane.entries[:most]:
        if at >= order:
            break
        entries.append(entry)
    return entries
