"""One day under one plan, simulated: the callers of the day, its agents, and the matcher that really routes.

What was observed is kept: when each caller came, how long he waited before he hung up, how long his call took the agent
who had it. What cannot be known is drawn: how long a caller who *was* answered would have waited, and what work one who
hung up would have made. All draws hang on the caller and the run, never on the order of events: two plans meet the very
same callers (common random numbers), so that their difference is the plans'.

Pure: the seed comes from outside, and the same seed gives the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from tandem.cti.model.hours import is_open
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Needs, unmet
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.work import Match, Work
from tandem.routing.core.day import Arrival, Day, Shift
from tandem.routing.core.day_figures import Record, Run
from tandem.routing.core.draws import uniform
from tandem.routing.core.overflow import Situation, first_due, next_look_s
from tandem.routing.core.paces import Paces
from tandem.routing.core.patience import Patience
from tandem.routing.core.plan import OverflowRule, Plan, QueuePlan
from tandem.routing.core.steps import steps_of

LOOK_S = 5.0
"""How often steps that hang on the predicted wait are looked at for a waiting caller."""
_MOST_EVENTS = 200
"""Events per arrival and shift beyond which something asks for the same again and again."""
_END_S = 4 * 3600.0
"""After the day's end, whoever still waits is taken for unserved."""

# What is drawn of a caller (the purpose of ``uniform``).
_PATIENCE, _WORK = 0, 1
_OFFERS = 4
"""From here on two of each offer: how soon it is answered, and whether."""


@dataclass(slots=True)
class _Seat:
    id: AgentId
    skills: Mapping[str, int]
    pace: float
    on_shift: bool = False
    in_break: bool = False
    call: int | None = None
    paused: bool = False
    idle_since: float = 0.0
    duty_since: float | None = None

    @property
    def on_duty(self) -> bool:
        return self.call is not None or (self.on_shift and not self.in_break)

    @property
    def free(self) -> bool:
        return self.on_shift and not self.in_break and self.call is None and not self.paused


@dataclass(slots=True)
class _Caller:
    arrival: Arrival
    work: Work | None
    queue: QueueId
    hangs_up_at: float = 0.0
    seat: _Seat | None = None
    """Whose phone rings for him."""
    offers: int = 0
    over: bool = False
    visited: tuple[QueueId, ...] = ()
    acted: tuple[int, ...] = ()
    """Rules of overflow of the present queue that have acted."""


def simulate(
    day: Day,
    plan: Plan,
    *,
    shifts: Sequence[Shift],
    paces: Paces,
    patience: Mapping[QueueId, Patience],
    seed: int,
    known: Plan | None = None,
    policy: Policy | None = None,
) -> Run:
    """``known``: the plan under which ``paces`` were observed: an agent whose proficiency is another in ``plan`` works
    at another pace. ``patience``: one for each queue of the day. Raises RuntimeError when it does not come to an end.
    """
    return _Simulation(day, plan, shifts, paces, patience, seed, known or plan, policy).run()


class _Simulation:
    def __init__(
        self,
        day: Day,
        plan: Plan,
        shifts: Sequence[Shift],
        paces: Paces,
        patience: Mapping[QueueId, Patience],
        seed: int,
        known: Plan,
        policy: Policy | None,
    ) -> None:
        self.day, self.plan, self.known, self.paces, self.patience, self.seed = day, plan, known, paces, patience, seed
        self.policy = policy or Policy(cross_site_s=plan.cross_site_s)
        self.matcher = Matcher(self.policy)
        self.record = Record(day, plan)
        self.callers = [
            _Caller(arrival, self.work_of(number, arrival), arrival.queue)
            for number, arrival in enumerate(day.arrivals)
        ]
        self.index = {caller.work.id: number for number, caller in enumerate(self.callers) if caller.work is not None}
        self.seats: dict[AgentId, _Seat] = {}
        self.waiting: dict[QueueId, int] = dict.fromkeys(plan.queues, 0)
        self.events: list[tuple[float, int, str, int, AgentId]] = []
        self.count = 0
        for shift in shifts:
            self.seats.setdefault(shift.agent, self.seat_of(shift.agent))
            self.at(shift.begins_at, "log_on", 0, shift.agent)
            self.at(shift.ends_at, "log_off", 0, shift.agent)
            for begins, ends in shift.breaks:
                self.at(begins, "break", 0, shift.agent)
                self.at(ends, "back", 0, shift.agent)
        for number, caller in enumerate(self.callers):
            if caller.arrival.queue in plan.queues:
                self.at(caller.arrival.at, "comes", number)

    def run(self) -> Run:
        """The day to its end, and whoever then still waits."""
        most = _MOST_EVENTS * (len(self.events) + 10)
        last = self.day.ends_at + _END_S
        for _ in range(most):
            wake_at = self.matcher.wake_at()
            if wake_at is not None and (not self.events or wake_at <= self.events[0][0]):
                if wake_at > last:
                    break
                self.matched(self.matcher.tick(now=wake_at), wake_at)
            elif self.events and self.events[0][0] <= last:
                now, _, kind, number, agent = heappop(self.events)
                self.happens(kind, number, agent, now)
            else:
                break
        else:
            raise RuntimeError("the simulation does not come to an end")
        for seat in self.seats.values():
            if seat.duty_since is not None:
                self.record.spread("staffed_s", seat.duty_since, last)
        for number, caller in enumerate(self.callers):
            if not caller.over and caller.arrival.queue in self.plan.queues:
                self.ends(number, "left", last)
        return self.record.run

    # ---- callers ----

    def work_of(self, number: int, arrival: Arrival) -> Work | None:
        queue = self.plan.queues.get(arrival.queue)
        return None if queue is None else self.work_in(queue, number, arrival)

    def work_in(self, queue: QueuePlan, number: int, arrival: Arrival) -> Work:
        tiers = self.plan.tiers
        tier = next((tier for tier in tiers if tier.name == arrival.tier), tiers[-1])
        return Work(
            id=WorkId(f"{number}"),
            queue=queue.id,
            queued_at=arrival.at,
            steps=steps_of(queue.steps, arrival.needs),
            tier=tier.rank,
            priority=queue.priority + tier.priority + arrival.priority,
            target_s=queue.target_s,
            target_share=queue.target_share,
            handle_s=self.paces.usual_s.get(queue.id, queue.handle_s),
            site=next((site for site, numbers in self.plan.sites.items() if arrival.number in numbers), ""),
        )

    def comes(self, number: int, now: float) -> None:
        caller = self.callers[number]
        queue = self.plan.queues[caller.queue]
        hours = self.plan.hours.get(queue.hours)
        if caller.work is None or (hours is not None and not is_open(hours, now)):
            self.ends(number, "left", now)
            return
        caller.hangs_up_at = now + self.patience_of(number, caller.arrival)
        self.at(caller.hangs_up_at, "hangs_up", number)
        self.waits(number, now)
        if queue.overflow or any(step.predicted_over_s is not None for step in queue.steps):
            self.at(now, "look", number)

    def patience_of(self, number: int, arrival: Arrival) -> float:
        if arrival.end == "abandoned":
            return arrival.waited_s
        u = uniform(self.seed, number, _PATIENCE)
        return self.patience[arrival.queue].sample(u, over_s=arrival.waited_s)

    def waits(self, number: int, now: float) -> None:
        caller = self.callers[number]
        assert caller.work is not None
        self.waiting[caller.queue] += 1
        self.matched(self.matcher.enqueue(caller.work, now=now), now)

    def ends(self, number: int, end: str, now: float) -> None:
        caller = self.callers[number]
        caller.over = True
        # the day is judged by the queue that he chose, whichever served him in the end
        self.record.ended(caller.arrival.at, caller.arrival.queue, end, now - caller.arrival.at)

    def hangs_up(self, number: int, now: float) -> None:
        caller = self.callers[number]
        if caller.over:
            return
        if caller.seat is not None:
            seat, caller.seat = caller.seat, None
            seat.call = None
            self.ends(number, "abandoned", now)
            self.offer_again(seat, now)
            self.keep_duty(seat, now)
        else:
            self.leaves_line(caller)
            self.ends(number, "abandoned", now)

    def leaves_line(self, caller: _Caller) -> None:
        assert caller.work is not None
        if self.matcher.withdraw(caller.work.id):
            self.waiting[caller.queue] -= 1

    # ---- agents ----

    def seat_of(self, agent: AgentId) -> _Seat:
        plan = self.plan.agents.get(agent)
        return _Seat(agent, plan.skills if plan else {}, self.paces.agent.get(agent, 1.0))

    def offer_again(self, seat: _Seat, now: float) -> None:
        if seat.free:
            self.matched(self.matcher.available(seat.id, idle_since=seat.idle_since, now=now), now)

    def keep_duty(self, seat: _Seat, now: float) -> None:
        if seat.on_duty and seat.duty_since is None:
            seat.duty_since = now
        elif not seat.on_duty and seat.duty_since is not None:
            self.record.spread("staffed_s", seat.duty_since, now)
            seat.duty_since = None

    def log_on(self, seat: _Seat, now: float) -> None:
        seat.on_shift, seat.idle_since = True, now
        plan = self.plan.agents.get(seat.id)
        self.matched(self.matcher.log_on(seat.id, seat.skills, site=plan.site if plan else "", now=now), now)
        self.offer_again(seat, now)

    def log_off(self, seat: _Seat, now: float) -> None:
        seat.on_shift = False
        if seat.call is None:
            self.matched(self.matcher.log_off(seat.id, now=now), now)

    # ---- decisions ----

    def matched(self, matches: Iterable[Match], now: float) -> None:
        for match in matches:
            number = self.index[match.work.id]
            caller, seat = self.callers[number], self.seats[match.agent]
            self.waiting[caller.queue] -= 1
            caller.seat, seat.call = seat, number
            caller.offers += 1
            purpose = _OFFERS + 2 * caller.offers
            if uniform(self.seed, number, purpose + 1) < self.refusal_share:
                self.at(now + self.day.refused_after_s, "refuses", number, seat.id)
            else:
                self.at(now + self.delay(uniform(self.seed, number, purpose)), "answers", number, seat.id)

    @property
    def refusal_share(self) -> float:
        return self.day.refusals / self.day.offers if self.day.offers else 0.0

    def delay(self, u: float) -> float:
        delays = self.day.answer_delays_s
        return delays[int(u * len(delays))] if delays else 0.0

    def answers(self, number: int, seat: _Seat, now: float) -> None:
        caller = self.callers[number]
        if caller.seat is not seat:
            return  # he has hung up
        caller.seat = None
        self.ends(number, "answered", now)
        handle_s = self.work_s(number, caller.arrival) * seat.pace * self.skill_factor(seat, caller)
        self.record.spread("busy_s", now, now + handle_s)
        self.at(now + handle_s, "finishes", number, seat.id)

    def work_s(self, number: int, arrival: Arrival) -> float:
        """What this call takes at the usual pace: as observed, else one of the queue's."""
        if arrival.handle_s is not None and arrival.agent is not None:
            return arrival.handle_s / self.paces.agent.get(arrival.agent, 1.0)
        known = self.paces.work_s.get(arrival.queue)
        if not known:
            return self.paces.usual_s.get(arrival.queue, 180.0)
        return known[int(uniform(self.seed, number, _WORK) * len(known))]

    def skill_factor(self, seat: _Seat, caller: _Caller) -> float:
        """His proficiency in what this call needs, against what it was when his pace was observed."""
        assert caller.work is not None
        needs = caller.work.steps[0].needs
        before = self.known.agents.get(seat.id)
        observed = seat.id in self.paces.agent and before is not None
        now = self.policy.factor(_level(needs, seat.skills))
        return now / self.policy.factor(_level(needs, before.skills)) if observed and before is not None else now

    def finishes(self, seat: _Seat, now: float) -> None:
        seat.call, seat.idle_since = None, now
        if not seat.on_shift:
            self.matched(self.matcher.log_off(seat.id, now=now), now)
        self.offer_again(seat, now)

    def refuses(self, number: int, seat: _Seat, now: float) -> None:
        caller = self.callers[number]
        if caller.seat is not seat:
            return
        caller.seat, seat.call = None, None
        seat.paused = True
        self.at(now + self.day.pause_s, "resumes", number, seat.id)
        if not seat.on_shift:
            self.matched(self.matcher.log_off(seat.id, now=now), now)
        self.waits(number, now)

    # ---- rules while he waits ----

    def look(self, number: int, now: float) -> None:
        caller = self.callers[number]
        if caller.over or caller.work is None:
            return
        if caller.seat is not None:
            self.at(now + LOOK_S, "look", number)
            return
        queue, work = self.plan.queues[caller.queue], caller.work
        left_s = self.predicted_s(work)
        there = Situation(
            waited_s=now - work.queued_at,
            predicted_s=now - work.queued_at + left_s,
            ready=self.at_work(queue),
            waiting=self.waiting[queue.id],
            visited=(*caller.visited, queue.id),
        )
        due = first_due(queue.overflow, there, caller.acted)
        if due is not None:
            caller.acted = (*caller.acted, due)
            self.overflow(number, queue.overflow[due], now)
        else:
            self.widen(work, queue, left_s, now)
        looks = [next_look_s(queue.overflow, there, caller.acted)]
        looks += [LOOK_S] if any(step.predicted_over_s is not None for step in queue.steps) else []
        if due is not None or any(look is not None for look in looks):
            self.at(now + min((look for look in looks if look is not None), default=LOOK_S), "look", number)

    def predicted_s(self, work: Work) -> float:
        """Wait still to come, roughly: as often as agents must become free, by the usual handling time."""
        members = self.matcher.logged_on(work.steps[self.matcher.step_of(work.id)].needs)
        return (self.matcher.ahead(work.id) + 1) * work.handle_s / max(1, members)

    def at_work(self, queue: QueuePlan) -> int:
        return sum(
            seat.on_shift and not seat.in_break and any(unmet(step.needs, seat.skills) is None for step in queue.steps)
            for seat in self.seats.values()
        )

    def overflow(self, number: int, rule: OverflowRule, now: float) -> None:
        caller = self.callers[number]
        to = self.plan.queues.get(QueueId(rule.action.to)) if rule.action.kind == "queue" else None
        if rule.action.kind == "callback":
            return  # he is only offered one; nobody knows who would take it
        self.leaves_line(caller)
        if to is None:
            self.ends(number, "left", now)
            return
        caller.visited, caller.acted = (*caller.visited, caller.queue), ()
        caller.queue, caller.work = to.id, self.work_in(to, number, caller.arrival)
        self.waits(number, now)

    def widen(self, work: Work, queue: QueuePlan, left_s: float, now: float) -> None:
        reached = self.matcher.step_of(work.id)
        for number, step in enumerate(queue.steps):
            if number > reached and step.predicted_over_s is not None and left_s > step.predicted_over_s:
                self.matched(self.matcher.widen(work.id, number, now=now), now)
                return

    # ---- events ----

    def at(self, when: float, kind: str, number: int, agent: AgentId = AgentId("")) -> None:  # noqa: B008
        self.count += 1
        heappush(self.events, (when, self.count, kind, number, agent))

    def happens(self, kind: str, number: int, agent: AgentId, now: float) -> None:
        match kind:
            case "comes":
                self.comes(number, now)
            case "hangs_up":
                self.hangs_up(number, now)
            case "look":
                self.look(number, now)
            case "answers":
                self.answers(number, self.seats[agent], now)
            case "refuses":
                self.refuses(number, self.seats[agent], now)
            case "finishes":
                self.finishes(self.seats[agent], now)
            case "resumes":
                self.seats[agent].paused = False
                self.seats[agent].idle_since = now
                self.offer_again(self.seats[agent], now)
            case "log_on":
                self.log_on(self.seats[agent], now)
            case "log_off":
                self.log_off(self.seats[agent], now)
                self.matcher.unavailable(agent)
            case "break":
                self.seats[agent].in_break = True
                self.matcher.unavailable(agent)
            case _:
                self.seats[agent].in_break = False
                self.seats[agent].idle_since = now
                self.offer_again(self.seats[agent], now)
        if agent:
            self.keep_duty(self.seats[agent], now)


def _level(needs: Needs, skills: Mapping[str, int]) -> int:
    """The lowest proficiency in what is needed (0: he has not the skill); the middle one when nothing is."""
    return min((skills.get(need.skill, 0) for need in needs), default=3)
