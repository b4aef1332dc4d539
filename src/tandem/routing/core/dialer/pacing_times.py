"""How long things take, learned from what was seen: the time to an answer, talks and wrap-ups by how long they last
already.

``Durations`` keeps a hazard (endings per second) for spans of the elapsed time; nothing is taken for memoryless, and
an ending seen is worth as much as a long talk that has not ended. ``Delays`` keeps a histogram of short delays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGES_S = (
    0.0,
    3.0,
    6.0,
    9.0,
    12.0,
    16.0,
    20.0,
    25.0,
    30.0,
    40.0,
    50.0,
    65.0,
    80.0,
    100.0,
    130.0,
    170.0,
    230.0,
    320.0,
    480.0,
    800.0,
    1600.0,
)
"""Beginnings of the spans of a duration."""
_SPANS = len(EDGES_S)
_EDGES = np.array(EDGES_S)
_WIDTHS = np.diff(_EDGES)
_KEEP = 0.998
"""What a duration counts after another one: the last five hundred matter."""
LONGEST_DELAY_S = 64
"""Delays are told apart up to here."""
_KEEP_DELAY = 0.998


@dataclass(slots=True)
class Durations:
    """``guess_s``: the mean taken for granted before anything was seen; it counts as ``_GUESSED`` endings in all."""

    guess_s: float
    ends: list[float] = field(default_factory=list)
    lasted_s: list[float] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        if not self.ends:
            # a weak guess in every span: a third of an ending, at the rate of the guess
            self.ends = [0.3] * _SPANS
            self.lasted_s = [0.3 * self.guess_s] * _SPANS

    def add(self, lasted_s: float) -> None:
        """One that ended."""
        self.seen += 1
        for span in range(_SPANS):
            begin = EDGES_S[span]
            if lasted_s < begin:
                break
            end = EDGES_S[span + 1] if span + 1 < _SPANS else float("inf")
            self.ends[span] = self.ends[span] * _KEEP + (lasted_s < end)
            self.lasted_s[span] = self.lasted_s[span] * _KEEP + min(lasted_s, end) - begin

    def hazard_at(self, after_s: Array) -> Array:
        """Integral of the hazard from 0 to each of ``after_s``."""
        hazards = np.array(self.ends) / np.array(self.lasted_s)
        steps = np.empty(_SPANS)
        steps[0] = 0.0
        np.cumsum(hazards[:-1] * _WIDTHS, out=steps[1:])
        span = np.searchsorted(_EDGES, after_s, side="right") - 1
        return np.asarray(steps[span] + hazards[span] * (after_s - _EDGES[span]), dtype=np.float64)

    def mean_s(self) -> float:
        after = np.concatenate([_EDGES, [3600.0]])
        alive = np.exp(-self.hazard_at(after))
        hazards = np.array(self.ends) / np.array(self.lasted_s)
        return float(np.sum((alive[:-1] - alive[1:]) / hazards))


@dataclass(slots=True)
class Delays:
    """Histogram of seconds, older ones less. ``counts``: what is taken for granted before anything was seen."""

    counts: list[float]

    def add(self, delay_s: float) -> None:
        bin_ = min(LONGEST_DELAY_S - 1, int(delay_s))
        self.counts = [count * _KEEP_DELAY for count in self.counts]
        self.counts[bin_] += 1.0

    def reached(self) -> Array:
        """Share of the delays that are over after 0, 1, ... ``LONGEST_DELAY_S`` seconds."""
        counts = np.array(self.counts)
        shares = np.zeros(LONGEST_DELAY_S + 1)
        np.cumsum(counts, out=shares[1:])
        return np.asarray(shares / shares[-1], dtype=np.float64)


def guessed_delays(mean_s: float, weight: float) -> Delays:
    """Before anything was seen: a hump around ``mean_s`` (Erlang of order 4) that counts as ``weight`` delays."""
    middles = (np.arange(LONGEST_DELAY_S) + 0.5) / mean_s
    shape = middles**3 * np.exp(-4.0 * middles)
    return Delays((shape / shape.sum() * weight).tolist())
