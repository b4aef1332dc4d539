"""Campaigns get agents slowly and give them back at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tandem.routing.core.acd.blending import CALM_S, RAISE_EVERY_S, Inbound, Share, Window, allowance
from tandem.routing.core.plan import Blending

PLAN = Blending()
WELL = Inbound(service_level=0.95, waiting=0, blended=100, held=0, free=60, predicted_wait_s=0.0)


def after(seconds: float, seen: Inbound, share: Share | None = None, *, every_s: float = 5.0) -> tuple[Share, int]:
    """Asked again and again, with campaigns that take all they may."""
    share, allowed = share or Share(), 0
    for tick in range(int(seconds / every_s) + 1):
        share, allowed = allowance(share, seen, PLAN, now=tick * every_s)
        moved = min(seen.free, max(0, allowed - seen.held))
        seen = replace(seen, held=seen.held + moved, free=seen.free - moved)
    return share, allowed


def test_a_twentieth_a_minute_up_to_the_most() -> None:
    assert after(0, WELL)[1] == 5
    assert after(4 * RAISE_EVERY_S, WELL)[1] == 25
    assert after(3600, replace(WELL, free=100))[1] == 60


def test_the_next_callers_agents_are_not_taken() -> None:
    assert after(3600, replace(WELL, free=30))[1] == 25, "a twentieth of the agents stays free"


def test_every_waiting_caller_asks_an_agent_back_at_once() -> None:
    share = Share(level=40)
    seen = replace(WELL, held=40, free=0, waiting=3)
    _, allowed = allowance(share, seen, PLAN, now=0.0)
    assert allowed == 40 - 5 - 3


def test_low_service_level_takes_all_back_within_minutes() -> None:
    share = Share(level=60)
    for tick in range(40):
        share, allowed = allowance(share, replace(WELL, service_level=0.79), PLAN, now=tick * 5.0)
    assert allowed == 0


def test_a_long_predicted_wait_counts_like_a_low_service_level() -> None:
    share, _ = allowance(Share(level=60), replace(WELL, predicted_wait_s=21.0), PLAN, now=0.0)
    assert share.level == 30


def test_between_the_thresholds_nothing_moves() -> None:
    share, allowed = after(3600, replace(WELL, service_level=0.85), Share(level=20))
    assert (share.level, allowed) == (20, 20)


def test_what_fell_rises_only_after_calm() -> None:
    fallen, _ = allowance(Share(level=40), replace(WELL, service_level=0.5), PLAN, now=1000.0)
    soon, _ = allowance(fallen, WELL, PLAN, now=1000.0 + CALM_S - 1)
    late, _ = allowance(fallen, WELL, PLAN, now=1000.0 + CALM_S)
    assert (fallen.level, soon.level, late.level) == (20, 20, 25)


def test_nobody_is_lent_of_nobody() -> None:
    assert after(3600, replace(WELL, blended=0, free=0))[1] == 0


ALONE = replace(WELL, blended=1, free=1)


def test_who_is_alone_is_lent_while_no_caller_waits() -> None:
    share, allowed = after(0, ALONE)
    assert allowed == 1
    share, allowed = allowance(share, replace(ALONE, held=1, free=0, waiting=1), PLAN, now=10.0)
    assert allowed == 0, "the caller has him"
    share, allowed = allowance(share, ALONE, PLAN, now=10.0 + CALM_S - 1.0)
    assert allowed == 0
    assert allowance(share, ALONE, PLAN, now=10.0 + CALM_S)[1] == 1


def test_who_is_alone_and_talks_with_a_caller_is_not_lent() -> None:
    assert after(3600, replace(ALONE, free=0))[1] == 0


@pytest.mark.parametrize(("blended", "most", "lent"), [(1, 0.0, 0), (2, 0.4, 1), (3, 0.3, 1), (3, 0.0, 0), (2, 1.0, 1)])
def test_of_few_at_least_one_is_lent_unless_none_is_to_be(blended: int, most: float, lent: int) -> None:
    share, plan = Share(), replace(PLAN, most=most)
    for tick in range(100):
        share, allowed = allowance(share, replace(WELL, blended=blended, free=blended), plan, now=tick * 5.0)
    assert allowed == lent


def test_nobody_called_is_well() -> None:
    assert after(0, replace(WELL, service_level=None))[1] == 5


def test_the_window_forgets_after_a_quarter_of_an_hour() -> None:
    window = Window()
    assert window.service_level(now=0.0) is None
    for second in range(100):
        window.count(second % 4 > 0, now=float(second))
    assert window.service_level(now=100.0) == 0.75
    window.count(False, now=50.0)  # late by a slice: counted with the last
    assert window.service_level(now=100.0) == 75 / 101
    window.count(True, now=1000.0)
    assert window.service_level(now=1001.0) == 1.0
    assert window.service_level(now=3000.0) is None
