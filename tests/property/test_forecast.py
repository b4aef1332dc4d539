"""Any history gives a forecast with a band around it, or is refused in words."""

from __future__ import annotations

from datetime import date, timedelta
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.routing.core.forecast import backtest, forecast

FIRST = date(2026, 3, 2)


@st.composite
def histories(draw: st.DrawFn) -> dict[date, list[int]]:
    numbers = draw(st.sets(st.integers(0, 100), min_size=1, max_size=60))
    counts = st.lists(st.integers(0, 60) | st.just(0), min_size=4, max_size=4)
    return {FIRST + timedelta(days=number): draw(counts) for number in sorted(numbers)}


@settings(max_examples=60)
@given(histories(), st.integers(1, 20), st.sets(st.integers(0, 120), max_size=5))
def test_a_band_around_it_or_a_refusal(history: dict[date, list[int]], ahead: int, off: set[int]) -> None:
    day = max(history) + timedelta(days=ahead)
    days_off = [FIRST + timedelta(days=number) for number in off]
    try:
        made = forecast(history, day, days_off=days_off)
    except ValueError:
        # Only a history with hardly two weeks of days with calls is too short.
        with pytest.raises(ValueError, match="two weeks"):
            forecast(history, day, days_off=days_off)
        return
    assert len(made.expected) == len(made.low) == len(made.high) == 4
    for low, expected, high in zip(made.low, made.expected, made.high, strict=True):
        assert isfinite(high)
        assert 0 <= low <= expected
        assert high >= low
    found = backtest(history, days=5, days_off=days_off)
    assert found is None or found.wape >= 0
