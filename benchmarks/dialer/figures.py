"""What the days of a policy come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.dialer.simulate import DayFigures

WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Figures:
    """``utilisation``: talk time with persons / time agents were there. ``worst_window``: abandoned share of the worst
    ``WINDOW_DAYS`` days in a row (all of them when there are fewer)."""

    utilisation: float
    worst_utilisation: float
    wait_s: float
    abandoned: float
    worst_day: float
    worst_window: float
    over: int
    days: int
    lines_per_answer: float


def figures(runs: Sequence[Sequence[DayFigures]], limit: float = 0.03) -> Figures:
    """Of one or more worlds' days."""
    days = [day for run in runs for day in run]
    answered, abandoned = sum(day.answered for day in days), sum(day.abandoned for day in days)
    connected = sum(day.connected for day in days)
    shares = [day.abandoned / max(1, day.answered) for day in days]
    windows = []
    for run in runs:
        size = min(WINDOW_DAYS, len(run))
        for at in range(len(run) - size + 1):
            part = run[at : at + size]
            windows.append(sum(day.abandoned for day in part) / max(1, sum(day.answered for day in part)))
    return Figures(
        utilisation=sum(day.talk_s for day in days) / sum(day.staffed_s for day in days),
        worst_utilisation=min(day.talk_s / day.staffed_s for day in days),
        wait_s=sum(day.idle_s for day in days) / max(1, connected),
        abandoned=abandoned / max(1, answered),
        worst_day=max(shares),
        worst_window=max(windows),
        over=sum(share > limit for share in shares),
        days=len(days),
        lines_per_answer=sum(day.launched for day in days) / max(1, answered),
    )
