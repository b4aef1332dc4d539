"""The forecast on days made from a known rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pytest

from tandem.routing.core.forecast import backtest, forecast

FIRST = date(2026, 1, 5)
WEEKDAYS = (1.2, 1.05, 1.0, 1.0, 0.95, 0.5, 0.3)
X = np.arange(48)
PROFILE = np.exp(-(((X - 20) / 6) ** 2)) + 0.8 * np.exp(-(((X - 31) / 5) ** 2))
PROFILE /= PROFILE.sum()


def history(
    *,
    weeks: int = 16,
    level: float = 2000.0,
    seed: int = 1,
    sunday: float = 0.3,
    wobble: float = 0.08,
    odd: Mapping[date, float] | None = None,
) -> dict[date, list[int]]:
    """Half-hours. ``wobble``: of each interval beyond chance; ``odd``: multiples of single days."""
    drift = np.random.default_rng(seed).normal(0, 0.015, 7 * weeks).cumsum()
    made = {}
    for number in range(7 * weeks):
        day = FIRST + timedelta(days=number)
        share = (*WEEKDAYS[:6], sunday)[day.weekday()] * (odd or {}).get(day, 1.0)
        chance = np.random.default_rng((seed, number))
        mean = level * share * PROFILE * np.exp(drift[number] + chance.normal(0, 0.04) + chance.normal(0, wobble, 48))
        made[day] = chance.poisson(mean).tolist()
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_better_than_a_week_ago_and_the_band_holds(seed: int) -> None:
    found = backtest(history(seed=seed))
    assert found is not None
    assert found.days == 28
    assert found.wape < 0.85 * found.naive_wape
    assert found.coverage is not None
    assert 0.74 < found.coverage < 0.88


def test_totals_by_weekday_and_shape_of_the_day() -> None:
    past = history(wobble=0.0)
    last = max(past)
    week = [forecast(past, last + timedelta(days=ahead)) for ahead in range(1, 8)]
    mean = sum(made.total for made in week) / 7
    for made in week:
        assert made.total / mean == pytest.approx(WEEKDAYS[made.day.weekday()] / (sum(WEEKDAYS) / 7), rel=0.08)
        assert sum(made.expected) == pytest.approx(made.total)
        assert np.abs(np.array(made.expected) / made.total - PROFILE).max() < 0.01
        assert made.total_low < made.total < made.total_high
    bands = [made.total_high / made.total for made in week[:1] + week[6:]]
    assert bands[1] > bands[0], "the further ahead, the wider"


def test_a_failure_and_a_day_of_fame_move_nothing_much() -> None:
    odd = {FIRST + timedelta(days=94): 0.05, FIRST + timedelta(days=111): 6.0}
    day = FIRST + timedelta(days=112)
    plain, disturbed = forecast(history(), day), forecast(history(odd=odd), day)
    assert disturbed.total == pytest.approx(plain.total, rel=0.03)
    assert np.abs(np.array(disturbed.expected) - np.array(plain.expected)).max() < 0.1 * max(plain.expected)


def test_a_new_level_is_followed() -> None:
    doubled = {FIRST + timedelta(days=day): 2.0 for day in range(98, 112)}
    day = FIRST + timedelta(days=112)
    assert forecast(history(odd=doubled), day).total == pytest.approx(2 * forecast(history(), day).total, rel=0.15)


def test_days_off_are_left_out_and_forecast_as_such() -> None:
    off = [FIRST + timedelta(days=number) for number in (30, 60, 90)]
    past = history(odd=dict.fromkeys(off, 0.1))
    coming = FIRST + timedelta(days=114)
    ordinary = forecast(past, coming, days_off=off)
    holiday = forecast(past, coming, days_off=[*off, coming])
    assert ordinary.total == pytest.approx(forecast(history(), coming).total, rel=0.05)
    assert 0.05 < holiday.total / ordinary.total < 0.2
    like_sunday = forecast(history(), coming, days_off=[coming])
    assert like_sunday.total == pytest.approx(forecast(history(), FIRST + timedelta(days=118)).total)


def test_closed_on_sundays() -> None:
    past = history(sunday=0.0)
    made = forecast(past, FIRST + timedelta(days=118))
    assert (made.total, made.total_high, max(made.high)) == (0.0, 0.0, 0.0)
    assert forecast(past, FIRST + timedelta(days=117)).total > 0


def test_what_cannot_be_forecast_is_refused() -> None:
    past = history(weeks=3)
    day = FIRST + timedelta(days=30)
    with pytest.raises(ValueError, match="there are none"):
        forecast({}, day)
    with pytest.raises(ValueError, match="there are 13 days"):
        forecast(dict(list(past.items())[:13]), day)
    with pytest.raises(ValueError, match="equally many"):
        forecast({**past, FIRST: [1]}, day)
    assert backtest(dict(list(past.items())[:10])) is None
