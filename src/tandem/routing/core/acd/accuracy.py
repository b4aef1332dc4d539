"""How good the predicted waits were: counts of one queue, and what is computed from them.

Who gave up would have waited longer than he did: his wait is *censored*. To leave him out would count the quick answers
twice over, so the shares come from a life table (the actuarial method; Cutler and Ederer, "Maximum utilization of the
life table method in analyzing survival", Journal of Chronic Diseases 8, 1958): P10, P50 and P90 cut the prediction into
cells, each is cut into four of equal length, and who left within one counts half as being at risk there, and not at
all beyond it. That holds as long as who gives up does not know more about his wait than the prediction does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BAND = 0.8
"""The share of waits that P10..P90 is to cover."""
_PARTS = 4


@dataclass(slots=True, kw_only=True)
class Accuracy:
    """``ended`` and ``left``: how many waits ended in an answer, and were cut short, in each quarter of 0..P10,
    P10..P50 and P50..P90, and beyond P90. ``error_s``, ``miss_s``: sums over answered waits of (wait - P50) and
    of its size."""

    ended: list[int] = field(default_factory=lambda: [0] * (3 * _PARTS + 1))
    left: list[int] = field(default_factory=lambda: [0] * (3 * _PARTS + 1))
    error_s: float = 0.0
    miss_s: float = 0.0

    def answer(self, waited_s: float, p10_s: float, p50_s: float, p90_s: float) -> None:
        self.ended[_cell(waited_s, p10_s, p50_s, p90_s)] += 1
        self.error_s += waited_s - p50_s
        self.miss_s += abs(waited_s - p50_s)

    def leave(self, waited_s: float, p10_s: float, p50_s: float, p90_s: float) -> None:
        self.left[_cell(waited_s, p10_s, p50_s, p90_s)] += 1

    def add(self, other: Accuracy) -> None:
        """Counts of another queue (or day) join these."""
        self.ended = [mine + its for mine, its in zip(self.ended, other.ended, strict=True)]
        self.left = [mine + its for mine, its in zip(self.left, other.left, strict=True)]
        self.error_s += other.error_s
        self.miss_s += other.miss_s

    @property
    def count(self) -> int:
        """Predictions whose wait is over, one way or the other."""
        return sum(self.ended) + sum(self.left)

    @property
    def coverage(self) -> float | None:
        """Share (0..1) of the waits that P10..P90 covered; 0.8 is right. None before the first wait has ended."""
        under = self._under()
        return None if under is None else under[2] - under[0]

    @property
    def under_p50(self) -> float | None:
        """Share (0..1) of the waits that were shorter than P50; 0.5 is right, less means that we promise too much."""
        under = self._under()
        return None if under is None else under[1]

    @property
    def bias_s(self) -> float | None:
        """Mean of (wait - P50) in seconds over answered waits; above 0 even when P50 is right, for waits
        have a long tail."""
        answered = sum(self.ended)
        return self.error_s / answered if answered else None

    @property
    def mean_miss_s(self) -> float | None:
        """Mean distance of an answered wait from P50, in seconds."""
        answered = sum(self.ended)
        return self.miss_s / answered if answered else None

    def _under(self) -> tuple[float, float, float] | None:
        """Estimated shares of waits under P10, under P50, up to P90."""
        if not any(self.ended):
            return None
        at_risk, beyond = self.count, 1.0
        under = []
        for at in range(3 * _PARTS):
            exposed = at_risk - self.left[at] / 2
            beyond *= 1 - self.ended[at] / exposed if exposed > 0 else 1.0
            at_risk -= self.ended[at] + self.left[at]
            if at % _PARTS == _PARTS - 1:
                under.append(1 - beyond)
        return under[0], under[1], under[2]


def _cell(waited_s: float, p10_s: float, p50_s: float, p90_s: float) -> int:
    """The band includes both its ends."""
    if waited_s > p90_s:
        return 3 * _PARTS
    if waited_s < p10_s:
        number, from_s, to_s = 0, 0.0, p10_s
    elif waited_s < p50_s:
        number, from_s, to_s = 1, p10_s, p50_s
    else:
        number, from_s, to_s = 2, p50_s, p90_s
    part = int(_PARTS * (waited_s - from_s) / (to_s - from_s)) if to_s > from_s else 0
    return number * _PARTS + min(part, _PARTS - 1)
