"""How many calls come in each interval of a coming day, from the counts of past days, with a band.

A day is ``level x weekday x profile``: the level of all days, followed by exponential smoothing; what its weekday has
more or less than others; and how its calls are spread over the day. Medians and cut errors keep single odd days (a
failure, an advertisement) from moving anything much; days off are told and left out. How well it does is measured the
only honest way, on days that it has not seen (``backtest``), against "the same as a week ago". Formulas:
docs/reference/staffing.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_DAYS = 14
COUNTED = 5.0
"""With fewer calls expected in an interval, no band of whole calls can hold 80 %."""
_WEEKS = 12
"""Older days do not count."""
_ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.5)
_CUT = 3.0
"""An error of more than so many standard deviations counts as so many."""
_ODD = 4.0
"""A day off by more than so many does not count for the weekday and the profile."""
_P90 = 1.2815515655446004
_ALL_DAYS_WEIGHT = 2.0
"""The profile of all days counts, in that of a weekday, as so many of its days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForecast:
    """``expected``, ``low`` (P10) and ``high`` (P90) calls per interval; the totals have a band of their own, narrower
    than the sum."""

    day: date
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    total: float
    total_low: float
    total_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """``wape``: sum of |forecast - calls| over intervals / sum of calls (0.1 is 10 %); ``naive_wape`` of "the same as a
    week ago"; ``coverage``: share of the intervals within the band (0.8 is right), of those with COUNTED calls or more
    expected; None when there are none."""

    days: int
    wape: float
    naive_wape: float
    coverage: float | None


def forecast(history: Mapping[date, Sequence[int]], day: date, *, days_off: Collection[date] = ()) -> DayForecast:
    """``history``: calls per interval (all days with equally many intervals); what is not there is not known. ``day``:
    after the last of them. ``days_off``: holidays and other odd days, past and coming; a coming one is forecast like
    the past ones were beside ordinary days, and like a Sunday when there were none. Raises ValueError for less than
    two weeks of ordinary days with calls."""
    past = {at: counts for at, counts in history.items() if at < day}
    model = _fit(past, frozenset(days_off))
    ahead = max(1, (day - max(past)).days)
    share = model.weekday_share(day, off=day in days_off)
    total = model.level * share
    profile = model.profiles[6 if day in days_off else day.weekday()]
    expected = total * profile
    level_variance = model.error**2 * (1.0 + (ahead - 1) * model.alpha**2)
    low, high = _band(expected, expected + expected**2 * (level_variance + model.interval_variance))
    totals = np.array([total])
    total_low, total_high = _band(totals, totals + totals**2 * level_variance)
    return DayForecast(
        day=day,
        expected=tuple(expected.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        total=total,
        total_low=float(total_low[0]),
        total_high=float(total_high[0]),
    )


def backtest(
    history: Mapping[date, Sequence[int]], *, days: int = 28, days_off: Collection[date] = ()
) -> Backtest | None:
    """Each of the last ``days`` ordinary days forecast from those before it. None when there are too few days."""
    tried = 0
    missed = naive_missed = calls = within = intervals = 0.0
    for day in sorted(set(history) - set(days_off))[-days:]:
        week_ago = history.get(day - timedelta(days=7))
        if week_ago is None:
            continue
        try:
            made = forecast(history, day, days_off=[off for off in days_off if off < day])
        except ValueError:
            continue
        came = np.array(history[day], dtype=np.float64)
        tried += 1
        calls += float(came.sum())
        missed += float(np.abs(came - np.array(made.expected)).sum())
        naive_missed += float(np.abs(came - np.array(week_ago)).sum())
        counted = np.array(made.expected) >= COUNTED
        within += float(((came >= made.low) & (came <= made.high))[counted].sum())
        intervals += int(counted.sum())
    if not calls:
        return None
    return Backtest(
        days=tried,
        wape=missed / calls,
        naive_wape=naive_missed / calls,
        coverage=within / intervals if intervals else None,
    )


# ---- the model ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    level: float
    """Calls of a day of a mean weekday."""
    alpha: float
    error: float
    """Standard deviation of a day's total, relative, beyond chance."""
    interval_variance: float
    """Of an interval's share of its day, relative, beyond chance."""
    weekdays: tuple[float | None, ...]
    """Multiples of the level; None for a weekday that never had calls."""
    off_share: float | None
    profiles: tuple[Floats, ...]
    """Per weekday; each sums to 1 (or is 0 where there never were calls)."""

    def weekday_share(self, day: date, *, off: bool) -> float:
        if off and self.off_share is not None:
            return self.off_share
        return self.weekdays[6 if off else day.weekday()] or 0.0


def _fit(history: Mapping[date, Sequence[int]], days_off: frozenset[date]) -> _Model:
    if not history:
        raise ValueError("a forecast needs two weeks of ordinary days; there are none")
    if len({len(counts) for counts in history.values()}) != 1:
        raise ValueError("all days must have equally many intervals")
    last = max(history)
    days = [last - timedelta(days=back) for back in range(7 * _WEEKS - 1, -1, -1)]
    weekdays = np.array([day.weekday() for day in days])
    width = len(history[last])
    counts = np.array([history.get(day, (0,) * width) for day in days], dtype=np.float64)
    totals = counts.sum(axis=1)
    known = np.array([day in history for day in days])
    off = np.array([day in days_off for day in days])
    # A weekday that is mostly without calls is closed; a day without calls on an open weekday says nothing.
    seen = known & ~off
    closed = np.array([_mostly_without(totals[seen & (weekdays == weekday)]) for weekday in range(7)])
    ordinary = known & ~off & (totals > 0) & ~closed[weekdays]
    if int(ordinary.sum()) < LEAST_DAYS:
        raise ValueError(f"a forecast needs two weeks of ordinary days; there are {int(ordinary.sum())} days")
    logs = np.where(ordinary, np.log(np.maximum(totals, 0.5)), np.nan)
    effects = np.zeros(7)
    around = logs
    for _ in range(4):
        around = _rolling_median(logs - effects[weekdays])
        for weekday in range(7):
            mine = ordinary & (weekdays == weekday)
            if mine.any():
                effects[weekday] = float(np.median((logs - around)[mine]))
        effects[~closed] -= effects[~closed].mean()
    spread = max(0.005, 1.4826 * float(np.median(np.abs(logs - effects[weekdays] - around)[ordinary])))
    plain = ordinary & (np.abs(logs - effects[weekdays] - around) <= _ODD * spread)
    alpha, level, errors = _smooth((logs - effects[weekdays])[ordinary], spread)
    variance = float(np.minimum(errors**2, (_CUT * spread) ** 2).mean())
    # The weekday's own multiple is only known from so many days of it.
    variance *= 1.0 + 7.0 / len(errors)
    mean_total = float(np.exp(level))
    profiles, interval_variance = _profiles(counts, weekdays, plain)
    past_off = known & off & (totals > 0)
    return _Model(
        level=mean_total,
        alpha=alpha,
        error=float(np.sqrt(max(0.0, variance - 1.0 / mean_total))),
        interval_variance=interval_variance,
        weekdays=tuple(None if closed[w] else float(np.exp(effects[w])) for w in range(7)),
        off_share=float(np.median(totals[past_off] / np.exp(around[past_off]))) if past_off.any() else None,
        profiles=profiles,
    )


def _mostly_without(totals: Floats) -> bool:
    return not len(totals) or float((totals > 0).mean()) < 0.5


def _rolling_median(values: Floats, half: int = 7) -> Floats:
    """Of the known (not NaN) values of the fortnight around each; of all of them where there are none."""
    everywhere = float(np.nanmedian(values))
    made = np.empty_like(values)
    for at in range(len(values)):
        near = values[max(0, at - half) : at + half + 1]
        near = near[~np.isnan(near)]
        made[at] = np.median(near) if len(near) else everywhere
    return made


def _smooth(values: Floats, spread: float) -> tuple[float, float, Floats]:
    """Exponential smoothing with cut errors; the alpha with the least mean distance one day ahead. Returns it, the last
    level, and the errors."""
    best: tuple[float, float, float, Floats] | None = None
    for alpha in _ALPHAS:
        level = float(np.median(values[:7]))
        errors = np.empty_like(values)
        run = 0
        for at, value in enumerate(values.tolist()):
            error = errors[at] = value - level
            # One odd day is cut; the third in a row to the same side is no longer odd, but a new level.
            same = at > 0 and abs(error) > _CUT * spread and error * errors[at - 1] > 0
            run = run + 1 if same else 0
            cut = _CUT * spread if run < 2 else abs(error)
            level += alpha * min(max(error, -cut), cut)
        cost = float(np.minimum(np.abs(errors), _CUT * spread).mean())
        if best is None or cost < best[0]:
            best = cost, alpha, level, errors
    assert best is not None
    return best[1], best[2], best[3]


def _profiles(counts: Floats, weekdays: NDArray[np.int_], plain: NDArray[np.bool_]) -> tuple[tuple[Floats, ...], float]:
    """The spread of a day's calls over its intervals, by weekday, and how much that varies beyond chance."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    everywhere = _trimmed(shares[plain])
    profiles = []
    excess = weight = 0.0
    for weekday in range(7):
        mine = plain & (weekdays == weekday)
        number = int(mine.sum())
        profile = (number * _trimmed(shares[mine]) + _ALL_DAYS_WEIGHT * everywhere) if number else everywhere
        profile = profile / profile.sum() if profile.sum() > 0 else profile
        profiles.append(profile)
        if number > 1:
            expected = counts[mine].sum(axis=1, keepdims=True) * profile
            # The mean of so few days has itself followed them.
            squared = (counts[mine] - expected) ** 2 * number / (number - 1)
            excess += float((squared - expected).sum())
            weight += float((expected**2).sum())
    return tuple(profiles), max(0.0, excess / weight) if weight else 0.0


def _trimmed(shares: Floats) -> Floats:
    """Mean without the least and the most of each interval, where there are five days or more."""
    if len(shares) >= 5:
        shares = np.sort(shares, axis=0)[1:-1]
    mean: Floats = shares.mean(axis=0)
    mean /= mean.sum()
    return mean


def _band(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """P10 and P90 of gamma variables (Wilson and Hilferty's cube root); 0 where nothing is expected."""
    shape = np.maximum(mean, 1e-12) ** 2 / np.maximum(variance, 1e-12)
    centre, width = 1.0 - 1.0 / (9.0 * shape), _P90 / (3.0 * np.sqrt(shape))
    low, high = (mean * np.maximum(0.0, centre + side * width) ** 3 for side in (-1.0, 1.0))
    return np.where(mean > 0, low, 0.0), np.where(mean > 0, high, 0.0)
