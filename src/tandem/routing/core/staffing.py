"""How many agents it takes: Erlang-C and Erlang-A, exactly, for one to many thousands of agents.

Calls arrive by chance (Poisson), take an exponential time, and wait in one line for any of ``agents`` agents; in
Erlang-A each caller also has an exponential patience. Formulas and sources: docs/reference/staffing.md. Everything is
computed from logarithms of ratios and sums of positive terms, so nothing overflows and nothing cancels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, expm1, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 50.0
"""What is e to this power smaller than the rest is left out."""
_PANELS = 64
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``calls_per_s`` and ``handle_s`` (talk and wrap-up, mean) over 0; ``patience_s``: mean, None for callers who
    never give up (Erlang-C)."""

    calls_per_s: float
    handle_s: float
    patience_s: float | None = None

    @property
    def erlangs(self) -> float:
        """Offered work: agents who would be busy if nobody gave up."""
        return self.calls_per_s * self.handle_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """In the long run. ``service_level``: answered within the target / (offered - given up within the target), the
    usual one (see docs/explanation/routing.md); the other shares are of all callers, 0..1."""

    agents: int
    wait_share: float
    """Who is not answered at once."""
    service_level: float
    answered_in_target: float
    abandon_share: float
    abandoned_in_target: float
    asa_s: float
    """Mean wait of answered callers; inf when the line grows without end."""
    occupancy: float
    """Share of the agents' time that is work; 1 when there are none."""


def perform(load: Load, agents: int, *, target_s: float = 20.0) -> Performance:
    """What ``agents`` (0 or more) agents do with this load. Without patience, and with no more agents than erlangs, the
    line grows without end: nobody is answered in time. Raises ValueError for a load that is not over 0."""
    if load.calls_per_s <= 0 or load.handle_s <= 0 or (load.patience_s is not None and load.patience_s <= 0):
        raise ValueError("calls_per_s, handle_s and patience_s must be over 0")
    if agents < 0 or target_s < 0:
        raise ValueError("agents and target_s must not be under 0")
    if load.patience_s is None:
        return _erlang_c(load, agents, target_s)
    return _erlang_a(load, agents, target_s, load.patience_s)


def blocked(erlangs: float, agents: int) -> float:
    """Erlang-B: the share of calls that find all agents busy when nobody can wait."""
    return exp(-_log_busy(erlangs, agents))


def delayed(erlangs: float, agents: int) -> float:
    """Erlang-C: the share of callers who wait. 1 when there are no more agents than erlangs."""
    if agents <= erlangs:
        return 1.0
    blocking = blocked(erlangs, agents)
    return blocking / (1.0 - erlangs / agents * (1.0 - blocking))


def _log_busy(erlangs: float, agents: int) -> float:
    """log(1 / Erlang-B): weight of all states up to "all busy, nobody waits", in units of that one's."""
    steps = np.cumsum(np.log(np.arange(agents, 0, -1) / erlangs))
    return float(np.logaddexp.reduce(np.append(0.0, steps)))


def _erlang_c(load: Load, agents: int, target_s: float) -> Performance:
    spare = agents - load.erlangs
    endless = spare <= 0
    waits = delayed(load.erlangs, agents)
    in_target = 0.0 if endless else 1.0 - waits * exp(-spare * target_s / load.handle_s)
    return Performance(
        agents=agents,
        wait_share=waits,
        service_level=in_target,
        answered_in_target=in_target,
        abandon_share=0.0,
        abandoned_in_target=0.0,
        asa_s=inf if endless else waits * load.handle_s / spare,
        occupancy=1.0 if endless else load.erlangs / agents,
    )


def _erlang_a(load: Load, agents: int, target_s: float, patience_s: float) -> Performance:
    if agents == 0:
        gone = -expm1(-target_s / patience_s)
        return Performance(
            agents=0, wait_share=1.0, service_level=0.0, answered_in_target=0.0, abandon_share=1.0,
            abandoned_in_target=gone, asa_s=inf, occupancy=1.0,
        )  # fmt: skip
    leave, release = 1.0 / patience_s, agents / load.handle_s

    def log_density(offered_s: Floats) -> Floats:
        """Of the wait that a patient caller would have, over 0, but for a factor."""
        return -load.calls_per_s * patience_s * np.expm1(-leave * offered_s) - release * offered_s

    # It rises, if at all, until the line is as long as it keeps itself, and falls ever faster from there.
    top_s = max(0.0, patience_s * log(load.calls_per_s / release)) if load.calls_per_s > release else 0.0
    end_s = top_s + 1.0 / release
    highest = float(log_density(np.array(top_s)))
    while highest - float(log_density(np.array(end_s))) < _NEGLIGIBLE:
        end_s = top_s + 2.0 * (end_s - top_s)
    knee_s = min(end_s, top_s + 8.0 / sqrt(load.calls_per_s * leave))
    offered_s, width_s = _nodes(knee_s, end_s, target_s)
    density = np.exp(log_density(offered_s) - highest) * width_s
    scale = log(release) + highest
    # Callers who are answered at once, in the same unit: all states but those in which all agents are busy.
    log_busy = _log_busy(load.erlangs, agents)
    log_free = log_busy + log(-expm1(-log_busy))
    total = float(density.sum()) + exp(min(500.0, log_free - scale))
    density /= total

    soon = offered_s <= target_s
    served, lost = density * np.exp(-leave * offered_s), -density * np.expm1(-leave * offered_s)
    waiting = float(density.sum())
    in_target = 1.0 - waiting + float(served[soon].sum())
    # Who would have waited longer than the target may still have given up before it.
    lost_in_target = float(lost[soon].sum()) - expm1(-leave * target_s) * float(density[~soon].sum())
    answered = 1.0 - waiting + float(served.sum())
    return Performance(
        agents=agents,
        wait_share=waiting,
        service_level=min(1.0, in_target / (1.0 - lost_in_target)) if lost_in_target < 1.0 else 0.0,
        answered_in_target=in_target,
        abandon_share=float(lost.sum()),
        abandoned_in_target=lost_in_target,
        asa_s=float((served * offered_s).sum()) / answered,
        occupancy=load.erlangs * answered / agents,
    )


def _nodes(knee_s: float, end_s: float, target_s: float) -> tuple[Floats, Floats]:
    """Points and weights to integrate over 0..end (Gauss-Legendre in panels): equal panels up to the knee, growing ones
    from there, and a border between two at the target."""
    grid = np.linspace(0.0, 1.0, _PANELS + 1)
    edges = np.concatenate((knee_s * grid, knee_s + (end_s - knee_s) * grid[1:] ** 3))
    if 0.0 < target_s < end_s:
        edges = np.sort(np.append(edges, target_s))
    half = (edges[1:] - edges[:-1])[:, None] / 2
    return ((edges[:-1, None] + half) + half * _POINTS).ravel(), (half * _WEIGHTS).ravel()


# ---- agents for a target ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that is given must hold."""

    service_level: float | None = 0.8
    in_s: float = 20.0
    asa_s: float | None = None
    abandon_share: float | None = None
    occupancy: float | None = None

    def met_by(self, performance: Performance) -> bool:
        return (
            (self.service_level is None or performance.service_level >= self.service_level)
            and (self.asa_s is None or performance.asa_s <= self.asa_s)
            and (self.abandon_share is None or performance.abandon_share <= self.abandon_share)
            and (self.occupancy is None or performance.occupancy <= self.occupancy)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """``performance.agents`` at work; ``rostered``: so many must be on the roster for that."""

    performance: Performance
    rostered: int


def staff(load: Load, target: Target, *, shrinkage: float = 0.0, most: int = 100_000) -> Staffing:
    """The least number of agents that meets the target. ``shrinkage`` (0..under 1): share of the rostered time in which
    an agent is not there (breaks, meetings, illness). Raises ValueError for a target that no number up to ``most``
    meets (a service level of 1) and for a shrinkage out of range."""
    if not 0.0 <= shrinkage < 1.0:
        raise ValueError("shrinkage must be 0 or more and under 1")

    def met(agents: int) -> bool:
        return target.met_by(perform(load, agents, target_s=target.in_s))

    # Every quantity gets better with each agent, so the least number can be halved in.
    low, high = -1, max(1, ceil(load.erlangs))
    while not met(high):
        if high >= most:
            raise ValueError(f"no number of agents up to {most} meets the target")
        low, high = high, min(most, 2 * high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle, high)
    return Staffing(
        performance=perform(load, high, target_s=target.in_s), rostered=ceil(high / (1.0 - shrinkage) - 1e-9)
    )
