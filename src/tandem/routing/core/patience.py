"""How long callers would wait, from waits most of which were cut short by an answer.

Who was answered after 30 s would have waited longer than that: his patience is *censored* at 30 s. Three shapes are
fitted by maximum likelihood: exponential (Erlang-A's; one number), Weibull (callers who get more patient, or less, the
longer they wait), and two kinds of callers, hasty and patient (hyperexponential). The one with the least AIC is taken;
how far it is from the Kaplan-Meier curve, which supposes no shape, is told with it. Sources:
docs/reference/staffing.md.

It is assumed that answers come without regard to patience, which holds when the line is served in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, gamma, log, log1p
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_S = 0.1
"""Waits are taken to be at least this long: nobody decides faster, and a wait of 0 tells nothing of a shape."""
_SHAPES = (0.1, 10.0)
_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Wait:
    """``waited_s`` (0 or more), and whether the caller then hung up by himself (and was not answered or sent
    elsewhere)."""

    waited_s: float
    gave_up: bool


class Patience(Protocol):
    """A distribution of times, in seconds."""

    @property
    def mean_s(self) -> float: ...

    def longer_than(self, seconds: float) -> float:
        """The share (0..1) of callers who would wait longer than that."""

    def sample(self, uniform: float, *, over_s: float = 0.0) -> float:
        """The patience that belongs to this number (0 <= it < 1), of somebody known to wait longer than ``over_s``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    mean_s: float

    def longer_than(self, seconds: float) -> float:
        return exp(-max(0.0, seconds) / self.mean_s)

    def sample(self, uniform: float, *, over_s: float = 0.0) -> float:
        return over_s - self.mean_s * log1p(-uniform)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weibull:
    """``shape`` under 1: the longer somebody has waited, the less likely he is to give up in the next second."""

    scale_s: float
    shape: float

    @property
    def mean_s(self) -> float:
        return self.scale_s * gamma(1.0 + 1.0 / self.shape)

    def longer_than(self, seconds: float) -> float:
        return exp(-((max(0.0, seconds) / self.scale_s) ** self.shape))

    def sample(self, uniform: float, *, over_s: float = 0.0) -> float:
        hazard: float = (over_s / self.scale_s) ** self.shape - log1p(-uniform)
        return self.scale_s * float(hazard ** (1.0 / self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoKinds:
    """A share (0..1) of hasty callers with mean patience ``hasty_s``, the others with ``patient_s``."""

    hasty: float
    hasty_s: float
    patient_s: float

    @property
    def mean_s(self) -> float:
        return self.hasty * self.hasty_s + (1.0 - self.hasty) * self.patient_s

    def longer_than(self, seconds: float) -> float:
        seconds = max(0.0, seconds)
        return self.hasty * exp(-seconds / self.hasty_s) + (1.0 - self.hasty) * exp(-seconds / self.patient_s)

    def sample(self, uniform: float, *, over_s: float = 0.0) -> float:
        """One number decides first of which kind he is, and what is left of it then how patient."""
        # Against the patient ones' survival, so that nothing vanishes for long waits.
        left = self.hasty * exp(-over_s * (1.0 / self.hasty_s - 1.0 / self.patient_s))
        hasty = left / (left + 1.0 - self.hasty)
        if uniform < hasty:
            return over_s - self.hasty_s * log1p(-uniform / hasty)
        return over_s - self.patient_s * log1p(-min((uniform - hasty) / (1.0 - hasty), 1.0 - 1e-16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """``distance``: largest difference between the fitted and the Kaplan-Meier share of callers still waiting, as long
    as a tenth of the observed waits lasts (0..1; under 0.05 is good)."""

    patience: Patience
    waits: int
    gave_up: int
    log_likelihood: float
    aic: float
    """Akaike's information criterion; the less the better."""
    distance: float


def kaplan_meier(waits: Iterable[Wait]) -> list[tuple[float, float]]:
    """(seconds, share of callers who would wait longer than that), a step at each time at which somebody gave up."""
    seconds, gave_up = _arrays(waits)
    order = np.lexsort((~gave_up, seconds))
    at_risk, share, steps = len(seconds), 1.0, []
    ordered = seconds[order]
    ends = np.flatnonzero(np.append(np.diff(ordered) > 0, True)) + 1 if len(ordered) else np.array([], dtype=int)
    begin = 0
    for end in ends.tolist():
        quits = int(gave_up[order[begin:end]].sum())
        if quits:
            share *= 1.0 - quits / at_risk
            steps.append((float(ordered[begin]), share))
        at_risk -= end - begin
        begin = end
    return steps


def fit(waits: Sequence[Wait]) -> Fit | None:
    """The best of the three shapes; None when nobody gave up (then patience can be anything). With less than 20 who
    gave up, the exponential one, for the others need more to go by."""
    fits = fit_all(waits)
    return min(fits, key=lambda fitted: fitted.aic) if fits else None


def fit_all(waits: Sequence[Wait]) -> list[Fit]:
    """Each shape that there is enough to go by for; exponential first."""
    seconds, gave_up = _arrays(waits)
    events = int(gave_up.sum())
    if not events:
        return []
    exponential = Exponential(mean_s=float(seconds.sum()) / events)
    fitted: list[tuple[Patience, int, float]] = [
        (exponential, 1, -events * (1.0 + log(exponential.mean_s))),
    ]
    if events >= 20:
        weibull = _weibull(seconds, gave_up)
        fitted.append((weibull, 2, _log_likelihood_weibull(weibull, seconds, gave_up)))
        kinds = _two_kinds(seconds, gave_up)
        fitted.append((kinds, 3, _log_likelihood_kinds(kinds, seconds, gave_up)))
    steps = kaplan_meier(waits)
    until_s = float(np.quantile(seconds, 0.9))
    return [
        Fit(
            patience=patience,
            waits=len(seconds),
            gave_up=events,
            log_likelihood=likelihood,
            aic=2.0 * numbers - 2.0 * likelihood,
            distance=_distance(patience, steps, until_s),
        )
        for patience, numbers, likelihood in fitted
    ]


def _arrays(waits: Iterable[Wait]) -> tuple[Floats, NDArray[np.bool_]]:
    listed = list(waits)
    seconds = np.maximum(np.array([wait.waited_s for wait in listed], dtype=np.float64), LEAST_S)
    return seconds, np.array([wait.gave_up for wait in listed], dtype=np.bool_)


def _weibull(seconds: Floats, gave_up: NDArray[np.bool_]) -> Weibull:
    """The likelihood's maximum over the scale is known for each shape; over the shape it is where a rising function
    crosses 0, found by halving."""
    logs = np.log(seconds)
    unit = float(logs.max())
    logs -= unit
    mean_log = float(logs[gave_up].mean())
    low, high = _SHAPES
    for _ in range(60):
        shape = (low + high) / 2
        powers = np.exp(shape * logs)
        low, high = (low, shape) if float(powers @ logs / powers.sum()) - 1 / shape > mean_log else (shape, high)
    shape = (low + high) / 2
    scale_s = exp(unit) * (float(np.exp(shape * logs).sum()) / int(gave_up.sum())) ** (1.0 / shape)
    return Weibull(scale_s=scale_s, shape=shape)


def _log_likelihood_weibull(fitted: Weibull, seconds: Floats, gave_up: NDArray[np.bool_]) -> float:
    relative = seconds / fitted.scale_s
    density = log(fitted.shape / fitted.scale_s) + (fitted.shape - 1.0) * np.log(relative[gave_up])
    return float(density.sum() - (relative**fitted.shape).sum())


def _two_kinds(seconds: Floats, gave_up: NDArray[np.bool_]) -> TwoKinds:
    """Expectation and maximization: guess of which kind each caller is, fit each kind, again. Begins with a tenth of
    the mean for the hasty ones; goes on until nothing moves."""
    mean_s = float(seconds.sum()) / int(gave_up.sum())
    share, hasty_s, patient_s = 0.3, max(LEAST_S, 0.1 * mean_s), 1.5 * mean_s
    for _ in range(_ROUNDS):
        quick, slow = _kinds(share, hasty_s, patient_s, seconds, gave_up)
        hasty = quick / (quick + slow)
        quits = float(hasty[gave_up].sum()), float((1.0 - hasty)[gave_up].sum())
        if min(quits) < 1e-6:
            break
        before = share, hasty_s, patient_s
        share = float(hasty.mean())
        hasty_s, patient_s = float(hasty @ seconds) / quits[0], float((1.0 - hasty) @ seconds) / quits[1]
        if all(abs(new - old) <= 1e-7 * old for new, old in zip((share, hasty_s, patient_s), before, strict=True)):
            break
    if hasty_s > patient_s:
        share, hasty_s, patient_s = 1.0 - share, patient_s, hasty_s
    return TwoKinds(hasty=share, hasty_s=hasty_s, patient_s=patient_s)


def _kinds(
    share: float, hasty_s: float, patient_s: float, seconds: Floats, gave_up: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Likelihood of each wait for either kind, times the kind's share."""
    return (
        np.maximum(share * np.where(gave_up, 1.0 / hasty_s, 1.0) * np.exp(-seconds / hasty_s), 1e-300),
        np.maximum((1.0 - share) * np.where(gave_up, 1.0 / patient_s, 1.0) * np.exp(-seconds / patient_s), 1e-300),
    )


def _log_likelihood_kinds(fitted: TwoKinds, seconds: Floats, gave_up: NDArray[np.bool_]) -> float:
    quick, slow = _kinds(fitted.hasty, fitted.hasty_s, fitted.patient_s, seconds, gave_up)
    return float(np.log(quick + slow).sum())


def _distance(patience: Patience, steps: Sequence[tuple[float, float]], until_s: float) -> float:
    before, largest = 1.0, 0.0
    for seconds, share in steps:
        if seconds > until_s:
            break
        fitted = patience.longer_than(seconds)
        largest = max(largest, abs(fitted - share), abs(fitted - before))
        before = share
    return largest
