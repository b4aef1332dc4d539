"""How long a work will still wait: P10, P50 and P90 from the live state, corrected by how earlier predictions did.

*The model.* A work with ``ahead`` others before it waits until its agents have become free ``ahead + 1`` times. Busy
agents become free ``logged_on / handle_s`` times a second, so the wait is about a gamma variable (a sum of so many
exponential gaps); who gives up before him shortens it (the line then empties like that of Erlang-A: Garnett,
Mandelbaum and Reiman, "Designing a call center with impatient customers", M&SOM 4(3), 2002).

*What the model cannot know* is measured. ``pace``: how many modelled seconds one place really takes, because agents
also serve others, overtakers come, people take breaks; places passed and time spent, of who was answered and of who
gave up alike. ``spread``: how far waits scatter beyond the gamma's own scatter. Both per line (queue and tier), held
by what holds for all lines while a line has seen little.

*Calibration.* Each wait is turned into a score that would be standard normal if the model were right (Wilson and
Hilferty, PNAS 17, 1931: the cube root of a gamma variable is nearly normal). The quantiles of the scores are followed
one by one, over all lines and per line, a small step up or down after each outcome (Gibbs and Candès, "Adaptive
conformal inference under distribution shift", NeurIPS 2021; Angelopoulos, Candès and Tibshirani, "Conformal PID
control", NeurIPS 2023). So the band covers what it says whatever the shape, and finds back after a shift. Who gave up
counts with the probability that his wait would have ended under the quantile (Efron's redistribution to the right,
1967).

Pure: no clock, no randomness; equal inputs give equal predictions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import erfc, expm1, log1p, sqrt
from types import MappingProxyType

import msgspec

from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.accuracy import Accuracy

LEVELS = (0.1, 0.5, 0.9)
_NORMAL = (-1.2815515655446004, 0.0, 1.2815515655446004)
"""Quantiles of the standard normal distribution at LEVELS."""
_SCORE = 6.0
"""Scores beyond this are taken for this: one forgotten call must not move everything."""
_SHAPE_LEAST = 0.25
_PACE_LEAST = 0.01
_AS_PLACES = 40.0
"""What holds for all lines counts, in one line, as much as so many places of its own."""
_AS_OUTCOMES = 30.0
_KEEP_LINE = 0.995
"""What an outcome counts after another outcome of the line: the last two hundred matter."""
_KEEP_ALL = 0.9995
_STEP_LINE = 0.02
_STEP_ALL = 0.01
_STEP_SIZE = 0.02
_EARLY, _EARLY_OUTCOMES = 3.0, 50.0
"""The first steps are so much larger; after so many outcomes, half of that."""
_SIZES = (2, 5, 17, 65)
"""Lines of so many places and more are corrected together, for the model errs otherwise in short lines than in long."""
_ELSEWHERE = 0.5
"""What a work ahead of another queue counts: some of them are taken by agents who do not serve this one."""
_PATIENCE_PRIOR = 30.0
"""What holds for all lines counts, for the rate of abandonment, as much as so many handling times of waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The wait still to come of one work, in seconds: one in ten is shorter than ``p10_s``, half are shorter than
    ``p50_s``, one in ten is longer than ``p90_s``. The rest is what ``answered`` and ``abandoned`` learn from; keep the
    value while the work waits."""

    queue: QueueId
    tier: int
    p10_s: float
    p50_s: float
    p90_s: float
    places: float = 1.0
    """Agents have to become free so often: it and those ahead of it."""
    place_s: float = 0.0
    """Seconds for one place by the plan: handling time / agents. 0 for a work that need not wait."""
    mean_s: float = 0.0
    shape: float = 1.0
    """Of the gamma variable: 1 / (its coefficient of variation squared)."""
    own_variance: float = 1.0
    """The part of 1 / ``shape`` that the model explains."""
    abandon_rate: float = 0.0
    """Of those ahead, each per second."""


@dataclass(slots=True)
class _Shift:
    """Of the quantiles of the scores, at LEVELS."""

    at: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    outcomes: int = 0

    def move(self, steps: Sequence[float], size: float) -> None:
        """Larger steps at first, to be right soon."""
        size *= 1.0 + _EARLY / (1.0 + self.outcomes / _EARLY_OUTCOMES)
        self.at = [shift + size * step for shift, step in zip(self.at, steps, strict=True)]
        self.outcomes += 1


@dataclass(slots=True)
class _Line:
    """What was learned of one line, or of all. Sums are discounted by each outcome."""

    places: float = 0.0
    placed: float = 0.0
    """Modelled seconds that those places took, in units of ``place_s``."""
    waited_s: float = 0.0
    abandons: float = 0.0
    excess: float = 0.0
    """Weighted sum of (squared relative error - gamma's own share)."""
    weight: float = 0.0
    shift: _Shift = field(default_factory=lambda: _Shift())

    def forget(self, keep: float) -> None:
        self.places *= keep
        self.placed *= keep
        self.waited_s *= keep
        self.abandons *= keep
        self.excess *= keep
        self.weight *= keep


_NEW = _Line()


class Predictor:
    """One per center. A *line* is a queue and a tier: within it, works are served in order.

    Ask ``wait_left`` when a work is enqueued (and whenever else), keep what it returns, and say how it ended with
    ``answered`` or ``abandoned``: only then does the predictor learn. ``waited_s`` there counts from the question.
    """

    def __init__(self) -> None:
        self._all = _Line(places=_AS_PLACES, placed=_AS_PLACES, weight=_AS_OUTCOMES, excess=0.1 * _AS_OUTCOMES)
        self._lines: dict[QueueId, dict[int, _Line]] = {}
        self._by_size = [_Shift() for _ in range(len(_SIZES) + 1)]
        self._accuracy: dict[QueueId, Accuracy] = {}

    # ---- questions --------------------------------------------------------------------------------------------------

    def wait_left(
        self,
        queue: QueueId,
        *,
        tier: int = 0,
        ahead: float,
        alike: float | None = None,
        logged_on: int,
        free: int = 0,
        handle_s: float,
    ) -> Expected | None:
        """``ahead``: works before it that its agents could also take; ``alike``: of those, of its own queue (None:
        all); ``logged_on``: agents who may take it (those on a break may be left out or not, but always alike);
        ``free``: of those, free now; ``handle_s`` > 0: expected handling time of the work its agents do. None when
        nobody is logged on: then nothing is known."""
        if logged_on <= 0:
            return None
        if free > 0:
            return Expected(queue=queue, tier=tier, p10_s=0.0, p50_s=0.0, p90_s=0.0)
        line = self._line(queue, tier)
        everything = self._all
        places = _places(ahead, alike)
        place_s = handle_s / logged_on
        pace = (line.placed + _AS_PLACES * everything.placed / everything.places) / (line.places + _AS_PLACES)
        prior_s = _PATIENCE_PRIOR * handle_s
        # one who gave up in the first moment says nothing of a rate per second
        abandon_rate = everything.abandons / max(1.0, everything.waited_s)
        abandon_rate = (line.abandons + prior_s * abandon_rate) / (line.waited_s + prior_s)
        mean_s, own_variance = _drain(places, place_s * max(pace, _PACE_LEAST), abandon_rate)
        spread = (line.excess + _AS_OUTCOMES * everything.excess / everything.weight) / (line.weight + _AS_OUTCOMES)
        shape = max(_SHAPE_LEAST, 1.0 / (own_variance + max(0.0, spread)))
        centre, root = 1.0 - 1.0 / (9.0 * shape), 3.0 * sqrt(shape)
        p10_s, p50_s, p90_s = sorted(
            mean_s * max(0.0, centre + score / root) ** 3 for score in self._quantiles(line, places)
        )
        return Expected(
            queue=queue,
            tier=tier,
            p10_s=p10_s,
            p50_s=p50_s,
            p90_s=p90_s,
            places=places,
            place_s=place_s,
            mean_s=mean_s,
            shape=shape,
            own_variance=own_variance,
            abandon_rate=abandon_rate,
        )

    @property
    def accuracy(self) -> Mapping[QueueId, Accuracy]:
        """Per queue, over all predictions since the start whose wait is over. Not to be changed."""
        return MappingProxyType(self._accuracy)

    # ---- outcomes ---------------------------------------------------------------------------------------------------

    def answered(self, expected: Expected, waited_s: float) -> None:
        """An agent took it ``waited_s`` after the prediction (below 0 where the clock was set back: taken for 0)."""
        waited_s = max(0.0, waited_s)
        if expected.place_s <= 0:
            return
        self._of(expected.queue).answer(waited_s, expected.p10_s, expected.p50_s, expected.p90_s)
        self._learn(expected, waited_s, expected.places, ended=True)

    def abandoned(
        self, expected: Expected, waited_s: float, *, ahead: float | None = None, alike: float | None = None
    ) -> None:
        """It left the line ``waited_s`` after the prediction without an agent (hung up, overflowed, withdrawn): it
        would have waited longer. ``ahead``, ``alike``: as in ``wait_left``, at the moment when it left, if known: what
        it saw of the line moving then counts too."""
        waited_s = max(0.0, waited_s)
        if expected.place_s <= 0:
            return
        self._of(expected.queue).leave(waited_s, expected.p10_s, expected.p50_s, expected.p90_s)
        passed = None if ahead is None else max(0.0, expected.places - _places(ahead, alike))
        self._learn(expected, waited_s, passed, ended=False)

    # ---- learning ---------------------------------------------------------------------------------------------------

    def _learn(self, expected: Expected, waited_s: float, passed: float | None, *, ended: bool) -> None:
        line = self._lines.setdefault(expected.queue, {}).setdefault(expected.tier, _Line())
        centre, root = 1.0 - 1.0 / (9.0 * expected.shape), 3.0 * sqrt(expected.shape)
        score = root * ((waited_s / expected.mean_s) ** (1 / 3) - centre)
        if score > _SCORE:
            score, waited_s = _SCORE, expected.mean_s * (centre + _SCORE / root) ** 3
        quantiles = self._quantiles(line, expected.places)
        reached = 1.0 if ended else _share_under(score, quantiles)
        # Works that wait at the same time see the same agents become free: what one tells is for the most part told.
        told = 1.0 / expected.places
        for state, keep in ((line, _KEEP_LINE), (self._all, _KEEP_ALL)):
            state.forget(keep)
            state.waited_s += waited_s
            state.abandons += not ended
            if passed is not None:
                state.places += told * passed
                state.placed += told * _without_abandons(waited_s, expected.abandon_rate) / expected.place_s
            if ended:
                weight = min(expected.shape, 20.0)
                state.excess += weight * (min((waited_s / expected.mean_s - 1.0) ** 2, 4.0) - expected.own_variance)
                state.weight += weight
        steps = []
        for level, quantile in zip(LEVELS, quantiles, strict=True):
            if ended:
                under = 1.0 if score <= quantile else 0.0
            else:
                under = max(0.0, (level - reached) / (1.0 - reached)) if reached < 1.0 else 0.0
            steps.append((level - under) * sqrt(told))
        line.shift.move(steps, _STEP_LINE)
        self._all.shift.move(steps, _STEP_ALL)
        self._by_size[bisect_right(_SIZES, expected.places)].move(steps, _STEP_SIZE)

    def _quantiles(self, line: _Line, places: float) -> list[float]:
        """Of the scores of works in this line with so many places to go, at LEVELS."""
        size = self._by_size[bisect_right(_SIZES, places)]
        shifts = zip(_NORMAL, self._all.shift.at, line.shift.at, size.at, strict=True)
        return [normal + shared + own + of_size for normal, shared, own, of_size in shifts]

    def _line(self, queue: QueueId, tier: int) -> _Line:
        tiers = self._lines.get(queue)
        return tiers.get(tier, _NEW) if tiers else _NEW

    def _of(self, queue: QueueId) -> Accuracy:
        return self._accuracy.setdefault(queue, Accuracy())

    # ---- snapshot ---------------------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All that was learned and counted."""
        return msgspec.msgpack.encode(
            _Snapshot(everything=self._all, by_size=self._by_size, lines=self._lines, accuracy=self._accuracy)
        )

    @classmethod
    def restore(cls, data: bytes) -> Predictor:
        """Goes on as the one that ``snapshot`` was asked of. Raises msgspec.ValidationError for anything else."""
        stored = msgspec.msgpack.decode(data, type=_Snapshot)
        made = cls()
        made._all, made._by_size = stored.everything, stored.by_size
        made._lines, made._accuracy = stored.lines, stored.accuracy
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    everything: _Line
    by_size: list[_Shift]
    lines: dict[QueueId, dict[int, _Line]]
    accuracy: dict[QueueId, Accuracy]


def _places(ahead: float, alike: float | None) -> float:
    return 1.0 + (ahead if alike is None else alike + _ELSEWHERE * max(0.0, ahead - alike))


def _drain(places: float, step_s: float, abandon_rate: float) -> tuple[float, float]:
    """Mean seconds, and squared coefficient of variation, until ``places`` are served: sum over i < places of
    1 / (1 / step_s + i * abandon_rate), and of its square; as integrals, which is exact without abandonment."""
    gone = places * abandon_rate * step_s
    shorter = log1p(gone) / gone if gone > 1e-9 else 1.0
    mean_s = places * step_s * shorter
    return mean_s, 1.0 / (places * (1.0 + gone) * shorter * shorter)


def _without_abandons(waited_s: float, abandon_rate: float) -> float:
    """How long the places that were passed in ``waited_s`` would have taken if nobody had given up: the inverse of the
    mean in ``_drain``."""
    gone = min(waited_s * abandon_rate, 2.0)
    return expm1(gone) / abandon_rate * (waited_s * abandon_rate / gone) if gone > 1e-9 else waited_s


def _share_under(score: float, quantiles: list[float]) -> float:
    """The share of scores under this one, by the quantiles at LEVELS; between and beyond them like a normal one."""
    low, middle, high = sorted(quantiles)
    width = (high - middle) if score > middle else (middle - low)
    return 0.5 * erfc(-(score - middle) * _NORMAL[2] / (max(width, 1e-6) * sqrt(2.0)))
