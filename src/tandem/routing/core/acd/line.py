"""What waits, in order: lanes of works that are alike, and the routes they share.

A *route* is a distinct sequence of steps. Its *stage* ``n`` is the groups that may take the work once step ``n`` is
reached: as steps only add, each stage holds the one before. A *lane* is the waiting works of one queue, tier, priority,
site and route, oldest first. The first of a lane has come furthest along the steps, so only firsts are ever looked at.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import Needs
from tandem.routing.core.acd.pool import Group, HeadItem, Pool, implies, normal
from tandem.routing.core.acd.work import Kind, Step, Work

Order = tuple[int, int, float, str]
"""(tier, -priority, queued at, id): place in the one line."""


@dataclass(slots=True, eq=False)
class Route:
    """A distinct sequence of steps for one kind of work."""

    steps: tuple[Step, ...]
    kind: Kind
    step_groups: tuple[Group, ...]
    """By step: exactly those who meet that step."""
    stages: tuple[tuple[Group, ...], ...]
    """By step: those who meet it or an earlier one; more than one group only when a step names a person."""
    skills: tuple[str, ...]
    """Of the first step: proficiency in them decides the speed."""
    personal: bool
    lanes: dict[Lane, None] = field(default_factory=dict)
    """Those with waiting works."""


@dataclass(slots=True, eq=False)
class Lane:
    """Waiting works that are alike, oldest first."""

    key: object
    route: Route
    entries: list[tuple[Order, Entry]] = field(default_factory=list)
    item: HeadItem | None = None
    filed: tuple[Group, ...] = ()
    """Where the first one is found by freed agents."""


@dataclass(slots=True, eq=False)
class Entry:
    """One waiting work."""

    work: Work
    order: Order
    stage: int
    floor: int
    """The step from which it was told to count at least (``widen``)."""
    lane: Lane
    due_at: float
    step_at: float | None = None
    """When its next step comes; None: it is on the last one."""
    waits: bool = True


def order_of(work: Work) -> Order:
    return (work.tier, -work.priority, work.queued_at, work.id)


def route_of(pool: Pool, steps: tuple[Step, ...], kind: Kind) -> Route:
    """Builds the groups of a sequence of steps."""
    step_groups: list[Group] = []
    stages: list[tuple[Group, ...]] = []
    plain: tuple[Needs, ...] = ()
    people: tuple[tuple[AgentId, Needs], ...] = ()
    for step in steps:
        needs = normal(step.needs)
        step_groups.append(pool.group(kind, step.only, (needs,)))
        if any(implies(needs, wide) for wide in plain):
            pass  # adds nobody
        elif step.only is None:
            plain = (*(narrow for narrow in plain if not implies(narrow, needs)), needs)
            people = tuple((who, theirs) for who, theirs in people if not implies(theirs, needs))
        elif (step.only, needs) not in people:
            people = (*people, (step.only, needs))
        groups = [pool.group(kind, None, plain)] if plain else []
        stages.append((*groups, *(pool.group(kind, who, (theirs,)) for who, theirs in people)))
    route = Route(
        steps=steps,
        kind=kind,
        step_groups=tuple(step_groups),
        stages=tuple(stages),
        skills=tuple(need.skill for need in normal(steps[0].needs)),
        personal=any(step.only is not None for step in steps),
    )
    first = next((stage[0] for stage in stages if stage[0].person is None), None)
    if first is not None:
        pool.ask_first(first)
    for group in dict.fromkeys((*step_groups, *(group for stage in stages for group in stage))):
        group.routes[route] = None
    return route


def refile(lane: Lane) -> None:
    """The first work of the lane, or its stage, has changed: freed agents find it elsewhere."""
    if lane.item is not None:
        for group in lane.filed:
            del group.heads[bisect_left(group.heads, lane.item)]
    if not lane.entries:
        lane.item, lane.filed = None, ()
        return
    entry = lane.entries[0][1]
    tier, priority, queued_at, name = entry.order
    lane.item = (tier, priority, entry.due_at, queued_at, name, lane)
    lane.filed = lane.route.stages[entry.stage]
    for group in lane.filed:
        insort(group.heads, lane.item)
