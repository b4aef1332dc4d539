"""The matcher: which waiting work goes to which free agent.

Pure: ``now`` in, matches out; no clock, no I/O, no randomness, and nothing depends on the order of a hash. The same
calls with the same values give the same matches, bit for bit. Between two calls no waiting work and no free agent fit
each other.

- New work that free agents can take goes to the one whose loss costs least: seconds of idleness speak for him, what the
  queues he serves would lose with him speaks against (who is nearly the last free one of a busy queue is dear),
  and so do slow handling at his proficiency and another site.
- A freed agent looks at the first work of each lane that he can take: the highest tier, then the highest priority, then
  the least slack to its target, counted shorter where the next agent is far off. Late work stands before what has
  time, but not before what is about to be late.

The times in ``Policy`` say how much. Nothing scans all agents or all works: see ``pool.py`` and ``line.py``.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Container, Mapping
from heapq import heapify, heappop, heappush
from itertools import islice

from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId, WorkId
from tandem.cti.model.skills import Needs
from tandem.routing.core.acd import snapshot
from tandem.routing.core.acd.line import Entry, Lane, Order, Route, order_of, refile, route_of
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.pool import Group, Member, Pool, normal
from tandem.routing.core.acd.why_not import why_not
from tandem.routing.core.acd.work import KINDS, VOICE, Kind, Match, Step, WhyNot, Work

DEFAULT = Policy()
_STEPS_KNOWN = 8192
"""Step tuples whose route is found by identity; more than that are forgotten and found by value again."""
_PRICED = 24
"""More free agents than this, and losing one costs nothing."""


def _lane_key(work: Work, route: Route, floor: int) -> object:
    return (work.queue, work.tier, work.priority, work.site, route, floor)


class Matcher:
    """Holds what waits and who is free; every method that could make a match returns the matches it made."""

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self._policy = policy
        self._pool = Pool()
        self._free: dict[AgentId, Member] = {}
        self._entries: dict[WorkId, Entry] = {}
        self._line: list[Order] = []
        self._lanes: dict[object, Lane] = {}
        self._routes: dict[tuple[Kind, tuple[Step, ...]], Route] = {}
        self._known_steps: dict[int, tuple[tuple[Step, ...], Route]] = {}
        self._timers: list[tuple[float, Order, int, Entry]] = []
        self._timer = 0
        """Counts them: who is withdrawn and waits again has a timer for the same moment twice."""
        self._turn = 0
        self._latest_idle = float("-inf")
        self._renewed_at: float | None = None
        self._counted_s = 0.0
        self._freed = 0
        self._freed_counted = 0.0
        self._decays = tuple(policy.scarcity_decay**n for n in range(_PRICED))

    # ---- agents ----

    def log_on(self, agent: AgentId, skills: Mapping[str, int], *, site: str = "", now: float) -> list[Match]:
        """An agent is there (not yet available). Said again: his skills or his site are others from now on."""
        before = self._pool.members.get(agent)
        if before is not None and before.skills == skills and before.site == site:
            return []
        if before is None:
            self._pool.add(Member(agent, dict(skills), site))
            return []
        was_free, idle_since, kinds = before.free, before.idle_since, before.kinds
        self.unavailable(agent)
        emptied = self._pool.remove(before)
        self._pool.add(Member(agent, dict(skills), site))
        matches = self._skip(emptied, now)
        return [*matches, *self.available(agent, idle_since=idle_since, kinds=kinds, now=now)] if was_free else matches

    def log_off(self, agent: AgentId, *, now: float) -> list[Match]:
        """An agent is gone. Steps that nobody meets any more are skipped. Nothing happens when he was not there."""
        member = self._pool.members.get(agent)
        if member is None:
            return []
        self.unavailable(agent)
        return self._skip(self._pool.remove(member), now)

    def available(
        self, agent: AgentId, *, idle_since: float, kinds: frozenset[Kind] = VOICE, now: float
    ) -> list[Match]:
        """He can take work of these kinds from now on. Said again, it replaces. Raises WrongState: not logged on."""
        member = self._pool.members.get(agent)
        if member is None:
            raise WrongState(f"agent {agent} is not logged on")
        if member.free:
            self.unavailable(agent)
        matches = self._on_time(now)
        self._freed += 1
        self._turn += 1
        member.idle_since, member.kinds, member.turn = idle_since, kinds, self._turn
        match = self._serve(member, now)
        if match is not None:
            matches.append(match)
            return matches
        member.free = True
        self._free[agent] = member
        for group in member.groups:
            if group.kind in kinds:
                group.idle[member] = None
        if idle_since < self._latest_idle:
            for group in member.groups:
                group.in_order = False
        else:
            self._latest_idle = idle_since
        return matches

    def unavailable(self, agent: AgentId) -> bool:
        """He can take nothing. False when he could not before."""
        member = self._free.pop(agent, None)
        if member is None:
            return False
        member.free = False
        kinds = member.kinds
        for group in member.groups:
            if group.kind in kinds:
                del group.idle[member]
        return True

    # ---- work ----

    def enqueue(self, work: Work, *, now: float) -> list[Match]:
        """Work begins to wait, or waits again at its old place. Raises WrongState when it already waits."""
        if work.id in self._entries:
            raise WrongState(f"work {work.id} already waits")
        matches = self._on_time(now)
        route = self._route(work)
        first = route.stages[0][0]
        first.arrivals += 1
        match = self._place(work, route, 0, now)
        if match is not None:
            matches.append(match)
        return matches

    def withdraw(self, id: WorkId) -> bool:  # noqa: A002
        """The work no longer waits. False when it did not."""
        entry = self._entries.get(id)
        if entry is None:
            return False
        self._remove(entry)
        return True

    def widen(self, id: WorkId, step: int, *, now: float) -> list[Match]:  # noqa: A002
        """The steps of this work up to ``step`` count from now on, whatever their time. Nothing happens when they
        already do, or when it does not wait."""
        matches = self._on_time(now)
        entry = self._entries.get(id)
        if entry is None or step <= entry.stage:
            return matches
        route = entry.lane.route
        self._remove(entry, keep_route=True)
        match = self._place(entry.work, route, min(step, len(route.steps) - 1), now)
        if match is not None:
            matches.append(match)
        return matches

    # ---- time ----

    def tick(self, *, now: float) -> list[Match]:
        """Steps whose time has come. Every other method that is given ``now`` does the same first."""
        return self._on_time(now)

    def wake_at(self) -> float | None:
        """When the next step of a waiting work comes, or None."""
        timers = self._timers
        while timers and (not timers[0][3].waits or timers[0][3].step_at != timers[0][0]):
            heappop(timers)
        return timers[0][0] if timers else None

    # ---- questions ----

    def place(self, id: WorkId) -> int | None:  # noqa: A002
        """Place in the one line of all that waits, from 1: by tier, priority, time. None when it does not wait."""
        entry = self._entries.get(id)
        return None if entry is None else bisect_left(self._line, entry.order) + 1

    def waiting(self) -> list[Work]:
        """All that waits, in line."""
        entries = self._entries
        return [entries[WorkId(order[3])].work for order in self._line]

    @property
    def available_agents(self) -> frozenset[AgentId]:
        return frozenset(self._free)

    def step_of(self, id: WorkId) -> int:  # noqa: A002
        """Index of the step that a waiting work has reached. Raises WrongState when it does not wait."""
        return self._entry(id).stage

    def ahead(self, id: WorkId) -> int:  # noqa: A002
        """Works before this one in line that an agent who can take this one could take, too (tiers before it included).

        Raises WrongState when it does not wait. Looks at the lanes, not at the works.
        """
        entry = self._entry(id)
        mine: dict[Member, None] = {}
        for group in entry.lane.route.stages[entry.stage]:
            mine.update(group.members)
        shared = {group for member in mine for group in member.groups}
        count = 0
        for lane in self._lanes.values():
            before = bisect_left(lane.entries, (entry.order,))
            stages = lane.route.stages
            count += sum(any(group in shared for group in stages[e.stage]) for _, e in islice(lane.entries, before))
        return count

    def logged_on(self, needs: Needs) -> int:
        """Logged-on agents who meet these needs. O(1) when waiting or recent work asks for them."""
        known = self._pool.groups.get(("voice", None, (normal(needs),)))
        return len(known.members) if known is not None else sum(1 for _ in self._pool.meeting(needs))

    def why_not(self, id: WorkId, *, now: float, not_ready: Container[AgentId] = ()) -> WhyNot | None:  # noqa: A002
        """Why it still waits, and what would help. ``not_ready``: agents who have no call and are not Ready, which only
        the caller knows. None when it does not wait."""
        entry = self._entries.get(id)
        if entry is None:
            return None
        place = bisect_left(self._line, entry.order) + 1
        free = sorted(self._free.values(), key=lambda member: (member.idle_since, member.turn))
        return why_not(entry, place=place, ahead=self.ahead(id), free=free, not_ready=not_ready, now=now)

    # ---- snapshot ----

    def snapshot(self) -> bytes:
        """Everything that later decisions depend on, except the policy."""
        routes = list(self._routes.values())
        index = {route: number for number, route in enumerate(routes)}
        return snapshot.encode(
            snapshot.Saved(
                version=snapshot.VERSION,
                members=[
                    snapshot.SavedMember(m.id, dict(m.skills), m.site, m.free, m.idle_since, m.turn, sorted(m.kinds))
                    for m in self._pool.members.values()
                ],
                groups=[
                    snapshot.SavedGroup(
                        g.kind, g.person, tuple(map(snapshot.save_needs, g.alternatives)), g.arrivals, g.counted, g.rate
                    )
                    for g in self._pool.groups.values()
                ],
                routes=[snapshot.SavedRoute(route.kind, snapshot.save_steps(route.steps)) for route in routes],
                works=[
                    snapshot.save_work(entry.work, index[entry.lane.route], entry.stage, entry.floor)
                    for entry in (self._entries[WorkId(order[3])] for order in self._line)
                ],
                turn=self._turn,
                latest_idle=self._latest_idle,
                renewed_at=self._renewed_at,
                counted_s=self._counted_s,
                freed=self._freed,
                freed_counted=self._freed_counted,
                freed_rate=self._freed_rate,
            )
        )

    @classmethod
    def restore(cls, data: bytes, policy: Policy = DEFAULT) -> Matcher:
        """A matcher that decides from here on as the one that was saved. Raises BadRequest when it cannot be read."""
        saved = snapshot.decode(data)
        matcher = cls(policy)
        pool = matcher._pool
        for m in saved.members:
            member = Member(AgentId(m.id), m.skills, m.site, free=m.free, idle_since=m.idle_since, turn=m.turn)
            member.kinds = frozenset(kind for kind in KINDS if kind in m.kinds)
            pool.add(member)
            if member.free:
                matcher._free[member.id] = member
        for g in saved.groups:
            person = None if g.person is None else AgentId(g.person)
            group = pool.group(g.kind, person, tuple(map(snapshot.load_needs, g.alternatives)))
            group.arrivals, group.counted, group.rate = g.arrivals, g.counted, g.rate
        routes = []
        for r in saved.routes:
            steps = snapshot.load_steps(r.steps)
            routes.append(route_of(pool, steps, r.kind))
            matcher._routes[(r.kind, steps)] = routes[-1]
        for w in saved.works:
            route = routes[w.route]
            matcher._wait(snapshot.load_work(w, route.kind, route.steps), route, w.stage, w.floor)
        matcher._turn, matcher._latest_idle = saved.turn, saved.latest_idle
        matcher._renewed_at, matcher._counted_s = saved.renewed_at, saved.counted_s
        matcher._freed, matcher._freed_counted = saved.freed, saved.freed_counted
        matcher._freed_rate = saved.freed_rate
        return matcher

    # ---- steps and time ----

    def _on_time(self, now: float) -> list[Match]:
        """Everything whose time has come by ``now``."""
        if self._renewed_at is None or not 0 <= now - self._renewed_at < self._policy.rate_period_s:
            self._renew(now)
        timers = self._timers
        matches: list[Match] = []
        while timers and timers[0][0] <= now:
            at, _, _, entry = heappop(timers)
            if entry.waits and entry.step_at == at:
                match = self._advance(entry, now)
                if match is not None:
                    matches.append(match)
        return matches

    def _stage(self, route: Route, queued_at: float, floor: int, now: float) -> int:
        """The step that counts: the last one whose time has come, or the first after it that somebody meets."""
        steps = route.steps
        last = len(steps) - 1
        stage = floor
        while stage < last and queued_at + steps[stage + 1].from_s <= now:
            stage += 1
        groups = route.step_groups
        while stage < last and not groups[stage].members:
            stage += 1
        return stage

    def _advance(self, entry: Entry, now: float) -> Match | None:
        """A waiting work may have reached a later step."""
        lane = entry.lane
        route = lane.route
        stage = self._stage(route, entry.order[2], entry.stage, now)
        if stage == entry.stage:
            return None
        for group in route.stages[entry.stage]:
            group.works -= 1
        for group in route.stages[stage]:
            group.works += 1
        entry.stage = stage
        self._set_timer(entry)
        if lane.entries[0][1] is not entry:
            return None  # the one before it has come as far and has found nobody
        refile(lane)
        member = self._choose(entry.work, route, stage, now)
        if member is None:
            return None
        return self._take(entry, member, now, "step")

    def _skip(self, emptied: list[Group], now: float) -> list[Match]:
        """Nobody who is logged on is left in these groups: works that stand on such a step go on to the next one."""
        matches = []
        entries = {e[0]: e[1] for g in emptied for route in g.routes for lane in route.lanes for e in lane.entries}
        for order in sorted(entries):
            entry = entries[order]
            match = self._advance(entry, now) if entry.waits else None
            if match is not None:
                matches.append(match)
        return matches

    def _set_timer(self, entry: Entry) -> None:
        steps = entry.lane.route.steps
        if entry.stage + 1 >= len(steps):
            entry.step_at = None
            return
        entry.step_at = entry.order[2] + steps[entry.stage + 1].from_s
        if len(self._timers) > 64 + 3 * len(self._entries):
            self._timers = [timer for timer in self._timers if timer[3].waits and timer[3].step_at == timer[0]]
            heapify(self._timers)
        self._timer += 1
        heappush(self._timers, (entry.step_at, entry.order, self._timer, entry))

    # ---- the line ----

    def _entry(self, id: WorkId) -> Entry:  # noqa: A002
        entry = self._entries.get(id)
        if entry is None:
            raise WrongState(f"work {id} does not wait")
        return entry

    def _route(self, work: Work) -> Route:
        known = self._known_steps.get(id(work.steps))
        if known is not None and known[0] is work.steps and known[1].kind == work.kind:
            return known[1]
        key = (work.kind, work.steps)
        route = self._routes.get(key)
        if route is None:
            if not work.steps:
                raise WrongState(f"work {work.id} has no step")
            route = self._routes[key] = route_of(self._pool, work.steps, work.kind)
        if not route.personal:
            if len(self._known_steps) >= _STEPS_KNOWN:
                self._known_steps.clear()
            self._known_steps[id(work.steps)] = (work.steps, route)
        return route

    def _place(self, work: Work, route: Route, floor: int, now: float) -> Match | None:
        """Give it to a free agent, or let it wait at its place."""
        stage = self._stage(route, work.queued_at, floor, now)
        if route.lanes:
            lane = self._lanes.get(_lane_key(work, route, floor))
            if lane is not None:
                behind = bisect_left(lane.entries, (order_of(work),))
                if behind < len(lane.entries):  # who stands before others has come at least as far
                    stage = max(stage, lane.entries[behind][1].stage)
        member = self._choose(work, route, stage, now)
        if member is None:
            self._wait(work, route, stage, floor)
            return None
        match = self._match(work, route, stage, member, now, "")
        self.unavailable(member.id)
        self._forget(route)
        return match

    def _wait(self, work: Work, route: Route, stage: int, floor: int) -> None:
        order = order_of(work)
        key = _lane_key(work, route, floor)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(key, route)
            route.lanes[lane] = None
        entry = self._entries[work.id] = Entry(work, order, stage, floor, lane, work.queued_at + work.target_s)
        insort(self._line, order)
        insort(lane.entries, (order, entry))
        for group in route.stages[stage]:
            group.works += 1
        self._set_timer(entry)
        if lane.entries[0][1] is entry:
            refile(lane)

    def _remove(self, entry: Entry, *, keep_route: bool = False) -> None:
        lane, order = entry.lane, entry.order
        entry.waits = False
        del self._entries[entry.work.id]
        del self._line[bisect_left(self._line, order)]
        route = lane.route
        for group in route.stages[entry.stage]:
            group.works -= 1
        at = bisect_left(lane.entries, (order,))
        del lane.entries[at]
        if at == 0:
            refile(lane)
        if not lane.entries:
            del self._lanes[lane.key]
            del route.lanes[lane]
            if not keep_route:
                self._forget(route)

    def _forget(self, route: Route) -> None:
        """Routes that name a person would pile up: gone with their last work."""
        if not route.personal or route.lanes:
            return
        del self._routes[(route.kind, route.steps)]
        for group in dict.fromkeys((*route.step_groups, *(g for stage in route.stages for g in stage))):
            del group.routes[route]
            self._pool.drop(group)

    # ---- decisions ----

    def _choose(self, work: Work, route: Route, stage: int, now: float) -> Member | None:
        """The free agent whose loss costs least, among those longest idle."""
        found = [member for _, member in self._candidates(work, route, stage, now)]
        return found[0] if found else None

    def _candidates(
        self, work: Work, route: Route, stage: int, now: float
    ) -> list[tuple[tuple[float, float, int], Member]]:
        """Free agents who may take it, cheapest first."""
        look = self._policy.look
        seen: dict[Member, None] = {}
        for group in route.stages[stage]:
            if not group.in_order and len(group.idle) > look:
                group.put_in_order()
            seen.update(dict.fromkeys(islice(group.idle, look)))
        if len(seen) < 2:
            return [((0.0, 0.0, 0), member) for member in seen]
        costs = [((self._cost(member, work, route, now), member.idle_since, member.turn), member) for member in seen]
        costs.sort(key=lambda cost: cost[0])
        return costs

    def _cost(self, member: Member, work: Work, route: Route, now: float) -> float:
        policy = self._policy
        cost = member.idle_since - now
        for group in member.demand:
            free = len(group.idle)
            if free < _PRICED and free:
                cost += group.rate * policy.scarcity_s * self._decays[free - 1]
        cost += policy.speed_weight * work.handle_s * (self._factor(member, route) - 1.0)
        if work.site != member.site and work.site and member.site:
            cost += policy.cross_site_s
        return cost

    def _factor(self, member: Member, route: Route) -> float:
        skills = member.skills
        level = min([skills.get(skill, 0) for skill in route.skills], default=3)
        return self._policy.factor(level)

    def _serve(self, member: Member, now: float) -> Match | None:
        """The work that this freed agent takes, if any waits for him."""
        kinds = member.kinds
        lists = [group.heads for group in member.groups if group.heads and group.kind in kinds]
        if not lists:
            return None
        tier, priority = min([heads[0][:2] for heads in lists])
        look = self._policy.look
        found: dict[Lane, None] = {}
        for heads in lists:
            late = bisect_left(heads, (tier, priority, now))
            end = bisect_left(heads, (tier, priority, float("inf")))
            for item in (*heads[: min(look, late)], *heads[late : min(late + look, end)]):
                found[item[5]] = None
        lanes = list(found)
        best = min(lanes, key=lambda lane: (self._urgency(lane, member, now), lane.entries[0][0]))
        head = best.entries[0][1]
        for lane in lanes:  # within a queue nobody is overtaken, however he came to wait
            other = lane.entries[0][1]
            if other.work.queue == head.work.queue and other.order < head.order:
                head = other
        return self._take(head, member, now, "")

    def _urgency(self, lane: Lane, member: Member, now: float) -> float:
        """Seconds it can still wait; the least is served first."""
        policy = self._policy
        entry = lane.entries[0][1]
        slack = entry.due_at - now
        if slack < 0:
            slack = policy.late_slack_s + slack * policy.late_growth
        members = sum(len(group.members) for group in lane.filed)
        supply = members * self._freed_rate
        slack -= policy.supply_weight * min(policy.supply_most_s, 1.0 / supply if supply else policy.supply_most_s)
        slack += policy.speed_weight * entry.work.handle_s * (self._factor(member, lane.route) - 1.0)
        if entry.work.site != member.site and entry.work.site and member.site:
            slack += policy.cross_site_s
        return slack

    _freed_rate = 0.0

    def _take(self, entry: Entry, member: Member, now: float, rule: str) -> Match:
        match = self._match(entry.work, entry.lane.route, entry.stage, member, now, rule)
        self.unavailable(member.id)
        self._remove(entry)
        return match

    def _match(self, work: Work, route: Route, stage: int, member: Member, now: float, rule: str) -> Match:
        steps = route.steps
        step = 0
        if stage:
            groups = route.step_groups
            step = next(n for n in range(stage + 1) if member in groups[n].members)
        eligible = 1
        if member.free:
            stages = route.stages[stage]
            eligible = len(stages[0].idle)
            if len(stages) > 1:
                eligible = len({m for group in stages for m in group.idle})
        return Match(
            work=work,
            agent=member.id,
            step=step,
            rule="person" if steps[step].only is not None else rule or "longest_idle",
            place=bisect_left(self._line, order_of(work)) + 1,
            waited_s=max(0.0, now - work.queued_at),
            idle_s=max(0.0, now - member.idle_since),
            cost=0.0,
            eligible=eligible,
            waiting=max(1, sum([group.works for group in member.groups if group.kind in member.kinds])),
            skipped=tuple([n for n in range(stage) if not route.step_groups[n].members]) if stage else (),
        )

    # ---- rates ----

    def _renew(self, now: float) -> None:
        """Count what came since the last time into the rates."""
        policy = self._policy
        keep = policy.rate_decay
        if self._renewed_at is not None and now > self._renewed_at:
            passed = now - self._renewed_at
            keep = keep ** (passed / policy.rate_period_s)
            self._counted_s = self._counted_s * keep + passed
            for group in self._pool.groups.values():
                group.counted = group.counted * keep + group.arrivals
                group.arrivals = 0
                group.rate = group.counted / self._counted_s
            self._freed_counted = self._freed_counted * keep + self._freed
            self._freed = 0
            members = len(self._pool.members)
            self._freed_rate = self._freed_counted / self._counted_s / members if members else 0.0
        self._renewed_at = now
