"""The days of a world, event by event, with one policy.

Rules for all: a callee who answers waits at most ``PATIENCE_S`` for an agent, then he is abandoned; the longest idle
agent takes the one who has waited longest; an agent whose time is up goes at once when idle, else after his wrap-up,
but not while a call is promised to him. A policy is asked after anything that happened, at most every ``GAP_S``, and
when it wants to be. Nothing is dialled after the day; what is in flight then still counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from benchmarks.dialer.world import Contact, Day, Visit, World

PATIENCE_S = 2.0
GAP_S = 0.5
LOST_PERSONS, MISSED_MACHINES = 0.03, 0.08
"""Errors of the machine detection: shares of the persons taken for machines, and of the machines for persons."""
ANSWER, OVER, PERSON, DEADLINE, TALKED, WRAPPED, COMES, GOES, ASK = range(9)


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
    be asked again at the latest."""

    def begin_day(self, floor: Floor, now: float) -> None: ...
    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None: ...
    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None: ...
    def answered(self, call: int, now: float) -> None: ...
    def person(self, call: int, now: float) -> None: ...
    def connected(self, call: int, agent: int, now: float) -> None: ...
    def ended(self, call: int, result: str, now: float) -> None: ...
    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]: ...


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
    since: float
    status: str
    visit: Visit
    reserved: int = 0


@dataclass(slots=True)
class _Talk:
    contact: Contact
    person: bool


class Simulation:
    """Runs the days of ``world`` with ``policy``; ``days`` has the figures of each."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world, self.policy = world, policy
        self.lists = [world.contacts(number) for number in range(len(world.design.segments))]
        self.days: list[DayFigures] = []
        self._call = 0

    def run(self) -> list[DayFigures]:
        for number, day in enumerate(self.world.days):
            self.days.append(self._run_day(day, number * 86_400.0))
        return self.days

    def _run_day(self, day: Day, zero: float) -> DayFigures:
        design, policy, figures = self.world.design, self.policy, DayFigures()
        day_s = design.day_s
        floor = Floor(day_s)
        heap: list[tuple[float, int, int, int]] = []
        order = 0
        seats: dict[int, _Seat] = {}
        idle: dict[int, None] = {}
        waiting: dict[int, None] = {}
        calls: dict[int, tuple[Contact, int, bool]] = {}
        talks: dict[int, tuple[float, float, bool]] = {}
        reserved: dict[int, int] = {}
        visits = day.visits
        policy.begin_day(floor, zero)
        for number, visit in enumerate(visits):
            order += 1
            heappush(heap, (visit.from_s, order, COMES, number))
            order += 1
            heappush(heap, (visit.to_s, order, GOES, number))
        asked, ask_at = -1.0, float("inf")
        now = 0.0

        def connect(call: int, agent: int) -> None:
            nonlocal order
            contact, kind, _ = calls.pop(call)
            seat = seats[agent]
            if seat.status == "idle":
                figures.idle_s += max(0.0, min(now, day_s) - seat.since)
                floor.idle -= 1
                del idle[agent]
            seat.status, seat.since, seat.reserved = "talking", now, 0
            floor.talking += 1
            person = kind == 0
            length = contact.talk_s if person else 6.0
            figures.connected += 1
            if person:
                figures.talk_s += max(0.0, min(now + length, day_s) - now)
            talks[agent] = (contact.wrap_s if person else 2.0, now, person)
            order += 1
            heappush(heap, (now + length, order, TALKED, agent))
            policy.connected(call, agent, zero + now)

        def leave(agent: int) -> None:
            seat = seats.pop(agent)
            if seat.status == "idle":
                figures.idle_s += max(0.0, min(now, day_s) - seat.since)
                floor.idle -= 1
                del idle[agent]
            figures.staffed_s += max(0.0, min(now, day_s) - seat.visit.from_s)
            floor.agents -= 1
            policy.agent(agent, "away", None, zero + now)

        def free(agent: int) -> None:
            """He is free: goes, takes who waits longest, or is idle."""
            seat = seats[agent]
            seat.reserved = 0
            if now >= seat.visit.to_s or now >= day_s:
                leave(agent)
                return
            seat.status, seat.since = "idle", now
            idle[agent] = None
            floor.idle += 1
            policy.agent(agent, "idle", zero + seat.visit.to_s if seat.visit.announced else None, zero + now)
            if waiting:
                call = next(iter(waiting))
                del waiting[call]
                floor.waiting -= 1
                connect(call, agent)

        while heap:
            at, _, kind, what = heappop(heap)
            now = at
            floor.now = zero + now
            if kind == ASK:
                if at != ask_at:
                    continue
                ask_at = float("inf")
                asked = now
                if now >= day_s:
                    continue
                launches, reserve, look_at = policy.dial(zero + now)
                for segment, count in launches:
                    factor = design.segments[segment][1]
                    for _ in range(count):
                        agent = None
                        if reserve:
                            agent = next((each for each in idle), None)
                            if agent is None:
                                break
                        contact = next(self.lists[segment])
                        self._call += 1
                        call = self._call
                        figures.launched += 1
                        rate = day.rate(now + contact.answer_s, factor)
                        if contact.answer_u < rate:
                            outcome, event, after = 0, ANSWER, contact.answer_s
                        elif contact.other_u < design.machines:
                            outcome, event, after = 1, ANSWER, min(design.ring_s - 0.1, 12.0 + contact.detect_s * 3)
                        else:
                            outcome, event, after = 2, OVER, contact.other_s
                        calls[call] = (contact, outcome, agent is not None)
                        floor.in_flight += 1
                        order += 1
                        heappush(heap, (now + after, order, event, call))
                        if agent is not None:
                            seat = seats[agent]
                            figures.idle_s += max(0.0, now - seat.since)
                            seat.since = now
                            seat.status, seat.reserved = "reserved", call
                            del idle[agent]
                            floor.idle -= 1
                            reserved[call] = agent
                            policy.agent(agent, "reserved", None, zero + now)
                        policy.launched(call, segment, agent is not None, zero + now)
                look_at = max(look_at - zero, now + GAP_S)
                if look_at < day_s:
                    ask_at = look_at
                    order += 1
                    heappush(heap, (ask_at, order, ASK, order))
                continue
            if kind == OVER:
                del calls[what]
                floor.in_flight -= 1
                policy.ended(what, "no_answer", zero + now)
                self._release(what, reserved, seats, figures, free, now)
            elif kind == ANSWER:
                contact, outcome, _ = calls[what]
                floor.in_flight -= 1
                policy.answered(what, zero + now)
                if design.detection:
                    machine = contact.pass_u >= MISSED_MACHINES if outcome == 1 else contact.pass_u < LOST_PERSONS
                    order += 1
                    heappush(heap, (now + contact.detect_s, order, OVER + 100 if machine else PERSON, what))
                else:
                    order += 1
                    heappush(heap, (now, order, PERSON, what))
            elif kind == OVER + 100:
                del calls[what]
                policy.ended(what, "machine", zero + now)
                self._release(what, reserved, seats, figures, free, now)
            elif kind == PERSON:
                figures.answered += 1
                floor.answered += 1
                policy.person(what, zero + now)
                agent = reserved.pop(what, None)
                if agent is not None:
                    seats[agent].status = "reserved"
                    figures.idle_s += max(0.0, min(now, day_s) - seats[agent].since)
                    connect(what, agent)
                elif idle:
                    connect(what, next(iter(idle)))
                else:
                    waiting[what] = None
                    floor.waiting += 1
                    order += 1
                    heappush(heap, (now + PATIENCE_S, order, DEADLINE, what))
            elif kind == DEADLINE:
                if what not in waiting:
                    continue
                del waiting[what]
                floor.waiting -= 1
                del calls[what]
                figures.abandoned += 1
                floor.abandoned += 1
                policy.ended(what, "abandoned", zero + now)
            elif kind == TALKED:
                seats[what].status = "wrapping"
                floor.talking -= 1
                seat = seats[what]
                policy.agent(what, "wrapping", zero + seat.visit.to_s if seat.visit.announced else None, zero + now)
                order += 1
                heappush(heap, (now + talks[what][0], order, WRAPPED, what))
            elif kind == WRAPPED:
                free(what)
            elif kind == COMES:
                visit = visits[what]
                if visit.agent in seats or visit.to_s <= now:
                    if visit.agent in seats:
                        seats[visit.agent].visit = visit._replace(from_s=seats[visit.agent].visit.from_s)
                    continue
                seats[visit.agent] = _Seat(now, "idle", visit._replace(from_s=now))
                floor.agents += 1
                free(visit.agent)
            elif kind == GOES:
                agent = visits[what].agent
                if agent in seats and seats[agent].status == "idle" and seats[agent].visit.to_s <= now:
                    leave(agent)
            if ask_at > now and now < day_s:
                ask_at = max(now, asked + GAP_S)
                order += 1
                heappush(heap, (ask_at, order, ASK, order))
        return figures

    def _release(self, call, reserved, seats, figures, free, now) -> None:
        agent = reserved.pop(call, None)
        if agent is not None:
            seat = seats[agent]
            figures.idle_s += max(0.0, min(now, self.world.design.day_s) - seat.since)
            free(agent)
