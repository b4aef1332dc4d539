"""The days of a world, event by event, with one policy.

Rules for all: a callee who answers waits at most ``PATIENCE_S`` for an agent, then he is abandoned; the longest idle
agent takes the one who has waited longest; an agent whose time is up goes at once when idle, else after his wrap-up,
but not while a call is promised to him. A policy is asked after anything that happened, at most every ``GAP_S``, and
when it wants to be. Nothing is dialled after the day; what is in flight then still counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from benchmarks.dialer.world import Contact, Day, Visit, World

PATIENCE_S = 2.0
GAP_S = 0.5
LOST_PERSONS, MISSED_MACHINES = 0.03, 0.08
"""Errors of the machine detection: shares of the persons taken for machines, and of the machines for persons."""
MACHINE_TALK_S, MACHINE_WRAP_UP_S = 6.0, 2.0
"""An agent with a machine that was taken for a person."""
ANSWER, OVER, MACHINE, PERSON, DEADLINE, TALKED, WRAPPED, COMES, GOES, ASK = range(10)


class Floor:
    """What a policy may see: counts, and events by the hooks below."""

    __slots__ = ("abandoned", "agents", "answered", "day_s", "idle", "in_flight", "now", "talking", "waiting")

    def __init__(self, day_s: float) -> None:
        self.now = 0.0
        self.idle = self.waiting = self.in_flight = self.agents = self.talking = 0
        self.answered = self.abandoned = 0
        self.day_s = day_s


class Policy(Protocol):
    """Hooks take the moment last. ``dial``: how many of each segment, whether each has an agent reserved, and when to
    be asked again at the latest. ``let_go``, after that: calls that ring and are to be given up."""

    def begin_day(self, floor: Floor, now: float) -> None: ...
    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None: ...
    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None: ...
    def answered(self, call: int, now: float) -> None: ...
    def person(self, call: int, now: float) -> None: ...
    def connected(self, call: int, agent: int, now: float) -> None: ...
    def ended(self, call: int, result: str, now: float) -> None: ...
    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]: ...
    def let_go(self, now: float) -> Iterable[int]: ...


class Silent:
    """Hooks of a policy that looks at counts only."""

    floor: Floor

    def begin_day(self, floor: Floor, now: float) -> None:
        self.floor = floor

    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None:
        pass

    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None:
        pass

    def answered(self, call: int, now: float) -> None:
        pass

    def person(self, call: int, now: float) -> None:
        pass

    def connected(self, call: int, agent: int, now: float) -> None:
        pass

    def ended(self, call: int, result: str, now: float) -> None:
        pass

    def let_go(self, now: float) -> Iterable[int]:
        return ()


@dataclass(slots=True)
class DayFigures:
    launched: int = 0
    answered: int = 0
    abandoned: int = 0
    connected: int = 0
    talk_s: float = 0.0
    idle_s: float = 0.0
    staffed_s: float = 0.0


@dataclass(slots=True)
class _Seat:
    """``status``: idle, reserved, talking or wrapping."""

    since: float
    status: str
    visit: Visit


class Simulation:
    """Runs the days of ``world`` with ``policy``; the lists of contacts go on from day to day."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world, self.policy = world, policy
        self.lists = [world.contacts(number) for number in range(len(world.design.segments))]
        self.calls = 0

    def run(self) -> list[DayFigures]:
        return [_Day(self, day, number * 86_400.0).run() for number, day in enumerate(self.world.days)]


class _Day:
    """Moments in here are seconds of the day; ``zero`` is added to those that the policy sees."""

    def __init__(self, simulation: Simulation, day: Day, zero: float) -> None:
        self.simulation, self.day, self.zero = simulation, day, zero
        self.design, self.policy = simulation.world.design, simulation.policy
        self.figures = DayFigures()
        self.floor = Floor(self.design.day_s)
        self.now = 0.0
        self.heap: list[tuple[float, int, int, int]] = []
        self.order = 0
        self.asked, self.ask_at = -1.0, math.inf
        self.seats: dict[int, _Seat] = {}
        self.idle: dict[int, None] = {}
        self.waiting: dict[int, None] = {}
        self.calls: dict[int, tuple[Contact, bool]] = {}
        """With whether a person answers it, if anybody does."""
        self.wrap_up_s: dict[int, float] = {}
        self.reserved: dict[int, int] = {}
        """Call -> agent."""
        self.handlers: dict[int, Callable[[int], None]] = {
            ANSWER: self.answer,
            OVER: self.over,
            MACHINE: self.machine,
            PERSON: self.person,
            DEADLINE: self.deadline,
            TALKED: self.talked,
            WRAPPED: self.free,
            COMES: self.comes,
            GOES: self.goes,
        }

    def run(self) -> DayFigures:
        self.policy.begin_day(self.floor, self.zero)
        for number, visit in enumerate(self.day.visits):
            self.after(visit.from_s, COMES, number)
            self.after(visit.to_s, GOES, number)
        while self.heap:
            self.now, _, kind, what = heappop(self.heap)
            self.floor.now = self.zero + self.now
            if kind == ASK:
                if self.now == self.ask_at:
                    self.ask()
                continue
            self.handlers[kind](what)
            if self.ask_at > self.now:
                self.ask_again(max(self.now, self.asked + GAP_S))
        return self.figures

    def after(self, seconds: float, kind: int, what: int) -> None:
        self.order += 1
        heappush(self.heap, (self.now + seconds, self.order, kind, what))

    def tell(self, agent: int, status: str) -> None:
        visit = self.seats[agent].visit
        leaving_at = self.zero + visit.to_s if visit.announced else None
        self.policy.agent(agent, status, leaving_at, self.zero + self.now)

    # ---- dialling ----------------------------------------------------------------------------------------------

    def ask_again(self, at: float) -> None:
        if at < self.design.day_s:
            self.ask_at = at
            self.order += 1
            heappush(self.heap, (at, self.order, ASK, 0))

    def ask(self) -> None:
        self.ask_at, self.asked = math.inf, self.now
        launches, reserve, look_at = self.policy.dial(self.zero + self.now)
        for segment, count in launches:
            for _ in range(count):
                if not reserve:
                    self.launch(segment, None)
                elif self.idle:
                    self.launch(segment, next(iter(self.idle)))
        for call in self.policy.let_go(self.zero + self.now):
            self.over(call)
        self.ask_again(max(look_at - self.zero, self.now + GAP_S))

    def launch(self, segment: int, agent: int | None) -> None:
        design = self.design
        contact = next(self.simulation.lists[segment])
        self.simulation.calls = call = self.simulation.calls + 1
        self.figures.launched += 1
        person = contact.answer_u < self.day.rate(self.now + contact.answer_s, design.segments[segment][1])
        self.calls[call] = (contact, person)
        self.floor.in_flight += 1
        if person:
            self.after(contact.answer_s, ANSWER, call)
        elif contact.other_u < design.machines:
            self.after(min(design.ring_s - 0.1, 12.0 + contact.detect_s * 3), ANSWER, call)
        else:
            self.after(contact.other_s, OVER, call)
        if agent is not None:
            self.no_longer_idle(agent, "reserved")
            self.reserved[call] = agent
            self.tell(agent, "reserved")
        self.policy.launched(call, segment, agent is not None, self.zero + self.now)

    def over(self, call: int) -> None:
        if call not in self.calls:
            return  # it was given up
        self.floor.in_flight -= 1
        self.fruitless(call, "no_answer")

    def answer(self, call: int) -> None:
        if call not in self.calls:
            return
        contact, person = self.calls[call]
        self.floor.in_flight -= 1
        self.policy.answered(call, self.zero + self.now)
        if not self.design.detection:
            self.person(call)
            return
        taken_for_machine = contact.pass_u < LOST_PERSONS if person else contact.pass_u >= MISSED_MACHINES
        self.after(contact.detect_s, MACHINE if taken_for_machine else PERSON, call)

    def machine(self, call: int) -> None:
        self.fruitless(call, "machine")

    def fruitless(self, call: int, result: str) -> None:
        del self.calls[call]
        self.policy.ended(call, result, self.zero + self.now)
        agent = self.reserved.pop(call, None)
        if agent is not None:
            self.idled(agent)
            self.free(agent)

    def person(self, call: int) -> None:
        """A person, or a machine taken for one, needs an agent now."""
        self.figures.answered += 1
        self.floor.answered += 1
        self.policy.person(call, self.zero + self.now)
        agent = self.reserved.pop(call, None)
        if agent is not None:
            self.idled(agent)
            self.connect(call, agent)
        elif self.idle:
            agent = next(iter(self.idle))
            self.no_longer_idle(agent, "talking")
            self.connect(call, agent)
        else:
            self.waiting[call] = None
            self.floor.waiting += 1
            self.after(PATIENCE_S, DEADLINE, call)

    def deadline(self, call: int) -> None:
        if call in self.waiting:
            del self.waiting[call], self.calls[call]
            self.floor.waiting -= 1
            self.figures.abandoned += 1
            self.floor.abandoned += 1
            self.policy.ended(call, "abandoned", self.zero + self.now)

    # ---- agents ------------------------------------------------------------------------------------------------

    def connect(self, call: int, agent: int) -> None:
        contact, person = self.calls.pop(call)
        seat = self.seats[agent]
        seat.status, seat.since = "talking", self.now
        self.floor.talking += 1
        self.figures.connected += 1
        talk_s = contact.talk_s if person else MACHINE_TALK_S
        if person:
            self.figures.talk_s += max(0.0, min(self.now + talk_s, self.design.day_s) - self.now)
        self.wrap_up_s[agent] = contact.wrap_s if person else MACHINE_WRAP_UP_S
        self.after(talk_s, TALKED, agent)
        self.policy.connected(call, agent, self.zero + self.now)

    def talked(self, agent: int) -> None:
        self.seats[agent].status = "wrapping"
        self.floor.talking -= 1
        self.tell(agent, "wrapping")
        self.after(self.wrap_up_s[agent], WRAPPED, agent)

    def free(self, agent: int) -> None:
        """Goes, takes who waits longest, or is idle."""
        seat = self.seats[agent]
        seat.status, seat.since = "idle", self.now
        self.idle[agent] = None
        self.floor.idle += 1
        if self.now >= min(seat.visit.to_s, self.design.day_s):
            self.leave(agent)
            return
        self.tell(agent, "idle")
        if self.waiting:
            call = next(iter(self.waiting))
            del self.waiting[call]
            self.floor.waiting -= 1
            self.no_longer_idle(agent, "talking")
            self.connect(call, agent)

    def comes(self, number: int) -> None:
        visit = self.day.visits[number]
        seat = self.seats.get(visit.agent)
        if seat is not None:
            # still on a call from before his break, which he goes without
            seat.visit = visit._replace(from_s=seat.visit.from_s)
        elif visit.to_s > self.now:
            self.seats[visit.agent] = _Seat(self.now, "idle", visit._replace(from_s=self.now))
            self.floor.agents += 1
            self.free(visit.agent)

    def goes(self, number: int) -> None:
        agent = self.day.visits[number].agent
        seat = self.seats.get(agent)
        if seat is not None and seat.status == "idle" and seat.visit.to_s <= self.now:
            self.leave(agent)

    def leave(self, agent: int) -> None:
        self.no_longer_idle(agent, "away")
        seat = self.seats.pop(agent)
        self.figures.staffed_s += max(0.0, min(self.now, self.design.day_s) - seat.visit.from_s)
        self.floor.agents -= 1
        self.policy.agent(agent, "away", None, self.zero + self.now)

    def no_longer_idle(self, agent: int, status: str) -> None:
        self.idled(agent)
        del self.idle[agent]
        self.floor.idle -= 1
        self.seats[agent].status = status

    def idled(self, agent: int) -> None:
        """Counts the time without a call until now."""
        seat = self.seats[agent]
        self.figures.idle_s += max(0.0, min(self.now, self.design.day_s) - seat.since)
        seat.since = self.now
