"""Worlds of outbound campaigns: who answers when, how long talks and wrap-ups take, when agents are there.

Everything random is drawn here, beforehand: contact number n has the same draws whoever dials it and whenever (common
random numbers); whether he answers depends on the answer rate at the moment he would. Times are seconds; a day begins
at 0 and lasts ``Design.day_s``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

STEP_S = 30.0
"""The answer rate is constant for so long."""
_BLOCK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """``profile``: share of calls that a person answers, by hour of the day. ``drift``: standard deviation of the
    random walk of its logarithm in an hour. ``shifts``: sudden changes a day, each to ``shift`` times the profile, to
    the profile, or to its ``shift``th part. ``fixed_shifts``: (hour, factor) on every day. Talks: ``short_share`` are
    short (not interested), the rest log-normal, ``tail_share`` of all with a Pareto tail instead. ``machines``: of
    calls that no person answers."""

    agents: int
    day_s: float = 8 * 3600.0
    profile: tuple[float, ...] = (0.22, 0.26, 0.30, 0.27, 0.20, 0.24, 0.30, 0.34)
    drift: float = 0.15
    shifts: float = 0.0
    shift: float = 2.0
    fixed_shifts: tuple[tuple[float, float], ...] = ()
    answer_s: float = 9.0
    answer_spread: float = 0.45
    ring_s: float = 25.0
    busy: float = 0.12
    short_share: float = 0.35
    short_s: float = 16.0
    long_s: float = 85.0
    long_spread: float = 0.75
    tail_share: float = 0.03
    wrap_s: float = 10.5
    wrap_spread: float = 0.6
    machines: float = 0.0
    detection: bool = False
    break_every_s: float = 3600.0
    break_s: float = 420.0
    segments: tuple[tuple[str, float], ...] = (("list", 1.0),)
    """Name, and factor of the answer rate."""


class Contact(NamedTuple):
    """``answer_u``: answers when it is under the rate. ``pass_u``: the machine detection's error."""

    answer_u: float
    answer_s: float
    other_u: float
    other_s: float
    talk_s: float
    wrap_s: float
    detect_s: float
    pass_u: float


class Visit(NamedTuple):
    """An agent is there from ``from_s`` on; he goes when the call after ``to_s`` is over. ``announced``: the dialer is
    told beforehand."""

    agent: int
    from_s: float
    to_s: float
    announced: bool


@dataclass(slots=True)
class Day:
    design: Design
    rates: list[float]
    """Answer rate of each ``STEP_S``."""
    visits: list[Visit]

    def rate(self, at_s: float, factor: float = 1.0) -> float:
        step = int(at_s / STEP_S)
        return min(0.6, self.rates[min(step, len(self.rates) - 1)] * factor)


@dataclass(slots=True)
class World:
    design: Design
    seed: int
    days: list[Day]

    def contacts(self, segment: int) -> Iterator[Contact]:
        """The list of a segment, without end."""
        rng = np.random.default_rng([self.seed, 7, segment])
        while True:
            yield from map(Contact._make, zip(*_block(self.design, rng), strict=True))


def _block(design: Design, rng: np.random.Generator) -> list[list[float]]:
    n = _BLOCK
    spread = design.answer_spread
    answer_s = np.minimum(
        1.5 + design.answer_s * np.exp(rng.normal(-spread * spread / 2, spread, n)), design.ring_s - 0.1
    )
    other_u = rng.random(n)
    busy = rng.random(n) < design.busy
    other_s = np.where(busy, rng.uniform(1.0, 4.0, n), design.ring_s)
    short = rng.random(n) < design.short_share
    sigma = design.long_spread
    long_s = design.long_s * np.exp(rng.normal(-sigma * sigma / 2, sigma, n))
    tail = rng.random(n) < design.tail_share
    long_s = np.where(tail, design.long_s * 2.0 * (1 + rng.pareto(1.8, n)), long_s)
    talk_s = np.where(short, design.short_s * rng.gamma(2.0, 0.5, n), long_s)
    wrap_s = design.wrap_s * np.exp(rng.normal(-(design.wrap_spread**2) / 2, design.wrap_spread, n))
    detect_s = rng.uniform(1.2, 3.2, n)
    columns = (rng.random(n), answer_s, other_u, other_s, np.clip(talk_s, 2.0, 3600.0), wrap_s, detect_s, rng.random(n))
    return [column.tolist() for column in columns]


def make(design: Design, seed: int, days: int) -> World:
    rng = np.random.default_rng([seed, 11])
    return World(design, seed, [_day(design, rng) for _ in range(days)])


def _day(design: Design, rng: np.random.Generator) -> Day:
    steps = math.ceil(design.day_s / STEP_S) + 4
    hours = np.arange(steps) * STEP_S / 3600.0
    base = np.interp(hours, np.arange(len(design.profile)) + 0.5, design.profile)
    walk = np.cumsum(rng.normal(0.0, design.drift * math.sqrt(STEP_S / 3600.0), steps))
    level = np.log(base) + walk - walk.mean()
    shifted = np.zeros(steps)
    for at in sorted(rng.uniform(0.0, design.day_s / 3600.0, rng.poisson(design.shifts))):
        # to another of three levels, whatever it was
        shifted[hours >= at] = rng.choice([-1.0, 0.0, 1.0]) * math.log(design.shift)
    for hour, factor in design.fixed_shifts:
        level[hours >= hour] += math.log(factor)
    rates = np.clip(np.exp(level + shifted), 0.03, 0.5)
    return Day(design, rates.tolist(), sorted(_visits(design, rng), key=lambda visit: visit.from_s))


def _visits(design: Design, rng: np.random.Generator) -> Iterator[Visit]:
    """Each comes within the first minutes, has a lunch that is in the schedule, breaks that are not, and goes at the
    end of the day or, one in ten, before."""
    for agent in range(design.agents):
        here = float(rng.exponential(60.0)) if rng.random() > 0.1 else float(rng.uniform(0.0, 3600.0))
        goes = design.day_s if rng.random() > 0.1 else float(rng.uniform(0.75, 1.0)) * design.day_s
        lunch = float(rng.uniform(0.4, 0.6)) * design.day_s if design.day_s > 5 * 3600.0 else math.inf
        while here < goes:
            until = here + float(rng.exponential(design.break_every_s))
            announced = False
            if until >= min(lunch, goes):
                until, announced = min(lunch, goes), True
            yield Visit(agent, here, until, announced)
            if until == lunch:
                here, lunch = until + 1800.0, math.inf
            else:
                here = until + float(rng.exponential(design.break_s))


LOW = (0.08,) * 8
_ONE = Design(agents=5)
DESIGNS: dict[str, Design] = {
    "5": _ONE,
    "5-low": replace(_ONE, profile=LOW),
    "5-shifts": replace(_ONE, shifts=4.0),
    "15": replace(_ONE, agents=15),
    "15-shifts": replace(_ONE, agents=15, shifts=4.0),
    "15-low-shifts": replace(_ONE, agents=15, profile=LOW, shifts=4.0),
    "50": replace(_ONE, agents=50),
    "50-shifts": replace(_ONE, agents=50, shifts=4.0),
    "200": replace(_ONE, agents=200),
    "1000": replace(_ONE, agents=1000),
    "15-machines": replace(
        _ONE, agents=15, machines=0.35, detection=True, segments=(("mobile", 1.0), ("landline", 0.6))
    ),
}
