"""Some hours of a campaign, simulated with its own pacing and what it learned: what so many agents would bring. Pure.

One agent talks, wraps up and is idle again; one call is answered by a person after a while, or not. Times are drawn
from exponential distributions with the means that were seen.

Two numbers of agents are compared with common random numbers: with the same ``seed`` the n-th call has the same answer
after the same time, and the k-th talk of an agent the same length, whoever else works. An agent's talks and wrap-ups
are stratified besides: of each ``STRATA`` in a row one falls into each ``STRATA``-th part of the distribution, which
leaves the distribution as it is and takes most of the chance out of how many there are in an hour (Law, Simulation
Modeling and Analysis, 5th ed., ch. 11).
"""

from __future__ import annotations

import copy
import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import log, sqrt
from random import Random
from statistics import fmean, stdev

from tandem.routing.core.dialer.pacing import Learned, Pacer
from tandem.routing.core.dialer.pacing_settings import DayCount, PacingSettings

LINES = 10_000
MOST_EVENTS = 60_000
CONNECTS = 100.0
"""So many talks are looked at in one run, more or less."""
_LEAST_S, _MOST_S = 600.0, 2 * 3_600.0
WARM_UP_S = 300.0
"""Of the simulated time, or a quarter of it: what happens then is not counted, because everybody begins at once."""
STRATA = 16
_T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36)
"""Student's t, 97.5 %, of 1, 2, ... degrees of freedom."""
_PLENTY = 1_000_000
"""Leads that may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``answer_rate``: of the calls that are launched. ``answer_s``: launch to answer, ``other_s``: to the end of a
    call that nobody answers; ``days``: before today, ``today``: so far."""

    settings: PacingSettings
    learned: Learned
    answer_rate: float
    talk_s: float
    wrap_up_s: float
    answer_s: float
    other_s: float
    days: tuple[DayCount, ...] = ()
    today: DayCount = field(default_factory=DayCount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of ``hours_s`` simulated seconds. ``lines_per_agent``: calls in flight per agent at work, on average."""

    agents: int
    hours_s: float
    talk_ratio: float
    wait_s: float | None
    connects_per_hour: float
    dialled_per_hour: float
    lines_per_agent: float
    abandon_ratio: float | None
    decisions: int = 0
    """What the simulation cost."""


def hours_for(world: World, agents: int) -> float:
    """Seconds to simulate."""
    cycle_s = world.talk_s + world.wrap_up_s + max(5.0, world.settings.target_wait_s)
    return min(_MOST_S, max(_LEAST_S, CONNECTS * cycle_s / max(1, agents)))


def nothing(hours_s: float) -> Figures:
    """With nobody."""
    return Figures(
        agents=0,
        hours_s=hours_s,
        talk_ratio=0.0,
        wait_s=None,
        connects_per_hour=0.0,
        dialled_per_hour=0.0,
        lines_per_agent=0.0,
        abandon_ratio=None,
    )


def mean(figures: Sequence[Figures]) -> Figures:
    """Of several runs with as many agents over as many hours."""
    return replace(
        figures[0],
        talk_ratio=fmean(each.talk_ratio for each in figures),
        wait_s=_mean(each.wait_s for each in figures),
        connects_per_hour=fmean(each.connects_per_hour for each in figures),
        dialled_per_hour=fmean(each.dialled_per_hour for each in figures),
        lines_per_agent=fmean(each.lines_per_agent for each in figures),
        abandon_ratio=_mean(each.abandon_ratio for each in figures),
        decisions=sum(each.decisions for each in figures),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return fmean(found) if found else None


def margin(before: Sequence[Figures], after: Sequence[Figures]) -> float | None:
    """Half the width of the 95 % interval of how many talks an hour the second number of agents has more, from pairs of
    runs with the same luck; None: one pair does not say."""
    more = [then.connects_per_hour - now.connects_per_hour for now, then in zip(before, after, strict=True)]
    if len(more) < 2:
        return None
    return _T95[min(len(more) - 2, len(_T95) - 1)] * stdev(more) / sqrt(len(more))


def simulate(world: World, agents: int, *, hours_s: float, seed: int) -> Figures:
    """Raises ValueError: nobody works."""
    if agents < 1:
        raise ValueError("nobody works")
    return _Run(world, agents, seed).through(hours_s)


class _Run:
    def __init__(self, world: World, agents: int, seed: int) -> None:
        self._world = world
        self._agents = agents
        self._seed = seed
        self._strata: dict[str, tuple[Random, list[int]]] = {}
        self._calls = self._decisions = 0
        self._pacer = Pacer(world.settings, copy.deepcopy(world.learned))
        self._pacer.new_day(0.0)
        self._pacer.history(world.days, world.today)
        self._events: list[tuple[float, int, str, str]] = []
        self._count = 0
        self._idle: dict[str, float] = {}
        self._reserved: dict[str, str] = {}
        """Call -> the agent who was taken for it."""
        self._ringing: set[str] = set()
        self._waiting: deque[str] = deque()
        self._talks = self._lost = self._persons = self._dialled = 0
        self._talk_s = self._wait_s = self._line_s = 0.0
        self._in_flight = 0
        self._look_at = 0.0

    def through(self, hours_s: float) -> Figures:
        cycle_s = self._world.talk_s + self._world.wrap_up_s
        for number in range(self._agents):
            agent = f"a{number}"
            self._pacer.agent(agent, "wrapping", now=0.0)
            self._later(self._chance(f"begin {agent}").uniform(0.0, cycle_s), "free", agent)
        now = began = 0.0
        counted_from = min(WARM_UP_S, hours_s / 4.0)
        for _ in range(MOST_EVENTS):
            at, _, kind, name = heapq.heappop(self._events)
            if at >= hours_s:
                break
            if not began and at >= counted_from:
                began = now = at
                self._count_anew()
            self._line_s += self._in_flight * (at - now)
            now = at
            getattr(self, f"_{kind}")(name, now)
            self._decide(now)
        elapsed = max(now - began, 1.0)
        hours = elapsed / 3600.0
        return Figures(
            agents=self._agents,
            hours_s=elapsed,
            talk_ratio=min(1.0, self._talk_s / (elapsed * self._agents)),
            wait_s=self._wait_s / self._talks if self._talks else None,
            connects_per_hour=self._talks / hours,
            dialled_per_hour=self._dialled / hours,
            lines_per_agent=self._line_s / (elapsed * self._agents),
            abandon_ratio=self._lost / self._persons if self._persons else None,
            decisions=self._decisions,
        )

    def _count_anew(self) -> None:
        self._talks = self._lost = self._persons = self._dialled = 0
        self._talk_s = self._wait_s = self._line_s = 0.0

    def _later(self, at: float, kind: str, name: str) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, kind, name))

    def _chance(self, name: str) -> Random:
        """Of its own, whatever else is drawn."""
        return Random(f"{self._seed} {name}")  # noqa: S311  # luck of a simulation

    def _stratified(self, name: str, mean_s: float) -> float:
        """The next one of this name."""
        luck, strata = self._strata.setdefault(name, (self._chance(name), []))
        if not strata:
            strata += luck.sample(range(STRATA), STRATA)
        return -max(mean_s, 0.1) * log(1.0 - (strata.pop() + luck.random()) / STRATA)

    # ---- deciding

    def _decide(self, now: float) -> None:
        self._decisions += 1
        decision = self._pacer.decide(now=now, segments={"": _PLENTY}, lines=LINES - self._in_flight)
        for _ in range(decision.total):
            self._launch(now, reserved=decision.reserved_only)
        for call in self._pacer.let_go(now):
            self._ringing.discard(call)
            self._in_flight -= 1
            self._pacer.ended(call, "no_answer", now=now)
        if self._look_at <= now:
            self._look_at = max(decision.look_at, now + 1.0)
            self._later(self._look_at, "look", "")

    def _look(self, name: str, now: float) -> None:
        """Time has passed: that is all."""

    def _launch(self, now: float, *, reserved: bool) -> None:
        self._count += 1
        call = f"c{self._count}"
        if reserved:
            if not self._idle:
                return
            agent = next(iter(self._idle))
            self._reserved[call] = agent
            self._wait_s += now - self._idle.pop(agent)
            self._pacer.agent(agent, "reserved", now=now)
        self._dialled += 1
        self._in_flight += 1
        self._ringing.add(call)
        self._pacer.launched(call, "", now=now, reserved=reserved)
        self._pacer.ringing(call, now=now)
        self._calls += 1
        luck, world = self._chance(f"call {self._calls}"), self._world
        if luck.random() < world.answer_rate:
            self._later(now + luck.expovariate(1.0 / max(world.answer_s, 0.1)), "answered", call)
        else:
            rings_s = min(world.settings.ring_s, luck.expovariate(1.0 / max(world.other_s, 0.1)))
            self._later(now + rings_s, "unanswered", call)

    # ---- calls

    def _unanswered(self, call: str, now: float) -> None:
        if call not in self._ringing:
            return  # it was let go
        self._ringing.discard(call)
        self._in_flight -= 1
        self._pacer.ended(call, "no_answer", now=now)
        agent = self._reserved.pop(call, None)
        if agent is not None:
            self._free(agent, now)

    def _answered(self, call: str, now: float) -> None:
        if call not in self._ringing:
            return
        self._ringing.discard(call)
        self._persons += 1
        self._pacer.answered(call, now=now)
        agent = self._reserved.pop(call, None)
        if agent is None and self._idle:
            agent = next(iter(self._idle))
            self._wait_s += now - self._idle.pop(agent)
        if agent is not None:
            self._join(call, agent, now)
        else:
            self._waiting.append(call)
            self._later(now + self._world.settings.answer_within_s, "gave_up", call)

    def _join(self, call: str, agent: str, now: float) -> None:
        self._in_flight -= 1
        self._talks += 1
        self._pacer.connected(call, agent, now=now)
        self._pacer.agent(agent, "talking", now=now)
        talk_s = self._stratified(f"talks {agent}", self._world.talk_s)
        self._talk_s += talk_s
        self._later(now + talk_s, "talked", f"{agent} {call}")

    def _talked(self, both: str, now: float) -> None:
        agent, call = both.split(" ")
        self._pacer.ended(call, "talked", now=now)
        self._pacer.agent(agent, "wrapping", now=now)
        self._later(now + self._stratified(f"wraps {agent}", self._world.wrap_up_s), "free", agent)

    def _gave_up(self, call: str, now: float) -> None:
        if call in self._waiting:
            self._waiting.remove(call)
            self._in_flight -= 1
            self._lost += 1
            self._pacer.abandoned(call, now=now)
            self._pacer.ended(call, "abandoned", now=now)

    def _free(self, agent: str, now: float) -> None:
        if self._waiting:
            self._join(self._waiting.popleft(), agent, now)
        else:
            self._idle[agent] = now
            self._pacer.agent(agent, "idle", now=now)
