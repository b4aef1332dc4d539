"""What waits, in order: lanes of works that are alike, and the routes they share.

A *route* is a distinct sequence of steps. Its *stage* ``n`` is the groups that may take the work once step ``n`` is
reached: as steps only add, each stage holds the one before. A *lane* is the waiting works of one queue, tier, priority,
site and route, oldest first. The first of a lane has come furthest along the steps, so only firsts are ever looked at.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import AgentId, WorkId
from tandem.cti.model.skills import Needs
from tandem.routing.core.acd.pool import Group, HeadItem, Pool, implies, normal
from tandem.routing.core.acd.work import Kind, Step, Work

_STEPS_KNOWN = 8192
"""Step tuples whose route is found by identity; more than that are forgotten and found by value again."""
_STALE = 64
"""So many timers of works that are gone are left until their time comes."""

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

    def groups(self) -> list[Group]:
        """All of them, each once."""
        return list(dict.fromkeys((*self.step_groups, *(group for stage in self.stages for group in stage))))

    def stage(self, queued_at: float, floor: int, now: float) -> int:
        """The step that counts: the last one whose time has come, or the first after it that somebody meets."""
        steps = self.steps
        last = len(steps) - 1
        stage = floor
        while stage < last and queued_at + steps[stage + 1].from_s <= now:
            stage += 1
        groups = self.step_groups
        while stage < last and not groups[stage].members:
            stage += 1
        return stage


@dataclass(slots=True, eq=False)
class Lane:
    """Waiting works that are alike, oldest first."""

    key: object
    route: Route
    alike: list[tuple[Order, Lane]]
    """The first works of all lanes of this queue, tier and priority, in line: among them nobody is overtaken."""
    entries: list[tuple[Order, Entry]] = field(default_factory=list)
    order: Order = (0, 0, 0.0, "")
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


class Line:
    """All that waits: the one order, the lanes, the routes, and the times of the next steps."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.entries: dict[WorkId, Entry] = {}
        self.orders: list[Order] = []
        self.lanes: dict[object, Lane] = {}
        self.alike: dict[object, list[tuple[Order, Lane]]] = {}
        self.routes: dict[tuple[Kind, tuple[Step, ...]], Route] = {}
        self.timers: list[tuple[float, Order, int, Entry]] = []
        self._timer = 0
        """Counts them: who is withdrawn and waits again has a timer for the same moment twice."""
        self._known_steps: dict[int, tuple[tuple[Step, ...], Route]] = {}

    def place(self, order: Order) -> int:
        """From 1."""
        return bisect_left(self.orders, order) + 1

    def in_order(self) -> list[Entry]:
        return [self.entries[WorkId(order[3])] for order in self.orders]

    # ---- routes ----

    def route(self, steps: tuple[Step, ...], kind: Kind) -> Route:
        """The route of these steps; found by identity when the same tuple comes again, which is much faster."""
        known = self._known_steps.get(id(steps))
        if known is not None and known[0] is steps and known[1].kind == kind:
            return known[1]
        route = self.routes.get((kind, steps))
        if route is None:
            route = self.routes[(kind, steps)] = route_of(self.pool, steps, kind)
        if not route.personal:
            if len(self._known_steps) >= _STEPS_KNOWN:
                self._known_steps.clear()
            self._known_steps[id(steps)] = (steps, route)
        return route

    def forget(self, route: Route) -> None:
        """Routes that name a person would pile up: gone when nothing waits on them."""
        if not route.personal or route.lanes:
            return
        del self.routes[(route.kind, route.steps)]
        for group in route.groups():
            del group.routes[route]
            self.pool.drop(group)

    # ---- works ----

    def lane(self, work: Work, route: Route, floor: int) -> Lane | None:
        """Where it would stand, if anything stands there."""
        return self.lanes.get((work.queue, work.tier, work.priority, work.site, route, floor))

    def add(self, work: Work, route: Route, stage: int, floor: int) -> None:
        order = order_of(work)
        key = (work.queue, work.tier, work.priority, work.site, route, floor)
        lane = self.lanes.get(key)
        if lane is None:
            alike = self.alike.setdefault((work.queue, work.tier, work.priority), [])
            lane = self.lanes[key] = Lane(key, route, alike)
            route.lanes[lane] = None
        entry = self.entries[work.id] = Entry(work, order, stage, floor, lane, work.queued_at + work.target_s)
        insort(self.orders, order)
        insort(lane.entries, (order, entry))
        for group in route.stages[stage]:
            group.works += 1
        self._set_timer(entry)
        if lane.entries[0][1] is entry:
            refile(lane)

    def remove(self, entry: Entry) -> None:
        """The caller forgets the route, unless the work goes on waiting."""
        lane, order = entry.lane, entry.order
        entry.waits = False
        del self.entries[entry.work.id]
        del self.orders[bisect_left(self.orders, order)]
        route = lane.route
        for group in route.stages[entry.stage]:
            group.works -= 1
        at = bisect_left(lane.entries, (order,))
        del lane.entries[at]
        if at == 0:
            refile(lane)
        if not lane.entries:
            del self.lanes[lane.key]
            if not lane.alike:
                del self.alike[(entry.work.queue, entry.work.tier, entry.work.priority)]
            del route.lanes[lane]

    # ---- steps ----

    def advance(self, entry: Entry, stage: int) -> bool:
        """It has reached this later step. True when it is the first of its lane: agents must be looked for (of the
        others, the one before has come as far and has found nobody)."""
        lane = entry.lane
        stages = lane.route.stages
        for group in stages[entry.stage]:
            group.works -= 1
        for group in stages[stage]:
            group.works += 1
        entry.stage = stage
        self._set_timer(entry)
        if lane.entries[0][1] is not entry:
            return False
        refile(lane)
        return True

    def due(self, now: float) -> Entry | None:
        """The next work whose next step has come by now."""
        timers = self.timers
        while timers and timers[0][0] <= now:
            at, _, _, entry = heappop(timers)
            if entry.waits and entry.step_at == at:
                return entry
        return None

    def next_at(self) -> float | None:
        """When the next step of any of them comes."""
        timers = self.timers
        while timers and not _valid(timers[0]):
            heappop(timers)
        return timers[0][0] if timers else None

    def _set_timer(self, entry: Entry) -> None:
        steps = entry.lane.route.steps
        if entry.stage + 1 >= len(steps):
            entry.step_at = None
            return
        entry.step_at = entry.order[2] + steps[entry.stage + 1].from_s
        if len(self.timers) > _STALE + 3 * len(self.entries):
            self.timers[:] = filter(_valid, self.timers)
            heapify(self.timers)
        self._timer += 1
        heappush(self.timers, (entry.step_at, entry.order, self._timer, entry))


def _valid(timer: tuple[float, Order, int, Entry]) -> bool:
    return timer[3].waits and timer[3].step_at == timer[0]


def order_of(work: Work) -> Order:
    return (work.tier, -work.priority, work.queued_at, work.id)


def route_of(pool: Pool, steps: tuple[Step, ...], kind: Kind) -> Route:
    """Builds the groups of a sequence of steps. Raises BadRequest when there is none."""
    if not steps:
        raise BadRequest("work needs at least one step")
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
    for group in route.groups():
        group.routes[route] = None
    return route


def refile(lane: Lane) -> None:
    """The first work of the lane, or its stage, has changed: freed agents find it elsewhere."""
    if lane.item is not None:
        for group in lane.filed:
            del group.heads[bisect_left(group.heads, lane.item)]
        del lane.alike[bisect_left(lane.alike, (lane.order,))]
    if not lane.entries:
        lane.item, lane.filed = None, ()
        return
    entry = lane.entries[0][1]
    lane.order = entry.order
    insort(lane.alike, (lane.order, lane))
    tier, priority, queued_at, name = entry.order
    lane.item = (tier, priority, entry.due_at, queued_at, name, lane)
    lane.filed = lane.route.stages[entry.stage]
    for group in lane.filed:
        insort(group.heads, lane.item)
