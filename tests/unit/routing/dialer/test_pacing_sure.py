"""What may be dialled when the budget bears no abandoned call."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tandem.routing.core.dialer.pacing import DayCount, Decision, Pacer, PacingSettings
from tandem.routing.core.dialer.pacing_outlook import Outlook
from tandem.routing.core.dialer.pacing_sure import more_than, surely_taken

LEADS = {"list": 1000}


def look(idle: int, rate: float, *, in_flight: int = 0, waiting: int = 0, doubt: float = 0.0) -> Outlook:
    return Outlook(
        moments_s=np.array([20.0]),
        waiting=waiting,
        idle=idle,
        free=np.zeros((0, 1)),
        agents=np.zeros(0),
        answers=np.full((1, 1), rate),
        calls=np.array([float(in_flight)]),
        answer=np.array([rate]),
        doubt=doubt,
    )


@pytest.mark.parametrize("calls", [1, 7, 40])
@pytest.mark.parametrize("rate", [0.02, 0.3, 0.9])
def test_more_than_is_the_binomial_tail(calls: int, rate: float) -> None:
    for answers in range(calls + 2):
        exact = sum(
            math.comb(calls, number) * rate**number * (1.0 - rate) ** (calls - number)
            for number in range(answers + 1, calls + 1)
        )
        if answers + 1 > calls * rate:
            assert more_than(answers, calls, rate) == pytest.approx(exact, rel=1e-4)
        else:
            assert more_than(answers, calls, rate) >= exact


def test_nobody_answers_at_a_rate_of_none() -> None:
    assert more_than(0, 5, 0.0) == 0.0


def test_the_fewer_answer_and_the_more_are_idle_the_more_lines_for_each() -> None:
    def lines(idle: int, rate: float) -> float:
        return surely_taken(look(idle, rate), 1000, 3.0, 0.003) / idle

    assert lines(30, 0.05) > lines(15, 0.05) > lines(8, 0.05) > 1.0
    assert lines(15, 0.02) > lines(15, 0.05) > lines(15, 0.15)
    assert lines(15, 0.4) < 1.0 + 1e-9


def test_one_idle_agent_has_no_call_that_is_not_his_own() -> None:
    assert surely_taken(look(1, 0.05), 100, 2.0, 0.003) == 0


def test_who_rings_waits_or_is_doubtful_counts() -> None:
    free = surely_taken(look(15, 0.05), 100, 3.0, 0.003)
    assert surely_taken(look(15, 0.05, in_flight=10), 100, 3.0, 0.003) == free - 10
    assert surely_taken(look(15, 0.05, waiting=5), 100, 3.0, 0.003) == surely_taken(look(10, 0.05), 100, 3.0, 0.003)
    assert surely_taken(look(15, 0.05, doubt=0.5), 100, 3.0, 0.003) < free
    assert surely_taken(look(15, 0.05), 7, 3.0, 0.003) == 7


def test_it_is_as_sure_as_it_says() -> None:
    """Drawn 200,000 times: as many calls as fifteen agents may have, at the rate told and at three times that."""
    launched = surely_taken(look(15, 0.06), 1000, 3.0, 0.0)
    draw = np.random.default_rng(3)
    share = sum(
        weight * float(np.mean(draw.binomial(launched, rate, 200_000) > 15))
        for weight, rate in ((0.98, 0.06), (0.02, 0.18))
    )
    assert share <= 4e-5


# ---- as the pacer does ---------------------------------------------------------------------------------------------


def few_answer(mode: str = "predictive", idle: int = 15, reserved: int = 0) -> Pacer:
    """Of 800 calls 40 were answered; the budget is used up."""
    pacer = Pacer(PacingSettings(mode=mode))  # type: ignore[arg-type]
    pacer.new_day(0.0)
    pacer.agent("a0", "idle", now=0.0)
    for number in range(800):
        pacer.launched(f"c{number}", "list", now=float(number))
        if number % 20 == 0:
            pacer.person(f"c{number}", now=number + 8.0)
        pacer.ended(f"c{number}", "hung_up" if number % 20 == 0 else "no_answer", now=number + 20.0)
        pacer.decide(now=number + 20.0, segments={}, lines=100)
    pacer.history([], DayCount(1000, 30))
    for number in range(idle + reserved):
        pacer.agent(f"a{number}", "idle" if number < idle else "reserved", now=900.0)
    return pacer


def decided(pacer: Pacer, now: float = 901.0, **asked: int) -> Decision:
    return pacer.decide(now=now, segments=LEADS, lines=asked.pop("lines", 100), **asked)


def test_where_few_answer_a_used_up_budget_leaves_more_than_one_line_for_each_agent() -> None:
    decision = decided(few_answer())
    assert not decision.reserved_only
    assert 20 <= decision.total <= 60
    assert decision.why["en"].startswith(f"launched {decision.total}: the limit bears no further")
    assert "空闲座席 15 名足以应答" in decision.why["zh"]


def test_agents_wait_for_those_whose_reserved_calls_ring() -> None:
    pacer = few_answer(idle=1, reserved=14)
    waits = decided(pacer)
    assert (waits.total, waits.reserved_only) == (0, False)
    assert waits.look_at <= 903.0
    assert "1 agent idle waits for others" in waits.why["en"]
    assert "稍候其他座席空出" in waits.why["zh"]
    # who is reserved for longer than a call rings is reserved for something else
    late = decided(pacer, now=940.0)
    assert (late.total, late.reserved_only) == (1, True)


@pytest.mark.parametrize(("mode", "idle", "asked"), [("progressive", 15, {}), ("power", 15, {}), ("predictive", 3, {})])
def test_else_each_call_has_an_agent_of_its_own(mode: str, idle: int, asked: dict[str, int]) -> None:
    decision = decided(few_answer(mode, idle), **asked)
    assert (decision.total, decision.reserved_only) == (idle, True)


def test_few_lines_are_not_waited_for_and_restricted_leads_go_first() -> None:
    assert decided(few_answer(), lines=2).reserved_only
    assert decided(few_answer(), restricted=4).restricted == 4


def test_in_the_last_seconds_of_a_day_nobody_waits_for_others() -> None:
    pacer = few_answer(idle=2, reserved=13)
    pacer.new_day(901.0, began_at=0.0, ends_at=910.0)
    assert (decided(pacer).total, decided(pacer).reserved_only) == (2, True)
