"""The simulator: one world, one policy, one run. It checks every decision by itself and keeps what happened."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from benchmarks.routing.policy import Pair, Policy
from benchmarks.routing.world import AWAY_S, BREAK_EVERY_S, BREAK_S, RING_S, STEP_FROM_S, World

_LATE = 1e-6
"""Seconds by which sums of floats may differ."""


class _Event(IntEnum):
    ENDS = 0  # (agent): the call and its wrap-up are over
    RINGS_OUT = 1  # (contact): nobody answered
    BACK = 2  # (agent): from a break or from not having answered
    BREAK = 3  # (agent)
    HANGS_UP = 4  # (contact): his patience is over


class _Caller(IntEnum):
    COMING = 0
    WAITING = 1
    RINGING = 2
    ANSWERED = 3
    GONE = 4


class _Seat(IntEnum):
    FREE = 0
    BUSY = 1
    RINGING = 2
    AWAY = 3


@dataclass(slots=True)
class Run:
    """What happened. ``wait_s`` is until the answer, or until the caller hung up."""

    world: World
    policy: str
    wait_s: list[float]
    answered: list[bool]
    busy_s: list[float]
    """Per agent, within the measured time."""
    staffed_s: list[float]
    """Per agent, within the measured time: neither in a break nor away."""
    decisions: int = 0
    overtaking: int = 0
    """Decisions that passed an earlier caller of the same queue and tier whom this agent could have taken."""
    unlogged: int = 0
    """Of these, how many did not name everybody whom they passed."""
    illegal: list[str] = field(default_factory=list)


def simulate(world: World, policy: Policy, *, pooled: bool = False, stride: int = 7919) -> Run:
    """``pooled``: any agent may take any call at the world's mean pace. Raises RuntimeError when the policy asks for
    the same instant again and again. ``stride`` (a prime) draws who is idle longest when the day begins."""
    return _Simulation(world, policy, pooled).run(stride)


class _Simulation:
    def __init__(self, world: World, policy: Policy, pooled: bool) -> None:
        self.world, self.policy, self.pooled = world, policy, pooled
        contacts, agents = len(world.contacts), len(world.agents)
        self.result = Run(world, policy.name, [0.0] * contacts, [False] * contacts, [0.0] * agents, [0.0] * agents)
        self.caller = [_Caller.COMING] * contacts
        self.offers = [0] * contacts
        self.seat = [_Seat.FREE] * agents
        self.rung_by: dict[int, int] = {}
        self.break_due = [False] * agents
        self.idle_since = [0.0] * agents
        self.on_duty_since = [0.0] * agents
        self.events: list[tuple[float, int, _Event, int]] = []
        self.sequence = 0
        self.lines: dict[tuple[int, int], list[tuple[float, int]]] = {}
        self.mean_pace = world.pace if pooled else 1.0

    def run(self, stride: int) -> Run:
        world, policy, events = self.world, self.policy, self.events
        # The day begins with everybody free; who is idle longest is drawn by number.
        count = len(world.agents)
        for number, agent in enumerate(world.agents):
            self.idle_since[number] = -(number * stride % count) / count
            self.at(agent.first_break_s, _Event.BREAK, number)
        for number in sorted(range(count), key=lambda number: self.idle_since[number]):
            self.apply(policy.available(number, idle_since=self.idle_since[number], now=0.0), 0.0)
        coming = 0
        arrivals = [contact.arrival_s for contact in world.contacts]
        arrivals.append(float("inf"))
        same, last = 0, -1.0
        wake_at = policy.wake_at
        while True:
            arrival = arrivals[coming]
            event_at = events[0][0]  # a break always lies ahead
            wake = wake_at()
            now = arrival if arrival < event_at else event_at
            if wake is not None and wake <= now:
                now = max(wake, last)
                same = same + 1 if now == last else 0
                if same > 10_000:
                    raise RuntimeError(f"{policy.name} asks for the same instant again and again")
                last = now
                self.apply(policy.tick(now=now), now)
            elif arrival < event_at:
                last = now
                self.caller[coming] = _Caller.WAITING
                self.enqueue(coming, now)
                if self.caller[coming] < _Caller.ANSWERED:
                    self.at(now + world.contacts[coming].patience_s, _Event.HANGS_UP, coming)
                coming += 1
            else:
                if coming == len(world.contacts) and now > world.ends_s + 1800.0:
                    break
                last = now
                _, _, event, subject = heapq.heappop(events)
                self.happens(event, subject, now)
        for number, seat in enumerate(self.seat):
            if seat is not _Seat.AWAY:
                self.leaves_duty(number, now)
        return self.result

    def at(self, when: float, event: _Event, subject: int) -> None:
        self.sequence += 1
        heapq.heappush(self.events, (when, self.sequence, event, subject))

    def happens(self, event: _Event, subject: int, now: float) -> None:
        if event is _Event.HANGS_UP:
            self.hangs_up(subject, now)
        elif event is _Event.ENDS:
            self.free_or_break(subject, now, idle_since=now)
        elif event is _Event.BACK:
            self.on_duty_since[subject] = now
            self.free_or_break(subject, now, idle_since=now)
        elif event is _Event.RINGS_OUT:
            agent = self.rung_by.pop(subject, None)
            if agent is not None:
                self.away(agent, AWAY_S, now)
                self.caller[subject] = _Caller.WAITING
                self.enqueue(subject, now)
        else:
            self.at(now + BREAK_EVERY_S, _Event.BREAK, subject)
            self.break_due[subject] = True
            if self.seat[subject] is _Seat.FREE:
                self.policy.unavailable(subject, now=now)
                self.free_or_break(subject, now, idle_since=now)

    def free_or_break(self, agent: int, now: float, *, idle_since: float) -> None:
        if self.break_due[agent]:
            self.break_due[agent] = False
            self.away(agent, BREAK_S, now)
            return
        self.seat[agent] = _Seat.FREE
        self.idle_since[agent] = idle_since
        self.apply(self.policy.available(agent, idle_since=idle_since, now=now), now)

    def away(self, agent: int, seconds: float, now: float) -> None:
        self.leaves_duty(agent, now)
        self.seat[agent] = _Seat.AWAY
        self.at(now + seconds, _Event.BACK, agent)

    def leaves_duty(self, agent: int, now: float) -> None:
        self.result.staffed_s[agent] += self.measured(self.on_duty_since[agent], now)

    def measured(self, since: float, until: float) -> float:
        return max(0.0, min(until, self.world.ends_s) - max(since, self.world.begins_s))

    def hangs_up(self, contact: int, now: float) -> None:
        state = self.caller[contact]
        if state is _Caller.WAITING:
            self.policy.withdraw(contact, now=now)
        elif state is _Caller.RINGING:
            agent = self.rung_by.pop(contact)
            self.free_or_break(agent, now, idle_since=self.idle_since[agent])
        else:
            return
        self.caller[contact] = _Caller.GONE
        self.result.wait_s[contact] = now - self.world.contacts[contact].arrival_s

    def enqueue(self, number: int, now: float) -> None:
        contact = self.world.contacts[number]
        line = self.lines.setdefault((contact.queue, contact.tier), [])
        heapq.heappush(line, (contact.arrival_s, number))
        self.apply(self.policy.enqueue(number, now=now), now)

    def apply(self, pairs: Sequence[Pair], now: float) -> None:
        for pair in pairs:
            fault = self.fault(pair, now)
            if fault:
                self.result.illegal.append(f"{now:.3f} s: contact {pair.contact}, agent {pair.agent}: {fault}")
                continue
            self.check_order(pair)
            self.give(pair.contact, pair.agent, now)

    def fault(self, pair: Pair, now: float) -> str:
        """Why this may not be; '' when it may."""
        if self.caller[pair.contact] is not _Caller.WAITING:
            return f"the contact does not wait ({self.caller[pair.contact].name})"
        if self.seat[pair.agent] is not _Seat.FREE:
            return f"the agent is not free ({self.seat[pair.agent].name})"
        if self.pooled:
            return ""
        contact = self.world.contacts[pair.contact]
        step = self.world.reach[pair.agent].get(contact.queue)
        if step is None:
            return "the agent does not have the skill"
        if now - contact.arrival_s < STEP_FROM_S[step] - _LATE:
            return f"step {step} is not due after {now - contact.arrival_s:.3f} s"
        return ""

    def check_order(self, pair: Pair) -> None:
        contact = self.world.contacts[pair.contact]
        line = self.lines[(contact.queue, contact.tier)]
        while self.caller[line[0][1]] is not _Caller.WAITING:
            heapq.heappop(line)
        if line[0][1] != pair.contact:
            # Whoever came earlier in the same queue is at the same step or a later one: the agent could have taken him.
            self.result.overtaking += 1
            earlier = {
                number for since, number in line if since < contact.arrival_s and self.caller[number] is _Caller.WAITING
            }
            self.result.unlogged += not earlier <= set(pair.passed)
        self.result.decisions += 1

    def give(self, contact: int, agent: int, now: float) -> None:
        caller = self.world.contacts[contact]
        self.offers[contact] += 1
        if self.offers[contact] <= caller.unanswered:
            self.seat[agent], self.caller[contact] = _Seat.RINGING, _Caller.RINGING
            self.rung_by[contact] = agent
            self.at(now + RING_S, _Event.RINGS_OUT, contact)
            return
        self.seat[agent], self.caller[contact] = _Seat.BUSY, _Caller.ANSWERED
        pace = self.mean_pace if self.pooled else self.world.pace_of(agent, caller.queue)
        ends = now + caller.handle_s * pace
        self.result.busy_s[agent] += self.measured(now, ends)
        self.result.answered[contact] = True
        self.result.wait_s[contact] = now - caller.arrival_s
        self.at(ends, _Event.ENDS, agent)
