"""What a run comes to: service level by its four usual definitions and the rest."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.routing.simulate import Run
from benchmarks.routing.world import TARGET_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares are in %, times in seconds."""

    service_level: float
    """Answered in 20 s / (offered - abandoned in 20 s): the one that counts here."""
    of_offered: float
    """Answered in 20 s / offered."""
    of_answered: float
    """Answered in 20 s / answered."""
    with_abandoned: float
    """(Answered in 20 s + abandoned in 20 s) / offered."""
    worst_tenth: float
    """Service level of the tenth of the queues with the lowest, together."""
    vip: float
    gold: float
    abandoned: float
    asa_s: float
    """Mean wait of those who were answered."""
    excess_s: float
    """Mean of what everybody (answered or not) waited beyond 20 s."""
    occupancy: float
    gini: float
    """Spread of occupancy among peers (agents of a team): Gini coefficient, mean over the teams."""
    overtaking: float
    """Decisions that passed an earlier caller of the same queue and tier."""
    unlogged: int
    """Of these, how many without a rule written down (counted where the policy writes rules)."""
    illegal: int
    offered: int


LABELS = (
    ("service_level", "SL"),
    ("of_offered", "/offered"),
    ("of_answered", "/answered"),
    ("with_abandoned", "+abandoned"),
    ("worst_tenth", "worst 10th"),
    ("vip", "VIP"),
    ("gold", "gold"),
    ("abandoned", "abandoned"),
    ("asa_s", "ASA s"),
    ("excess_s", "excess s"),
    ("occupancy", "occupancy"),
    ("gini", "Gini"),
    ("overtaking", "overtaking"),
    ("unlogged", "unlogged"),
    ("illegal", "illegal"),
)


class _Tally:
    __slots__ = ("answered", "in_time", "left", "left_early", "offered")

    def __init__(self) -> None:
        self.offered = self.answered = self.in_time = self.left = self.left_early = 0

    def add(self, answered: bool, wait_s: float) -> None:
        self.offered += 1
        in_time = wait_s <= TARGET_S
        if answered:
            self.answered += 1
            self.in_time += in_time
        else:
            self.left += 1
            self.left_early += in_time

    @property
    def service_level(self) -> float:
        return _percent(self.in_time, self.offered - self.left_early)


def figures(run: Run) -> Figures:
    world = run.world
    everybody = _Tally()
    tiers = [_Tally() for _ in range(3)]
    queues = [_Tally() for _ in world.queues]
    waited = excess = 0.0
    for number, contact in enumerate(world.contacts):
        if not world.begins_s <= contact.arrival_s < world.ends_s:
            continue
        answered, wait_s = run.answered[number], run.wait_s[number]
        for tally in (everybody, tiers[contact.tier], queues[contact.queue]):
            tally.add(answered, wait_s)
        waited += wait_s if answered else 0.0
        excess += max(0.0, wait_s - TARGET_S)
    ranked = sorted((tally for tally in queues if tally.offered > tally.left_early), key=lambda t: t.service_level)
    worst = ranked[: max(1, round(len(ranked) / 10))]
    return Figures(
        service_level=everybody.service_level,
        of_offered=_percent(everybody.in_time, everybody.offered),
        of_answered=_percent(everybody.in_time, everybody.answered),
        with_abandoned=_percent(everybody.in_time + everybody.left_early, everybody.offered),
        worst_tenth=_percent(sum(t.in_time for t in worst), sum(t.offered - t.left_early for t in worst)),
        vip=tiers[0].service_level,
        gold=tiers[1].service_level,
        abandoned=_percent(everybody.left, everybody.offered),
        asa_s=waited / max(1, everybody.answered),
        excess_s=excess / max(1, everybody.offered),
        occupancy=_percent(sum(run.busy_s), sum(run.staffed_s)),
        gini=_peers_gini(run),
        overtaking=_percent(run.overtaking, run.decisions),
        unlogged=run.unlogged,
        illegal=len(run.illegal),
        offered=everybody.offered,
    )


def _percent(part: float, whole: float) -> float:
    return 100.0 * part / whole if whole else 0.0


def _peers_gini(run: Run) -> float:
    teams: dict[int, list[float]] = {}
    for agent, busy_s, staffed_s in zip(run.world.agents, run.busy_s, run.staffed_s, strict=True):
        if staffed_s > 0:
            teams.setdefault(agent.team, []).append(busy_s / staffed_s)
    return statistics.fmean(gini(team) for team in teams.values())


def gini(values: Sequence[float]) -> float:
    """0: all alike; towards 1: one has all."""
    total, count = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sorted(values)
    return 2 * sum(rank * value for rank, value in enumerate(ranked, 1)) / (count * total) - (count + 1) / count


def mean(of: Iterable[float]) -> float:
    return statistics.fmean(of)


_T_975 = {
    1: 12.71,
    2: 4.30,
    3: 3.18,
    4: 2.78,
    5: 2.57,
    6: 2.45,
    7: 2.36,
    8: 2.31,
    9: 2.26,
    10: 2.23,
    15: 2.13,
    20: 2.09,
}


def half_width(differences: Sequence[float]) -> float:
    """Of the 95 % confidence interval of their mean (Student's t); infinite for a single one."""
    if len(differences) < 2:
        return math.inf
    degrees = len(differences) - 1
    t = next((_T_975[known] for known in sorted(_T_975, reverse=True) if known <= degrees), 12.71)
    return t * statistics.stdev(differences) / math.sqrt(len(differences))
