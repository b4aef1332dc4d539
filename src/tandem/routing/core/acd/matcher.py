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

from bisect import bisect_left
from collections.abc import Container, Mapping
from itertools import chain, islice

from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId, WorkId
from tandem.cti.model.skills import Needs
from tandem.routing.core.acd import explain, snapshot
from tandem.routing.core.acd.line import Entry, Lane, Line, Route, order_of
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.pool import Group, HeadItem, Member, Pool, normal
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.why_not import why_not
from tandem.routing.core.acd.work import VOICE, Candidate, Kind, Match, Overtaken, WhyNot, Work

__all__ = ["DEFAULT", "Matcher", "Policy"]

_ASKED = 64
"""Agents whose groups stand for those of all who can take a work, where an estimate will do."""
DEFAULT = Policy()
_NEVER = float("inf")


class Matcher:
    """Holds what waits and who is free; every method that could make a match returns the matches it made."""

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self._pool = Pool()
        self._line = Line(self._pool)
        self._scales = Scales(policy)

    @property
    def policy(self) -> Policy:
        """What it weighs; another one counts from the next decision on."""
        return self._scales.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._scales.follow(policy)
        for member in self._pool.members.values():
            member.usual = None

    # ---- agents ----

    def log_on(self, agent: AgentId, skills: Mapping[str, int], *, site: str = "", now: float) -> list[Match]:
        """An agent is there (not yet available). Said again: his skills or his site are others from now on."""
        before = self._pool.members.get(agent)
        if before is not None and before.skills == skills and before.site == site:
            return self._on_time(now)
        member = Member(agent, dict(skills), site)
        if before is None:
            self._pool.add(member)
            return self._on_time(now)
        was_free = self.unavailable(agent)
        emptied = self._pool.remove(before)
        self._pool.add(member)
        matches = self._skip(emptied, now)
        if was_free:
            return matches + self.available(agent, idle_since=before.idle_since, kinds=before.kinds, now=now)
        return matches + self._on_time(now)

    def log_off(self, agent: AgentId, *, now: float) -> list[Match]:
        """An agent is gone. Steps that nobody meets any more are skipped. Nothing happens when he was not there."""
        member = self._pool.members.get(agent)
        if member is None:
            return self._on_time(now)
        self.unavailable(agent)
        return self._skip(self._pool.remove(member), now) + self._on_time(now)

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
        pool = self._pool
        pool.turn += 1
        member.idle_since, member.turn = idle_since, pool.turn
        if member.kinds != kinds:
            member.kinds, member.open = kinds, None
        for group in member.available_in():
            if group.heads:
                matches.append(self._serve(member, now))
                return matches
        pool.enter(member)
        return matches

    def unavailable(self, agent: AgentId) -> bool:
        """He can take nothing. False when he could not before."""
        member = self._pool.free.get(agent)
        if member is None:
            return False
        self._pool.leave(member)
        return True

    # ---- work ----

    def enqueue(self, work: Work, *, now: float) -> list[Match]:
        """Work begins to wait, or waits again at its old place. Raises WrongState when it already waits."""
        line = self._line
        if work.id in line.entries:
            raise WrongState(f"work {work.id} already waits")
        matches = self._on_time(now)
        route = line.route(work.steps, work.kind)
        route.stages[0][0].arrivals += 1
        self._scales.renew(self._pool, now)
        match = self._place(work, route, 0, now)
        if match is not None:
            matches.append(match)
        return matches

    def withdraw(self, id: WorkId) -> bool:  # noqa: A002
        """The work no longer waits. False when it did not."""
        entry = self._line.entries.get(id)
        if entry is None:
            return False
        self._remove(entry)
        return True

    def widen(self, id: WorkId, step: int, *, now: float) -> list[Match]:  # noqa: A002
        """The steps of this work up to ``step`` count from now on, whatever their time. Nothing happens when they
        already do, or when it does not wait."""
        matches = self._on_time(now)
        entry = self._line.entries.get(id)
        if entry is None or step <= entry.stage:
            return matches
        route = entry.lane.route
        self._line.remove(entry)
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
        return self._line.next_at()

    # ---- questions ----

    def place(self, id: WorkId) -> int | None:  # noqa: A002
        """Place in the one line of all that waits, from 1: by tier, priority, time. None when it does not wait."""
        entry = self._line.entries.get(id)
        return None if entry is None else self._line.place(entry.order)

    def waiting(self) -> list[Work]:
        """All that waits, in line."""
        return [entry.work for entry in self._line.in_order()]

    @property
    def available_agents(self) -> frozenset[AgentId]:
        return frozenset(self._pool.free)

    def step_of(self, id: WorkId) -> int:  # noqa: A002
        """Index of the step that a waiting work has reached. Raises WrongState when it does not wait."""
        return self._entry(id).stage

    def ahead(self, id: WorkId) -> int:  # noqa: A002
        """Works before this one in line that an agent who can take this one could take, too (tiers before it included).

        Raises WrongState when it does not wait. An estimate that costs little: it asks for some of the agents only, and
        of each lane only what its first work has come to.
        """
        return self.ahead_of(id)[0]

    def ahead_of(self, id: WorkId) -> tuple[int, int]:  # noqa: A002
        """``ahead``, and how many of those are of its own queue. Raises WrongState when it does not wait."""
        entry = self._entry(id)
        some = islice(chain.from_iterable(group.members for group in entry.lane.route.stages[entry.stage]), _ASKED)
        shared = {group for member in some for group in member.groups}
        ahead = alike = 0
        for lane in self._line.lanes.values():
            before = bisect_left(lane.entries, (entry.order,))
            if before and any(group in shared for group in lane.route.stages[lane.entries[0][1].stage]):
                ahead += before
                alike += before if lane.entries[0][1].work.queue == entry.work.queue else 0
        return ahead, alike

    def logged_on(self, needs: Needs) -> int:
        """Logged-on agents who meet these needs. O(1) when waiting or recent work asks for them."""
        known = self._pool.groups.get(("voice", None, (normal(needs),)))
        return len(known.members) if known is not None else len(self._pool.meeting(needs))

    def why_not(self, id: WorkId, *, now: float, not_ready: Container[AgentId] = ()) -> WhyNot | None:  # noqa: A002
        """Why it still waits, and what would help. ``not_ready``: agents who have no call and are not Ready, which only
        the caller knows. None when it does not wait."""
        entry = self._line.entries.get(id)
        if entry is None:
            return None
        free = sorted(self._pool.free.values(), key=lambda member: (member.idle_since, member.turn))
        return why_not(
            entry, place=self._line.place(entry.order), ahead=self.ahead(id), free=free, not_ready=not_ready, now=now
        )

    # ---- snapshot ----

    def snapshot(self) -> bytes:
        """Everything that later decisions depend on, except the policy."""
        return snapshot.save(self._pool, self._line, self._scales)

    @classmethod
    def restore(cls, data: bytes, policy: Policy = DEFAULT) -> Matcher:
        """A matcher that decides from here on as the one that was saved. Raises BadRequest when it cannot be read."""
        matcher = cls(policy)
        snapshot.load(data, matcher._pool, matcher._line, matcher._scales)
        return matcher

    # ---- what moves ----

    def _entry(self, id: WorkId) -> Entry:  # noqa: A002
        entry = self._line.entries.get(id)
        if entry is None:
            raise WrongState(f"work {id} does not wait")
        return entry

    def _place(self, work: Work, route: Route, floor: int, now: float) -> Match | None:
        """Give it to a free agent, or let it wait at its place."""
        stage = route.stage(work.queued_at, floor, now)
        if route.lanes:
            lane = self._line.lane(work, route, floor)
            if lane is not None:
                behind = bisect_left(lane.entries, (order_of(work),))
                if behind < len(lane.entries):  # who stands before others has come at least as far
                    stage = max(stage, lane.entries[behind][1].stage)
        match = self._choose(work, route, stage, now)
        if match is None:
            self._line.add(work, route, stage, floor)
        elif route.personal:
            self._line.forget(route)
        return match

    def _remove(self, entry: Entry) -> None:
        self._line.remove(entry)
        route = entry.lane.route
        if route.personal:
            self._line.forget(route)

    def _on_time(self, now: float) -> list[Match]:
        """Works whose next step has come by now."""
        matches: list[Match] = []
        line = self._line
        if line.timers:
            while (entry := line.due(now)) is not None:
                match = self._advance(entry, now)
                if match is not None:
                    matches.append(match)
        return matches

    def _advance(self, entry: Entry, now: float) -> Match | None:
        """A waiting work may have reached a later step."""
        route = entry.lane.route
        stage = route.stage(entry.order[2], entry.stage, now)
        if stage == entry.stage or not self._line.advance(entry, stage):
            return None
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

    # ---- decisions ----

    def _choose(self, work: Work, route: Route, stage: int, now: float) -> Match | None:
        """Give this work to the free agent whose loss costs least, among those longest idle. None: nobody is free."""
        groups = route.stages[stage]
        look = self._scales.policy.look
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
        most = self._scales.policy.explain
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
        if len(lanes) > 1:
            slack = self._scales.slack
            lane = min(lanes, key=lambda lane: (slack(lane, lane.entries[0][1], member, now), lane.order))
        if len(lane.alike) > 1:
            lane = self._eldest(lane, member)
        entry = lane.entries[0][1]
        rule = "only_work"
        overtaken: tuple[Overtaken, ...] = ()
        if len(lanes) > 1:
            first = min((*lanes, lane), key=lambda lane: lane.order)
            rule = "first_in_line" if lane is first else "least_slack"
            most = self._scales.policy.explain
            if most and lane is not first:
                rule = explain.work_rule(self._scales, (lane, entry), (first, first.entries[0][1]), member, now)
                overtaken = explain.overtaken(self._scales, (lane, entry), lanes, most, member, now)
        match = self._match(entry.work, lane.route, entry.stage, member, now, rule, 1, 0.0, (), overtaken)
        self._remove(entry)
        return match

    def _eldest(self, lane: Lane, member: Member) -> Lane:
        """Within a queue nobody is overtaken, however he came to wait: the eldest that this agent can take instead."""
        for _, other in lane.alike:
            if other is lane:
                break
            if any(member in group.members and group.kind in member.kinds for group in other.filed):
                return other
        return lane

    def _most_urgent(self, heaps: list[list[HeadItem]], now: float) -> list[Lane]:
        """Of the highest tier and priority: the lanes whose first works are latest, and those next to be late."""
        if len(heaps) == 1 and len(heaps[0]) == 1:
            return [heaps[0][0][5]]
        tier, priority = min([heads[0][:2] for heads in heaps])
        look = self._scales.policy.look
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
        if member.free:
            self._pool.leave(member)
        waited_s, idle_s = now - work.queued_at, now - member.idle_since
        self._scales.count(work, waited_s)
        return Match(
            work=work,
            agent=member.id,
            step=step,
            rule=rule,
            place=self._line.place(order_of(work)),
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
