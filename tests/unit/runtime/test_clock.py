"""The machine's clock is set while the server runs."""

from __future__ import annotations

import time

import pytest

from tandem.cti.app.clock_watch import ClockWatch
from tandem.cti.app.floor_plan import ClockSet
from tandem.cti.runtime.clock import SystemClock


def test_our_clock_goes_on_and_knows_how_far_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, ticks = 1_700_000_000.0, 100.0
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "monotonic", lambda: ticks)
    clock = SystemClock()
    wall, ticks = wall + 10.0, ticks + 10.0
    assert (clock.now(), clock.off_s()) == (1_700_000_010.0, 0.0)
    wall += 7_200.0
    assert (clock.now(), clock.off_s()) == (1_700_000_010.0, 7_200.0)
    ticks += 1.0
    assert clock.now() == 1_700_000_011.0


def test_the_center_hears_of_hours_once_and_of_small_corrections_never(caplog: pytest.LogCaptureFixture) -> None:
    told: list[ClockSet] = []
    seen = [0.1, -3.0, 4.9, 7_200.0, 7_200.4, 7_199.0, -50.0, 0.2, 0.0]
    each = iter(seen)
    watch = ClockWatch(lambda: next(each), told.append)
    for _ in seen:
        watch.look()
    assert told == [ClockSet(7_200.0), ClockSet(-50.0), ClockSet(0.0)]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR", "WARNING"]


def test_a_clock_that_wavers_about_the_bound_is_told_once() -> None:
    told: list[ClockSet] = []
    seen = [4.9, 5.1, 4.9, 5.1, 2.0, 9.9, 10.2, 3.0, -2.0, -1.9, 4.9, -4.9, -5.0, 1.9]
    each = iter(seen)
    watch = ClockWatch(lambda: next(each), told.append)
    for _ in seen:
        watch.look()
    assert told == [
        ClockSet(5.1),
        ClockSet(10.2),
        ClockSet(3.0),
        ClockSet(-2.0),
        ClockSet(0.0),
        ClockSet(-5.0),
        ClockSet(0.0),
    ]


def test_a_center_that_cannot_hear_it_is_told_later(caplog: pytest.LogCaptureFixture) -> None:
    told: list[ClockSet] = []
    away = True

    def tell(input_: ClockSet) -> None:
        if away:
            raise ValueError("no")
        told.append(input_)

    watch = ClockWatch(lambda: 60.0, tell)
    for _ in range(3):
        watch.look()
    assert ["cannot be told" in record.message for record in caplog.records] == [True], "said once"
    away = False
    for _ in range(3):
        watch.look()
    assert told == [ClockSet(60.0)]
    assert "open by both" in caplog.records[-1].message
    assert len(caplog.records) == 2
