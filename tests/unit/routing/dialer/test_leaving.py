"""Agents who are known to go: nobody is dialled for them, and the decision names them."""

from __future__ import annotations

import pytest

from tandem.routing.core.dialer.pacing import DayCount, Pacer, PacingSettings

LEADS = {"list": 1000}


def made(leaving_at: float | None, *, idle: int = 3, answered: int = 2000, mode: str = "predictive") -> Pacer:
    pacer = Pacer(PacingSettings(mode=mode))  # type: ignore[arg-type]
    pacer.new_day(0.0)
    pacer.history([], DayCount(answered, 0))
    for number in range(idle):
        pacer.agent(f"a{number}", "idle", now=0.0, leaving_at=leaving_at)
    return pacer


@pytest.mark.parametrize("mode", ["progressive", "power", "predictive"])
def test_nobody_is_reserved_for_a_call_who_will_be_gone(mode: str) -> None:
    for leaving_at, launched in ((None, 3), (1000.0, 3), (20.0, 0)):
        without_budget = made(leaving_at, answered=0, mode=mode).decide(now=1.0, segments=LEADS, lines=100)
        assert without_budget.total == launched
        restricted = made(leaving_at, mode=mode).decide(now=1.0, segments={}, lines=100, restricted=9)
        assert restricted.restricted == launched


def test_who_stays_is_told_from_who_goes() -> None:
    pacer = made(20.0, idle=2)
    pacer.agent("a1", "idle", now=1.0, leaving_at=None)
    assert not pacer.stays("a0", 1.0)
    assert pacer.stays("a1", 1.0)
    assert pacer.stays("a0", -10.0), "a call of 25 s is over by then"
    assert pacer.decide(now=1.0, segments=LEADS, lines=100).evidence["leaving"] == 1


@pytest.mark.parametrize(
    ("leaving_at", "en", "zh"),
    [
        (None, "answer rate 30%", "接听率 30%"),
        (301.5, "answer rate 30%", "接听率 30%"),
        (300.0, "answer rate 30%; 3 agents leave within 5 min", "接听率 30%；5 分钟内 3 名座席离岗"),
    ],
)
def test_the_decision_says_who_leaves_soon(leaving_at: float | None, en: str, zh: str) -> None:
    why = made(leaving_at).decide(now=1.0, segments=LEADS, lines=100).why
    assert why["en"].rpartition(", ")[2] == en
    assert why["zh"].rpartition("，")[2] == zh


def test_one_agent_leaves_and_a_decision_that_launches_nothing_says_it_too() -> None:
    decision = made(20.0, idle=1).decide(now=1.0, segments=LEADS, lines=100)
    assert decision.total == 0
    assert decision.why["en"].endswith("; 1 agent leaves within 5 min")


def test_a_team_whose_shift_ends_costs_no_more_than_one_that_stays() -> None:
    """Those who go at one moment are one kind for the outlook."""
    pacer = made(8.0, idle=400)
    look = pacer._outlook(1.0, LEADS)
    assert len(look.free) == 1
    assert look.agents.tolist() == [400.0]
    assert look.free[0][0] > 0.9
    assert look.free[0][-1] == 0.0
