"""How likely a person is to answer a call of a segment, now: several memories at once, and who was right counts.

What is counted against the answers is *exposure*: a call launched ``a`` seconds ago counts as the share of all answers
that come within ``a`` seconds, whatever became of it. So a rate is right at any moment, also while the busy ones of a
burst are known already and its answers are not, or the other way round.

A rate is watched with memories of different lengths (calls, not minutes: a busy campaign notices a change sooner). Each
predicts the next answers before they are told; their weights follow how well they did lately, so a quiet day is
averaged over thousands of calls and a sudden change is followed within a few dozen (dynamic model averaging: Raftery,
Karny, Ettler 2010). What earlier days brought at this hour is one more memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tandem.routing.core.dialer.pacing_times import LONGEST_DELAY_S, Array

_MEMORIES = (40.0, 150.0, 600.0, 3000.0)
"""Exposure after which an answer counts 1/e."""
_RECORD = 300.0
"""Exposure after which a memory's record counts 1/e."""
_FLOOR = 0.01
"""No memory's weight falls under this share of the best one's: who was wrong for long may be right again."""
_PRIOR_ANSWERS, _PRIOR_CALLS = 1.2, 4.0
"""Before anything was seen: 30 %, and hardly sure. Too high a guess launches too little, which is mended at once."""
_HOUR_CALLS = 200.0
"""What earlier days know of an hour counts as at most so many calls."""
_KEEP_DAY = 0.7


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
    launched: dict[int, list[float]] = field(default_factory=dict)
    """By the second of the launch: how many calls, and how much of them has been counted as exposure."""
    told: float = 0.0
    """Answers since the last ``advance``."""

    def launch(self, now: float) -> None:
        self.launched.setdefault(int(now), [0.0, 0.0])[0] += 1.0

    def withdraw(self, launched_at: float) -> None:
        """A call that was not dialled after all."""
        cohort = self.launched.get(int(launched_at))
        if cohort is not None and cohort[0] > 0.0:
            cohort[0] -= 1.0

    def cut(self, launched_at: float) -> None:
        """A call that was given up: nobody could answer it any more from now on."""
        cohort = self.launched.get(int(launched_at))
        if cohort is not None and cohort[0] > 0.0:
            cohort[1] -= cohort[1] / cohort[0]
            cohort[0] -= 1.0

    def answer(self) -> None:
        """A person answered."""
        self.told += 1.0

    def advance(self, now: float, hour: int, reached: Array) -> None:
        """Counts the exposure until now. ``reached``: share of the answers that come within 0, 1, ... seconds."""
        exposed = 0.0
        over = []
        for second, cohort in self.launched.items():
            age = now - second - 0.5
            if age >= LONGEST_DELAY_S:
                share = 1.0
                over.append(second)
            elif age <= 0.0:
                if age < -1.0:  # of another clock, before a restart
                    over.append(second)
                continue
            else:
                low = int(age)
                share = float(reached[low] + (age - low) * (reached[low + 1] - reached[low]))
            more = cohort[0] * share - cohort[1]
            if more > 0.0:
                cohort[1] += more
                exposed += more
        for second in over:
            del self.launched[second]
        if exposed <= 0.0 and self.told == 0.0:
            return
        keep = math.exp(-exposed / _RECORD)
        for number, mean in enumerate(self._means(hour)):
            self.records[number] = self.records[number] * keep + self.told * math.log(mean) - mean * exposed
        for number, memory in enumerate(_MEMORIES):
            keep = math.exp(-exposed / memory)
            self.answers[number] = self.answers[number] * keep + self.told
            self.calls[number] = self.calls[number] * keep + exposed
        bin_ = self.today.setdefault(hour, Hour())
        bin_.answers += self.told
        bin_.calls += exposed
        self.told = 0.0

    def new_day(self) -> None:
        """Today's hours join those of earlier days."""
        for hour, seen in self.today.items():
            known = self.hours.setdefault(hour, Hour())
            known.answers = known.answers * _KEEP_DAY + seen.answers
            known.calls = known.calls * _KEEP_DAY + seen.calls
        self.today.clear()

    def now(self, hour: int) -> tuple[float, float]:
        """Probability that a call launched now is answered by a person, and the standard deviation of that guess."""
        means = self._means(hour)
        best = max(self.records)
        weights = [math.exp(max(-30.0, record - best)) + _FLOOR for record in self.records]
        sizes = list(self.calls)
        known = self.hours.get(hour)
        if known is None:
            weights[-1] = 0.0
            sizes.append(1.0)
        else:
            sizes.append(min(_HOUR_CALLS, known.calls))
        total = sum(weights)
        mean = sum(weight * each for weight, each in zip(weights, means, strict=True)) / total
        spread = 0.0
        for weight, each, size in zip(weights, means, sizes, strict=True):
            spread += weight / total * ((each - mean) ** 2 + each * (1.0 - each) / (size + 1.0))
        return mean, math.sqrt(spread)

    def _means(self, hour: int) -> list[float]:
        means = [
            (answers + 0.1 * _PRIOR_ANSWERS) / (calls + 0.1 * _PRIOR_CALLS)
            for answers, calls in zip(self.answers, self.calls, strict=True)
        ]
        known = self.hours.get(hour)
        means.append((known.answers + _PRIOR_ANSWERS) / (known.calls + _PRIOR_CALLS) if known else means[-1])
        return [min(0.95, max(0.005, mean)) for mean in means]
