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
from tandem.routing.core.acd import explain, snapshot
from tandem.routing.core.acd.line import Entry, Lane, Order, Route, order_of, refile, route_of
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.pool import Group, HeadItem, Member, Pool, normal
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.why_not import why_not
from tandem.routing.core.acd.work import KINDS, VOICE, Candidate, Kind, Match, Overtaken, Step, WhyNot, Work

DEFAULT = Policy()
_STEPS_KNOWN = 8192
"""Step tuples whose route is found by identity; more than that are forgotten and found by value again."""
_NEVER = float("inf")
_RENEW_S = 30.0
"""How often the rate at which agents become free is renewed."""


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
        self._scales = Scales(policy)
        self._renewed = 0
        """Which of the priced groups was renewed last."""
        self._turn = 0
        self._latest_idle = float("-inf")

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
        self._scales.freed += 1
        self._turn += 1
        member.idle_since, member.turn = idle_since, self._turn
        if member.kinds != kinds:
            member.kinds, member.open = kinds, None
        groups = member.available_in()
        for group in groups:
            if group.heads:
                matches.append(self._serve(member, now))
                return matches
        member.free = True
        self._free[agent] = member
        if member.site:
            for group in groups:
                group.enter(member)
        else:
            for group in groups:
                group.idle[member] = None
        if idle_since >= self._latest_idle:
            self._latest_idle = idle_since
        else:
            for group in groups:
                group.in_order = False
        return matches

    def unavailable(self, agent: AgentId) -> bool:
        """He can take nothing. False when he could not before."""
        member = self._free.pop(agent, None)
        if member is None:
            return False
        member.free = False
        groups = member.open or member.available_in()
        if member.site:
            for group in groups:
                group.leave(member)
        else:
            for group in groups:
                del group.idle[member]
        return True

    # ---- work ----

    def enqueue(self, work: Work, *, now: float) -> list[Match]:
        """Work begins to wait, or waits again at its old place. Raises WrongState when it already waits."""
        if work.id in self._entries:
            raise WrongState(f"work {work.id} already waits")
        matches = self._on_time(now)
        route = self._route(work)
        route.stages[0][0].arrivals += 1
        self._renew(now)
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
        return len(known.members) if known is not None else len(self._pool.meeting(needs))

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
        order = {group: number for number, group in enumerate(self._pool.groups.values())}
        scales = self._scales
        return snapshot.encode(
            snapshot.Saved(
                version=snapshot.VERSION,
                members=[
                    snapshot.SavedMember(m.id, dict(m.skills), m.site, m.free, m.idle_since, m.turn, sorted(m.kinds))
                    for m in self._pool.members.values()
                ],
                groups=[
                    snapshot.SavedGroup(
                        g.kind,
                        g.person,
                        tuple(map(snapshot.save_needs, g.alternatives)),
                        g.arrivals,
                        g.renewed_at,
                        g.counted,
                        g.counted_s,
                        g.price,
                    )
                    for g in self._pool.groups.values()
                ],
                routes=[snapshot.SavedRoute(route.kind, snapshot.save_steps(route.steps)) for route in routes],
                works=[
                    snapshot.save_work(entry.work, index[entry.lane.route], entry.stage, entry.floor)
                    for entry in (self._entries[WorkId(place[3])] for place in self._line)
                ],
                turn=self._turn,
                latest_idle=self._latest_idle,
                renewed=self._renewed,
                priced=[order[g] for g in self._pool.priced],
                freed=scales.freed,
                freed_counted=scales.freed_counted,
                freed_counted_s=scales.freed_counted_s,
                freed_rate=scales.freed_rate,
                renewed_at=scales.renewed_at,
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
        groups = []
        for g in saved.groups:
            person = None if g.person is None else AgentId(g.person)
            group = pool.group(g.kind, person, tuple(map(snapshot.load_needs, g.alternatives)))
            group.arrivals, group.renewed_at = g.arrivals, g.renewed_at
            group.counted, group.counted_s, group.price = g.counted, g.counted_s, g.price
            groups.append(group)
        for number in saved.priced:
            pool.ask_first(groups[number])
        routes = []
        for r in saved.routes:
            steps = snapshot.load_steps(r.steps)
            routes.append(route_of(pool, steps, r.kind))
            matcher._routes[(r.kind, steps)] = routes[-1]
        for w in saved.works:
            route = routes[w.route]
            matcher._wait(snapshot.load_work(w, route.kind, route.steps), route, w.stage, w.floor)
        matcher._turn, matcher._latest_idle = saved.turn, saved.latest_idle
        matcher._renewed = saved.renewed
        scales = matcher._scales
        scales.freed, scales.freed_rate, scales.renewed_at = saved.freed, saved.freed_rate, saved.renewed_at
        scales.freed_counted, scales.freed_counted_s = saved.freed_counted, saved.freed_counted_s
        return matcher

    # ---- steps and time ----

    def _on_time(self, now: float) -> list[Match]:
        """Everything whose time has come by ``now``."""
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
        match = self._choose(entry.work, route, stage, now)
        if match is not None:
            self._remove(entry)
        return match

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
        match = self._choose(work, route, stage, now)
        if match is None:
            self._wait(work, route, stage, floor)
        else:
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

    def _choose(self, work: Work, route: Route, stage: int, now: float) -> Match | None:
        """Give this work to the free agent whose loss costs least, among those longest idle. None: nobody is free."""
        groups = route.stages[stage]
        look = self._policy.look
        if len(groups) == 1:
            group = groups[0]
            eligible = len(group.idle)
            if not eligible:
                return None
            if eligible == 1:
                (member,) = group.idle
                return self._match(work, route, stage, member, now, "only_agent", eligible, 0.0, (), ())
            seen = self._longest_idle(group, work.site, look)
        else:
            free = {member: None for group in groups for member in group.idle}
            eligible = len(free)
            if not eligible:
                return None
            seen = list({member: None for group in groups for member in self._longest_idle(group, work.site, look)})
        scales = self._scales
        member, cost, longest = scales.cheapest(seen, work, route, now)
        rule = "longest_idle" if member is longest else "least_cost"
        candidates: tuple[Candidate, ...] = ()
        most = self._policy.explain
        if most:
            if eligible == 1:
                rule = "only_agent"
            elif member is not longest:
                rule = explain.agent_rule(scales, member, longest, work, route, now)
            candidates = explain.candidates(scales, member, seen, most, work, route, now)
        return self._match(work, route, stage, member, now, rule, eligible, cost, candidates, ())

    def _longest_idle(self, group: Group, site: str, look: int) -> list[Member]:
        """The free members who have been idle longest: of all, and of this site."""
        if not group.in_order and len(group.idle) > look:
            group.put_in_order()
        if len(group.idle) <= look:
            return list(group.idle)
        seen = list(islice(group.idle, look))
        return list(dict.fromkeys((*seen, *islice(group.local.get(site, ()), look)))) if site else seen

    def _serve(self, member: Member, now: float) -> Match:
        """Give this freed agent, for whom something waits, the work that can wait least."""
        heaps = [group.heads for group in member.available_in() if group.heads]
        lanes = self._most_urgent(heaps, now)
        lane = lanes[0]
        entry = lane.entries[0][1]
        rule = "only_work"
        overtaken: tuple[Overtaken, ...] = ()
        if len(lanes) > 1:
            slack = self._scales.slack
            lane = min(lanes, key=lambda lane: (slack(lane, lane.entries[0][1], member, now), lane.entries[0][0]))
            entry = lane.entries[0][1]
            queue = entry.work.queue
            for other in lanes:  # within a queue nobody is overtaken, however he came to wait
                head = other.entries[0][1]
                if head.order < entry.order and head.work.queue == queue:
                    lane, entry = other, head
            first = min(lanes, key=lambda lane: lane.entries[0][0])
            rule = "first_in_line" if lane is first else "least_slack"
            most = self._policy.explain
            if most and lane is not first:
                rule = explain.work_rule(self._scales, (lane, entry), (first, first.entries[0][1]), member, now)
                overtaken = explain.overtaken(self._scales, (lane, entry), lanes, most, member, now)
        match = self._match(entry.work, lane.route, entry.stage, member, now, rule, 1, 0.0, (), overtaken)
        self._remove(entry)
        return match

    def _most_urgent(self, heaps: list[list[HeadItem]], now: float) -> list[Lane]:
        """Of the highest tier and priority: the lanes whose first works are latest, and those next to be late."""
        if len(heaps) == 1 and len(heaps[0]) == 1:
            return [heaps[0][0][5]]
        tier, priority = min([heads[0][:2] for heads in heaps])
        look = self._policy.look
        found: dict[Lane, None] = {}
        for heads in heaps:
            end = bisect_left(heads, (tier, priority, _NEVER))
            late = bisect_left(heads, (tier, priority, now), 0, end)
            for item in heads[: min(look, late)]:
                found[item[5]] = None
            for item in heads[late : min(late + look, end)]:
                found[item[5]] = None
        return list(found)

    def _match(
        self,
        work: Work,
        route: Route,
        stage: int,
        member: Member,
        now: float,
        rule: str,
        eligible: int,
        cost: float,
        candidates: tuple[Candidate, ...],
        overtaken: tuple[Overtaken, ...],
    ) -> Match:
        """The agent is not available any more."""
        step = 0
        skipped: tuple[int, ...] = ()
        if stage:
            groups = route.step_groups
            while member not in groups[step].members:
                step += 1
            skipped = tuple([n for n in range(stage) if not groups[n].members])
        if route.steps[step].only is not None:
            rule = "person"
        waiting = 0
        for group in member.available_in():
            waiting += group.works
        if waiting > 1 and member.id in self._pool.of_person:
            waiting -= self._counted_twice(member)
        place = bisect_left(self._line, order_of(work)) + 1 if self._line else 1
        if member.free:
            self.unavailable(member.id)
        waited_s, idle_s = now - work.queued_at, now - member.idle_since
        return Match(
            work=work,
            agent=member.id,
            step=step,
            rule=rule,
            place=place,
            waited_s=waited_s if waited_s > 0.0 else 0.0,
            idle_s=idle_s if idle_s > 0.0 else 0.0,
            cost=cost,
            eligible=eligible,
            waiting=waiting or 1,
            candidates=candidates,
            overtaken=overtaken,
            skipped=skipped,
        )

    def _counted_twice(self, member: Member) -> int:
        """Works that wait for him in person and for a group that he is in: how often they count too many."""
        twice = 0
        for group in member.available_in():
            if group.person is not None and group.works:
                for entry in [entry for route in group.routes for lane in route.lanes for _, entry in lane.entries]:
                    his = [other for other in entry.lane.route.stages[entry.stage] if member in other.members]
                    if group in his and next(other for other in his if other.person is not None) is group:
                        twice += len(his) - 1
        return twice

    # ---- rates ----

    def _renew(self, now: float) -> None:
        """Bring the rate of one group up to date: each in its turn, so that no event pays for all of them."""
        priced = self._pool.priced
        scales = self._scales
        if priced:
            self._renewed = (self._renewed + 1) % len(priced)
            scales.renew(priced[self._renewed], now)
        if not 0.0 <= now - scales.renewed_at < _RENEW_S:
            scales.renew_freed(len(self._pool.members), now)
