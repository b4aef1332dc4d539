"""The scales of the matcher: what taking an agent costs, and how long a work can still wait for this agent.

Both are sums of a few parts, all in seconds. The sums decide; the parts explain.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, repeat
from operator import mul
from typing import NamedTuple

from tandem.cti.model.ids import QueueId
from tandem.cti.model.skills import HIGHEST
from tandem.routing.core.acd.line import Entry, Lane, Route
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.pool import Group, Member, Pool
from tandem.routing.core.acd.work import Work

MIDDLE = 3
"""The proficiency that ``Work.handle_s`` is measured at."""
_COUNTED = 24
"""A queue with this many free agents loses nothing with one of them."""
_RENEW_S = 30.0
_SHARE_STEP = 0.02
"""How often the rate at which agents become free is renewed."""
_PRIOR_S = 60.0
"""Time without calls that a group's rate begins with, so that the first calls do not make it huge."""


def _idleness(member: Member) -> tuple[float, int]:
    return (member.idle_since, member.turn)


class CostParts(NamedTuple):
    """Of an agent, for a work."""

    idle: float
    """Minus the seconds that he has been idle."""
    scarcity: float
    slow: float
    site: float


class SlackParts(NamedTuple):
    """Of a work, for an agent."""

    slack: float
    supply: float
    slow: float
    site: float


class Scales:
    """A policy, and the rates learned so far.

    Rates are counts and times in which the past counts for less: after ``dt`` by the factor T / (T + dt), with T the
    policy's horizon. (Not an exponential, whose last bit differs between machines.)
    """

    def __init__(self, policy: Policy) -> None:
        self.follow(policy)
        self.shares: dict[QueueId, float] = {}
        """Of each queue's works, the share answered within the target; the last hundred or so count."""
        self.freed = 0
        """Agents who became free since the rate was last renewed."""
        self.freed_counted = 0.0
        self.freed_counted_s = 0.0
        self.freed_rate = 0.0
        """How often one logged-on agent becomes free, per second."""
        self.renewed_at = 0.0
        self.renewed = 0
        """Which of the pool's priced groups was renewed last."""

    def follow(self, policy: Policy) -> None:
        """From now on these weights count; what was learned stays."""
        self.policy = policy
        # By number of free members. Products, for a power's last bit differs between machines.
        self.decays = (0.0, *accumulate(repeat(policy.scarcity_decay, _COUNTED - 2), mul, initial=1.0))
        self.slow_by_level = tuple(policy.factor(level) - 1.0 for level in range(HIGHEST + 1))
        self.least_slow, self.most_slow = min(self.slow_by_level), max(self.slow_by_level)

    # ---- agents ----

    def cost(self, member: Member, work: Work, route: Route, now: float) -> float:
        """The sum of ``cost_parts``."""
        return sum(self.cost_parts(member, work, route, now))

    def cheapest(self, members: Iterable[Member], work: Work, route: Route, now: float) -> tuple[Member, float, Member]:
        """Who costs least (among equals, who is idle longest), what he costs, and who is idle longest.

        The same sums as ``cost``, without a call for each part: this loop is where new work spends its time.
        """
        decays = self.decays
        by_level = self.slow_by_level
        slow_s = (self.policy.speed_of_agent + self.policy.talent) * work.handle_s
        usual_s = self.policy.talent * work.handle_s
        least_slow = slow_s * self.least_slow - usual_s * self.most_slow
        skills = route.skills
        highest = HIGHEST if skills else MIDDLE
        site, cross_site_s = work.site, self.policy.cross_site_s
        best = longest = None
        best_cost = longest_since = 0.0
        for member in members:
            idle_since = member.idle_since
            cost = idle_since - now
            if longest is None or idle_since < longest_since:
                longest, longest_since = member, idle_since
            elif idle_since == longest_since and member.turn < longest.turn:
                longest = member
            if best is not None and cost + least_slow > best_cost:
                continue  # whatever else he costs
            for group in member.demand:
                free = len(group.idle)
                if free < _COUNTED:
                    cost += group.price * decays[free]
            level = highest
            for skill in skills:
                has = member.skills.get(skill, 0)
                if has < level:
                    level = has
            usual = member.usual
            if usual is None:
                usual = self._usual(member)
            cost += slow_s * by_level[level if level > 0 else 0] - usual_s * usual
            if site and member.site and site != member.site:
                cost += cross_site_s
            if best is None or cost < best_cost or (cost == best_cost and _idleness(member) < _idleness(best)):
                best, best_cost = member, cost
        assert best is not None
        assert longest is not None
        return best, best_cost, longest

    def cost_parts(self, member: Member, work: Work, route: Route, now: float) -> CostParts:
        policy = self.policy
        return CostParts(
            idle=member.idle_since - now,
            scarcity=sum(
                [group.price * self.decays[len(group.idle)] for group in member.demand if len(group.idle) < _COUNTED]
            ),
            slow=(policy.speed_of_agent + policy.talent) * work.handle_s * (self.factor(member, route) - 1.0)
            - policy.talent * work.handle_s * self._usual(member),
            site=policy.cross_site_s if work.site and member.site and work.site != member.site else 0.0,
        )

    def factor(self, member: Member, route: Route) -> float:
        """His handling time relative to the middle: by the lowest of his proficiencies in what the first step needs."""
        level = min([member.skills.get(skill, 0) for skill in route.skills], default=MIDDLE)
        return self.policy.factor(level)

    def _usual(self, member: Member) -> float:
        """Mean over what he is asked for first of his handling time, less the middle's 1."""
        if member.usual is None:
            found = []
            for group in member.demand:
                levels = [member.skills.get(need.skill, 0) for need in group.alternatives[0]]
                found.append(self.policy.factor(min(levels, default=MIDDLE)) - 1.0)
            member.usual = sum(found) / len(found) if found else self.most_slow
        return member.usual

    # ---- works ----

    def slack(self, lane: Lane, entry: Entry, member: Member, now: float) -> float:
        """The sum of ``slack_parts`` of a lane's first work."""
        policy, work, route = self.policy, entry.work, lane.route
        slack = entry.due_at - now - self.behind_s(work)
        if slack < 0.0:
            slack = policy.late_slack_s + slack * policy.late_growth
        slack += self._supply(lane)
        skills = route.skills
        level = HIGHEST if skills else MIDDLE
        for skill in skills:
            has = member.skills.get(skill, 0)
            if has < level:
                level = has
        slack += policy.speed_of_work * work.handle_s * self.slow_by_level[level if level > 0 else 0]
        if work.site and member.site and work.site != member.site:
            slack += policy.cross_site_s
        return slack

    def behind_s(self, work: Work) -> float:
        """How much sooner (below 0: later) than its target this work is to be answered, because its queue answers
        fewer (more) in time than the share that it is to."""
        share = self.shares.get(work.queue)
        if share is None:
            return 0.0
        policy = self.policy
        behind = policy.share_weight * (work.target_share - share)
        return work.target_s * min(max(behind, -policy.share_most), policy.share_most)

    def count(self, work: Work, waited_s: float) -> None:
        """A work was given away; the share of its queue that is answered in time moves."""
        share = self.shares.get(work.queue, work.target_share)
        self.shares[work.queue] = share + _SHARE_STEP * ((waited_s <= work.target_s) - share)

    def slack_parts(self, lane: Lane, entry: Entry, member: Member, now: float) -> SlackParts:
        policy = self.policy
        work = entry.work
        slack = entry.due_at - now - self.behind_s(work)
        if slack < 0.0:
            slack = policy.late_slack_s + slack * policy.late_growth
        return SlackParts(
            slack=slack,
            supply=self._supply(lane),
            slow=policy.speed_of_work * work.handle_s * (self.factor(member, lane.route) - 1.0),
            site=policy.cross_site_s if work.site and member.site and work.site != member.site else 0.0,
        )

    def _supply(self, lane: Lane) -> float:
        """Minus the time until the next agent who can take it becomes free, within its bounds."""
        members = 0
        for group in lane.filed:
            members += len(group.members)
        supply = members * self.freed_rate
        most_s = self.policy.supply_most_s
        return -self.policy.supply_weight * (1.0 / supply if supply * most_s > 1.0 else most_s)

    # ---- rates ----

    def renew(self, pool: Pool, now: float) -> None:
        """Bring the rate of one group up to date: each in its turn, so that no event pays for all of them."""
        if pool.priced:
            self.renewed = (self.renewed + 1) % len(pool.priced)
            self._renew_group(pool.priced[self.renewed], now)
        if not 0.0 <= now - self.renewed_at < _RENEW_S:
            self._renew_freed(len(pool.members), now)

    def _renew_group(self, group: Group, now: float) -> None:
        """A clock that went back counts for no time."""
        passed = max(0.0, now - group.renewed_at)
        keep = self.policy.rate_horizon_s / (self.policy.rate_horizon_s + passed)
        group.counted = group.counted * keep + group.arrivals
        group.counted_s = group.counted_s * keep + passed
        group.arrivals = 0
        group.renewed_at = now
        group.price = self.policy.scarcity_s * group.counted / (group.counted_s + _PRIOR_S)

    def _renew_freed(self, members: int, now: float) -> None:
        passed = max(0.0, now - self.renewed_at)
        keep = self.policy.rate_horizon_s / (self.policy.rate_horizon_s + passed)
        self.freed_counted = self.freed_counted * keep + self.freed
        self.freed_counted_s = self.freed_counted_s * keep + passed
        self.freed = 0
        self.renewed_at = now
        self.freed_rate = self.freed_counted / (self.freed_counted_s + _PRIOR_S) / members if members else 0.0
