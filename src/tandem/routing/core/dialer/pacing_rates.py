"""How likely a person is to answer a call of a segment, now: several memories at once, and who was right counts.

A rate is watched with memories of different lengths (calls, not minutes: a busy campaign notices a change sooner). Each
predicts every outcome before it is told; their weights follow how well they did on the last few dozen outcomes, so a
quiet day is averaged over thousands of calls and a sudden change is followed within a few dozen (Bayesian averaging
over forgetting factors: Raftery, Karny, Ettler 2010). What earlier days brought at this hour is one more memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_MEMORIES = (40.0, 150.0, 600.0, 3000.0)
"""Calls after which an outcome counts 1/e."""
_FORGET = 0.97
"""Of a memory's record, with each outcome."""
_FLOOR = 0.01
"""No memory's weight falls under this: who was wrong for long may be right again."""
_PRIOR_ANSWERS, _PRIOR_CALLS = 1.5, 5.0
"""Before anything was seen: 30 %, and hardly sure. Too high a guess launches too little, which is mended at once."""
_HOUR_CALLS = 200.0
"""What earlier days know of an hour counts as at most so many calls."""


@dataclass(slots=True)
class Hour:
    """Of one hour of the day, over the days, older ones less."""

    answers: float = 0.0
    calls: float = 0.0


@dataclass(slots=True)
class AnswerRate:
    """Of one segment."""

    answers: list[float] = field(default_factory=lambda: [_PRIOR_ANSWERS] * len(_MEMORIES))
    calls: list[float] = field(default_factory=lambda: [_PRIOR_CALLS] * len(_MEMORIES))
    records: list[float] = field(default_factory=lambda: [0.0] * (len(_MEMORIES) + 1))
    """Discounted log-likelihood of each memory, and last of the hour's."""
    hours: dict[int, Hour] = field(default_factory=dict)
    """Of earlier days."""
    today: dict[int, Hour] = field(default_factory=dict)
    seen: int = 0

    def tell(self, answered: bool, hour: int) -> None:
        """An outcome. ``hour``: of the day, of its launch."""
        means = self._means(hour, 0.0)
        for number, mean in enumerate(means):
            likely = mean if answered else 1.0 - mean
            self.records[number] = self.records[number] * _FORGET + math.log(max(likely, 1e-4))
        for number, memory in enumerate(_MEMORIES):
            keep = 1.0 - 1.0 / memory
            self.answers[number] = self.answers[number] * keep + answered
            self.calls[number] = self.calls[number] * keep + 1.0
        bin_ = self.today.setdefault(hour, Hour())
        bin_.answers += answered
        bin_.calls += 1.0
        self.seen += 1

    def new_day(self) -> None:
        """Today's hours join those of earlier days."""
        for hour, seen in self.today.items():
            known = self.hours.setdefault(hour, Hour())
            known.answers = known.answers * 0.7 + seen.answers
            known.calls = known.calls * 0.7 + seen.calls
        self.today.clear()

    def now(self, hour: int, exposed: float = 0.0) -> tuple[float, float]:
        """Probability that a call launched now is answered by a person, and the standard deviation of that guess.
        ``exposed``: calls in flight, each as the share of those that would be answered that had been by its age (they
        were not)."""
        means = self._means(hour, exposed)
        best = max(self.records)
        weights = [math.exp(max(-30.0, record - best)) + _FLOOR for record in self.records]
        if hour not in self.hours:
            weights[-1] = 0.0
        total = sum(weights)
        mean = sum(weight * each for weight, each in zip(weights, means, strict=True)) / total
        spread = 0.0
        sizes = [*self.calls, min(_HOUR_CALLS, self.hours[hour].calls) if hour in self.hours else 1.0]
        for weight, each, size in zip(weights, means, sizes, strict=True):
            spread += weight / total * ((each - mean) ** 2 + each * (1.0 - each) / (size + 1.0))
        return mean, math.sqrt(spread)

    def _means(self, hour: int, exposed: float) -> list[float]:
        means = [answers / (calls + exposed) for answers, calls in zip(self.answers, self.calls, strict=True)]
        known = self.hours.get(hour)
        known_mean = (known.answers + _PRIOR_ANSWERS) / (known.calls + _PRIOR_CALLS) if known else means[-1]
        means.append(known_mean)
        return [min(0.99, max(0.002, mean)) for mean in means]
