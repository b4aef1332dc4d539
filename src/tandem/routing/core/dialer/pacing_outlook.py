"""What the next seconds hold: who will answer, who will be free, and how likely one more answer is to meet nobody.

At each of a few moments within the time that a call launched now takes to be answered, the agents free by then less the
answers by then is a sum of independent yes/no: Poisson-binomial both ways. Its distribution is exact for small groups
(the characteristic function at as many points as it has values) and normal for large ones, where thousands of them
add up. That the answer rate itself is a guess is in it: three rates are weighed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tandem.routing.core.dialer.pacing_times import Array

MOMENTS = 7
_EXACT = 90
"""Yes/no's up to which the distribution is exact."""
_RATES = ((-1.732, 1 / 6), (0.0, 2 / 3), (1.732, 1 / 6))
"""Standard deviations from the mean, and weight (Gauss-Hermite)."""


@dataclass(slots=True)
class Outlook:
    """``sure``: agents idle less callees who wait. ``free``: (kinds, moments) probability that one of a kind is free by
    then; ``free_count``: how many of each kind. ``answers``: (kinds, moments) that a call of a kind is answered by
    then; ``answers_count``. ``answer``: (moments,) that a call launched now is answered by then; ``weights`` of the
    moments. ``doubt``: standard deviation of the answer rate as a share of it."""

    sure: int
    free: Array
    free_count: Array
    answers: Array
    answers_count: Array
    answer: Array
    weights: Array
    doubt: float


class Risk:
    """Asked for numbers of calls to launch; built once for a decision. ``most``: of calls asked for."""

    def __init__(self, outlook: Outlook, most: int) -> None:
        self.outlook = look = outlook
        trials = int(look.free_count.sum() + look.answers_count.sum()) + most + abs(look.sure)
        self.exact = trials <= _EXACT
        if self.exact:
            self._prepare_exact(trials)
        else:
            self.free_mean = look.free_count @ look.free
            self.free_var = look.free_count @ (look.free * (1.0 - look.free))
            self.answers_mean = look.answers_count @ look.answers
            self.answers_var = look.answers_count @ (look.answers * (1.0 - look.answers))

    def _prepare_exact(self, trials: int) -> None:
        look = self.outlook
        points = 1 << max(3, (trials + 2).bit_length())
        turn = np.exp(-2j * np.pi * np.arange(points) / points)
        # answers less agents: its transform, and the probability that it is 0 or more as a sum over the transform
        base = turn ** (-look.sure)
        free = look.free[:, :, None]
        frees = np.prod((1.0 - free + free * turn.conj()) ** look.free_count[:, None, None], axis=0)
        short = np.zeros(points)
        short[: max(1, trials - max(0, look.sure) + 1)] = 1.0
        self._pick = np.fft.ifft(short)
        self._parts = []
        for away, weight in _RATES:
            scale = max(0.05, 1.0 + away * look.doubt)
            answers = np.minimum(0.98, look.answers * scale)[:, :, None]
            phi = base * frees * np.prod((1.0 - answers + answers * turn) ** look.answers_count[:, None, None], axis=0)
            one = np.minimum(0.98, look.answer * scale)[:, None]
            self._parts.append((weight, phi, 1.0 - one + one * turn))

    def nobody(self, others: int) -> float:
        """Probability that a call launched now, when it is answered, meets nobody; ``others`` are launched with it."""
        look = self.outlook
        if self.exact:
            total = 0.0
            for weight, phi, one in self._parts:
                shares = ((phi * one**others) @ self._pick).real
                total += weight * float(look.weights @ _from_then_on(shares))
            return min(1.0, max(0.0, total))
        mean = look.sure + self.free_mean - self.answers_mean - others * look.answer
        var = self.free_var + self.answers_var + others * look.answer * (1.0 - look.answer)
        var = var + (look.doubt * (self.answers_mean + others * look.answer)) ** 2
        z = (0.5 - mean) / np.sqrt(np.maximum(var, 1e-6))
        shares = np.array([0.5 * math.erfc(-each / 1.4142135623730951) for each in z])
        return float(look.weights @ _from_then_on(shares))

    def most_within(self, share: float, most: int) -> int:
        """How many calls may be launched so that the last one's probability to meet nobody is at most ``share``."""
        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            if self.nobody(middle - 1) <= share:
                low = middle
            else:
                high = middle - 1
        return low


def _from_then_on(shares: Array) -> Array:
    """The largest at each moment or later: who is answered takes an agent from those answered after him, too."""
    return np.asarray(np.maximum.accumulate(shares[::-1])[::-1], dtype=np.float64)
