"""Shares of callers, and how sure one can be of them: intervals from counts."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals are of 95 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """``low <= value <= high``. A share is 0..1, a difference of shares -1..1."""

    value: float
    low: float
    high: float


def wilson(of_them: int, all_: int) -> Interval | None:
    """The share ``of_them / all_`` with its score interval (Wilson 1927), which stays inside 0..1 and is honest for few
    callers. None when there are none."""
    if all_ <= 0:
        return None
    share = of_them / all_
    z2 = _Z * _Z
    middle = (share + z2 / (2 * all_)) / (1 + z2 / all_)
    half = _Z * sqrt(share * (1 - share) / all_ + z2 / (4 * all_ * all_)) / (1 + z2 / all_)
    return Interval(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


def paired_difference(both: int, only_after: int, only_before: int, neither: int) -> Interval | None:
    """Share after - share before, of the same callers: method 10 of Newcombe 1998 (Statistics in Medicine 17, 2635),
    which joins the two score intervals by how much the two answers hang together. None when there are no callers."""
    count = both + only_after + only_before + neither
    after, before = wilson(both + only_after, count), wilson(both + only_before, count)
    if after is None or before is None:
        return None
    tie = _correlation(both, only_after, only_before, neither)
    difference = (only_after - only_before) / count
    down = _joined(after.value - after.low, before.high - before.value, tie)
    up = _joined(after.high - after.value, before.value - before.low, tie)
    return Interval(difference, max(-1.0, difference - down), min(1.0, difference + up))


def _joined(one: float, other: float, tie: float) -> float:
    return sqrt(max(0.0, one * one - 2 * tie * one * other + other * other))


def _correlation(both: int, only_after: int, only_before: int, neither: int) -> float:
    """Phi of the 2 x 2 table, corrected for continuity where it is positive, as the method asks for."""
    rows = (both + only_after) * (only_before + neither) * (both + only_before) * (only_after + neither)
    if rows == 0:
        return 0.0
    excess = float(both * neither - only_after * only_before)
    if excess > 0:
        excess = max(0.0, excess - (both + only_after + only_before + neither) / 2)
    return excess / sqrt(rows)
