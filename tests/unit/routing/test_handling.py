from __future__ import annotations

import pytest

from tandem.routing.core.acd.handling import Handling


def test_the_plan_counts_until_calls_were_measured() -> None:
    handling = Handling()
    assert handling.mean_s(180.0) == 180.0
    for _ in range(20):
        handling.add(60.0)
    assert 115.0 < handling.mean_s(180.0) < 125.0


def test_calls_of_long_ago_are_forgotten() -> None:
    handling = Handling()
    for _ in range(500):
        handling.add(600.0)
    for _ in range(500):
        handling.add(60.0)
    assert handling.mean_s(60.0) == pytest.approx(60.0, abs=5.0)
