"""Some hours of a campaign, simulated with its own pacing and what it learned: what so many agents would bring. Pure.

One agent talks, wraps up and is idle again; one call is answered by a person after a while, or not. Times are drawn
from exponential distributions with the means that were seen. The same ``seed`` gives the same luck: two numbers of
agents are compared with the same draws.
"""

from __future__ import annotations

import copy
import heapq
from collections import deque
from dataclasses import dataclass, field
from random import Random

from tandem.routing.core.dialer.pacing import Learned, Pacer
from tandem.routing.core.dialer.pacing_settings import DayCount, PacingSettings

LINES = 10_000
MOST_EVENTS = 60_000
CONNECTS = 200.0
"""So many talks are looked at, more or less."""
_LEAST_S, _MOST_S = 1_800.0, 4 * 3_600.0
WARM_UP_S = 300.0
"""Of the simulated time, or a quarter of it: what happens then is not counted, because everybody begins at once."""
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


def simulate(world: World, agents: int, *, hours_s: float, seed: int) -> Figures:
    """Raises ValueError: nobody works."""
    if agents < 1:
        raise ValueError("nobody works")
    return _Run(world, agents, seed).through(hours_s)


class _Run:
    def __init__(self, world: World, agents: int, seed: int) -> None:
        self._world = world
        self._agents = agents
        self._random = Random(seed)  # noqa: S311  # luck of a simulation
        self._pacer = Pacer(world.settings, copy.deepcopy(world.learned))
        self._pacer.new_day(0.0)
        self._pacer.history(world.days, world.today)
        self._events: list[tuple[float, int, str, str]] = []
        self._count = 0
        self._idle: dict[str, float] = {}
        self._reserved: dict[str, str] = {}
        """Call -> the agent who was taken for it."""
        self._waiting: deque[str] = deque()
        self._talks = self._lost = self._persons = self._dialled = 0
        self._talk_s = self._wait_s = self._line_s = 0.0
        self._in_flight = 0
        self._look_at = 0.0

    def through(self, hours_s: float) -> Figures:
        for number in range(self._agents):
            agent = f"a{number}"
            self._pacer.agent(agent, "wrapping", now=0.0)
            cycle_s = self._world.talk_s + self._world.wrap_up_s
            self._later(self._random.uniform(0.0, cycle_s), "free", agent)
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
        )

    def _count_anew(self) -> None:
        self._talks = self._lost = self._persons = self._dialled = 0
        self._talk_s = self._wait_s = self._line_s = 0.0

    def _later(self, at: float, kind: str, name: str) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, kind, name))

    def _draw(self, mean_s: float) -> float:
        return self._random.expovariate(1.0 / max(mean_s, 0.1))

    # ---- deciding

    def _decide(self, now: float) -> None:
        decision = self._pacer.decide(now=now, segments={"": _PLENTY}, lines=LINES - self._in_flight)
        for _ in range(decision.total):
            self._launch(now, reserved=decision.reserved_only)
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
        self._pacer.launched(call, "", now=now, reserved=reserved)
        if self._random.random() < self._world.answer_rate:
            self._later(now + self._draw(self._world.answer_s), "answered", call)
        else:
            longest = self._world.settings.ring_s
            self._later(now + min(longest, self._draw(self._world.other_s)), "unanswered", call)

    # ---- calls

    def _unanswered(self, call: str, now: float) -> None:
        self._in_flight -= 1
        self._pacer.ended(call, "no_answer", now=now)
        agent = self._reserved.pop(call, None)
        if agent is not None:
            self._free(agent, now)

    def _answered(self, call: str, now: float) -> None:
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
        talk_s = self._draw(self._world.talk_s)
        self._talk_s += talk_s
        self._later(now + talk_s, "talked", f"{agent} {call}")

    def _talked(self, both: str, now: float) -> None:
        agent, call = both.split(" ")
        self._pacer.ended(call, "talked", now=now)
        self._pacer.agent(agent, "wrapping", now=now)
        self._later(now + self._draw(self._world.wrap_up_s), "free", agent)

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
