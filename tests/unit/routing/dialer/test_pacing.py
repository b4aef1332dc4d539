"""The pacer: its modes, its budget, what it says, what it takes no notice of."""

from __future__ import annotations

import pickle
from typing import cast

import pytest

from tandem.routing.core.dialer.pacing import AgentStatus, DayCount, Learned, Pacer, PacingSettings
from tandem.routing.core.dialer.pacing_budget import Budget, Caution, suddenly

LEADS = {"list": 1000}


def made(mode: str = "predictive", idle: int = 3, **settings: object) -> Pacer:
    pacer = Pacer(PacingSettings(mode=mode, **settings))  # type: ignore[arg-type]
    pacer.new_day(0.0)
    for number in range(idle):
        pacer.agent(f"a{number}", "idle", now=0.0)
    return pacer


def rich(pacer: Pacer, answered: int = 2000) -> Pacer:
    """With a budget that bears risks."""
    pacer.history([], DayCount(answered, 0))
    return pacer


# ---- modes ---------------------------------------------------------------------------------------------------------


def test_progressive_has_one_line_for_each_idle_agent() -> None:
    pacer = rich(made("progressive"))
    decision = pacer.decide(now=1.0, segments=LEADS, lines=100)
    assert decision.launch == (("list", 3),)
    assert not decision.reserved_only
    for number in range(3):
        pacer.launched(f"c{number}", "list", now=1.0)
    assert pacer.decide(now=2.0, segments=LEADS, lines=100).total == 0
    pacer.ended("c0", "no_answer", now=26.0)
    assert pacer.decide(now=26.0, segments=LEADS, lines=100).total == 1


def test_power_has_its_ratio_for_each_idle_agent() -> None:
    pacer = rich(made("power", ratio=2.5))
    assert pacer.decide(now=1.0, segments=LEADS, lines=100).total == 7
    pacer.agent("a0", "talking", now=2.0)
    assert pacer.decide(now=2.0, segments=LEADS, lines=100).total == 5


def test_the_mode_is_changed_while_calls_are_in_flight() -> None:
    pacer = rich(made("power", ratio=2.0))
    for number in range(6):
        pacer.launched(f"c{number}", "list", now=1.0)
    pacer.set(PacingSettings(mode="progressive"))
    assert pacer.decide(now=2.0, segments=LEADS, lines=100).total == 0
    pacer.set(PacingSettings(mode="power", ratio=3.0))
    assert pacer.decide(now=3.0, segments=LEADS, lines=100).total == 3


def test_predictive_overdials_idle_agents_by_the_answer_rate() -> None:
    few = rich(made(idle=10))
    assert few.decide(now=1.0, segments=LEADS, lines=1000).total > 10
    hot = rich(made(idle=10))
    for number in range(200):
        hot.launched(f"h{number}", "list", now=-100.0 + number / 10)
        hot.answered(f"h{number}", now=-90.0 + number / 10)
        hot.ended(f"h{number}", "hung_up", now=-90.0 + number / 10)
    assert hot.decide(now=1.0, segments=LEADS, lines=1000).total == 10


def test_predictive_launches_ahead_of_agents_about_to_be_free() -> None:
    pacer = rich(made(idle=0))
    for number in range(300):
        pacer.agent(f"b{number}", "talking", now=-200.0)
        pacer.agent(f"b{number}", "wrapping", now=-110.0)
        pacer.agent(f"b{number}", "idle", now=-100.0)
        pacer.agent(f"b{number}", "talking", now=-88.0)
    assert pacer.decide(now=0.0, segments=LEADS, lines=1000).total > 0


def test_lines_leads_and_lines_per_agent_bound_it() -> None:
    assert rich(made(idle=30)).decide(now=1.0, segments=LEADS, lines=4).total == 4
    assert rich(made(idle=30)).decide(now=1.0, segments={"list": 5}, lines=400).total == 5
    assert rich(made(idle=30, most_lines_per_agent=1.0)).decide(now=1.0, segments=LEADS, lines=400).total == 30
    assert rich(made(idle=3)).decide(now=1.0, segments=LEADS, lines=-2).total == 0


def test_segments_share_by_their_leads() -> None:
    decision = rich(made("progressive", idle=4)).decide(now=1.0, segments={"a": 30, "b": 10, "c": 0}, lines=9)
    assert dict(decision.launch) == {"a": 3, "b": 1}


# ---- nobody to answer, nothing to dial -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["progressive", "power", "predictive"])
def test_without_agents_nothing_is_launched(mode: str) -> None:
    pacer = rich(made(mode))
    for number in range(3):
        pacer.agent(f"a{number}", "away", now=1.0)
    decision = pacer.decide(now=1.0, segments=LEADS, lines=100, restricted=5)
    assert decision.total == 0
    assert decision.why == {"zh": "未发起呼叫：没有在岗座席", "en": "launched none: no agent is at work"}
    assert decision.look_at >= 31.0


def test_an_agent_who_leaves_before_the_answer_is_not_counted_on() -> None:
    pacer = rich(made(idle=0))
    for number in range(20):
        pacer.agent(f"b{number}", "talking", now=-60.0, leaving_at=0.5)
    assert pacer.decide(now=0.0, segments=LEADS, lines=100).total == 0


@pytest.mark.parametrize("mode", ["progressive", "power", "predictive"])
def test_idle_agents_who_leave_before_a_call_is_over_are_not_counted_on(mode: str) -> None:
    pacer = rich(made(mode, idle=0))
    for number in range(4):
        pacer.agent(f"b{number}", "idle", now=0.0, leaving_at=100.0)
    assert pacer.decide(now=1.0, segments=LEADS, lines=100).total >= 4
    assert pacer.decide(now=99.0, segments=LEADS, lines=100).total == 0


def test_nobody_is_counted_on_in_the_last_seconds_of_a_day() -> None:
    pacer = rich(made("progressive", idle=4))
    pacer.new_day(0.0, ends_at=100.0)
    assert pacer.decide(now=60.0, segments=LEADS, lines=100).total == 4
    assert pacer.decide(now=90.0, segments=LEADS, lines=100).total == 0
    assert pacer.decide(now=101.0, segments=LEADS, lines=100).total == 4


def test_nothing_to_dial_says_why() -> None:
    pacer = made()
    assert pacer.decide(now=1.0, segments={}, lines=9).why["en"] == "launched none: no contact may be called now"
    assert pacer.decide(now=1.0, segments=LEADS, lines=0).why["en"] == "launched none: no line is free"


# ---- the budget ----------------------------------------------------------------------------------------------------


def test_budget_of_the_day_and_the_window() -> None:
    budget = Budget(answered=100, abandoned=1)
    assert budget.left(0.03) == pytest.approx(2.0)
    budget.set_history([DayCount(1000, 40)], 30)
    assert budget.window(0.03) == pytest.approx(-8.0)
    assert budget.left(0.03) == pytest.approx(-8.0)
    budget.set_history([DayCount(1000, 40), DayCount(1000, 0)], 2)
    assert budget.left(0.03) == pytest.approx(2.0)


def test_a_new_day_begins_with_none_and_the_old_one_joins_the_window() -> None:
    pacer = made(window_days=2)
    pacer.history([DayCount(500, 15)], DayCount(100, 2))
    pacer.new_day(86_400.0)
    gauges = pacer.gauges(86_400.0)
    assert (gauges.answered_today, gauges.abandoned_today) == (0, 0)
    assert gauges.budget_window == pytest.approx(1.0)
    pacer.new_day(86_401.0, began_at=86_400.0)
    assert pacer.gauges(86_401.0).budget_window == pytest.approx(1.0)


def one_abandoned(pacer: Pacer, attempt: str, now: float) -> None:
    pacer.launched(attempt, "list", now=now)
    pacer.abandoned(attempt, now=now)


def test_days_may_follow_each_other_as_closely_as_they_like() -> None:
    pacer = made(window_days=30)
    one_abandoned(pacer, "c1", 10.0)
    for moment in (3_600.0, 3_600.0, 7_200.0):
        pacer.new_day(moment, ends_at=moment + 3_600.0)
        assert (pacer.gauges(moment).answered_today, pacer.gauges(moment).budget_window) == (0, -0.97)


def test_who_says_when_a_day_began_may_say_so_again() -> None:
    pacer = made()
    pacer.new_day(30_000.0, began_at=0.0)
    one_abandoned(pacer, "c1", 30_001.0)
    pacer.new_day(30_002.0, began_at=3_600.0, ends_at=60_000.0)  # another time zone
    assert pacer.gauges(30_002.0).answered_today == 1
    pacer.new_day(86_400.0, began_at=86_400.0)
    assert pacer.gauges(86_400.0).answered_today == 0


def test_a_day_without_end_is_one_whose_end_is_not_told() -> None:
    pacer = made(idle=20)
    pacer.new_day(0.0, ends_at=float("inf"))
    answered_all_day(pacer, 600.0, 60.0)
    assert pacer.decide(now=600.0, segments=LEADS, lines=100).evidence["lent"] == 0.0


@pytest.mark.parametrize("mode", ["progressive", "power", "predictive"])
def test_without_budget_one_call_for_each_idle_agent_and_he_is_reserved(mode: str) -> None:
    pacer = made(mode, ratio=4.0)
    pacer.history([], DayCount(1000, 30))
    decision = pacer.decide(now=1.0, segments=LEADS, lines=100)
    assert decision.total == 3
    assert decision.reserved_only
    assert "(30 of 1000)" in decision.why["en"]
    assert "1000 通中呼损 30 通" in decision.why["zh"]


def test_a_budget_of_exactly_one_still_dials_for_idle_agents() -> None:
    pacer = made()
    pacer.history([], DayCount(100, 2))
    decision = pacer.decide(now=1.0, segments=LEADS, lines=100)
    assert decision.total == 3
    assert not decision.reserved_only


def answered_all_day(pacer: Pacer, until: float, every_s: float) -> Pacer:
    """Somebody answered so often, one of four, and hung up."""
    for number in range(int(until / every_s)):
        at = (number + 1) * every_s
        for other in range(3):
            pacer.launched(f"d{number}.{other}", "list", now=at - 5.0)
            pacer.ended(f"d{number}.{other}", "no_answer", now=at)
        pacer.launched(f"d{number}", "list", now=at - 5.0)
        pacer.answered(f"d{number}", now=at)
        pacer.ended(f"d{number}", "hung_up", now=at)
    return pacer


def test_a_day_whose_end_is_not_told_is_lent_nothing() -> None:
    pacer = made(idle=20)
    pacer.history([], DayCount(33, 0))
    assert pacer.decide(now=2.0, segments=LEADS, lines=100).reserved_only
    pacer.history([], DayCount(34, 0))
    assert not pacer.decide(now=3.0, segments=LEADS, lines=100).reserved_only


def test_a_day_whose_end_is_far_is_lent_what_most_of_its_answers_may_fail_to_come_for() -> None:
    end = 8 * 3600.0
    pacer = made(idle=20)
    pacer.new_day(0.0, ends_at=end)
    assert pacer.decide(now=1.0, segments=LEADS, lines=100).reserved_only
    answered_all_day(pacer, 600.0, 30.0)
    decision = pacer.decide(now=601.0, segments=LEADS, lines=100)
    assert not decision.reserved_only
    # 20 answers in 600 s, which counts as 1,200; 28,199 s are left
    assert decision.evidence["lent"] == pytest.approx(0.03 * 20 * 28_199 / 1201 / 8)
    assert decision.evidence["budget"] == pytest.approx(0.6 + decision.evidence["lent"])
    answered_all_day(pacer, 7200.0, 30.0)
    assert pacer.decide(now=7200.0, segments=LEADS, lines=100).evidence["lent"] == 2.0
    assert pacer.decide(now=end - 60.0, segments=LEADS, lines=100).evidence["lent"] < 0.01
    assert pacer.decide(now=end + 60.0, segments=LEADS, lines=100).evidence["lent"] == 0.0


def test_no_more_is_lent_than_the_leads_that_are_left_will_bring() -> None:
    def lent(left: int | None) -> float:
        pacer = made(idle=5)
        pacer.new_day(0.0, ends_at=10 * 3600.0)
        answered_all_day(pacer, 1800.0, 30.0)
        return pacer.decide(now=1800.0, segments={"list": 10}, lines=100, left=left).evidence["lent"]

    assert lent(None) == lent(100_000) == 2.0
    assert lent(0) == 0.0
    assert 0.0 < lent(10) < 0.03 * 10 / 8


def test_an_agent_who_listens_to_a_machine_talks_with_nobody_who_answered() -> None:
    pacer = made(idle=1)
    pacer.launched("m", "list", now=0.0, detect=True)
    pacer.answered("m", now=9.0)
    pacer.connected("m", "a0", now=12.0, machine=True)
    pacer.ended("m", "machine", now=20.0)
    gauges = pacer.gauges(20.0)
    assert (gauges.answered_today, gauges.talking, gauges.in_flight) == (0, 1, 0)
    assert gauges.machine_rate == 1.0


def test_answers_of_before_a_restart_promise_nothing_for_the_rest_of_the_day() -> None:
    pacer = made(idle=5)
    pacer.new_day(0.0, ends_at=8 * 3600.0)
    for answered in (500, 500, 501):  # told again and again
        pacer.history([], DayCount(answered, 2))
    assert pacer.decide(now=60.0, segments=LEADS, lines=100).evidence["lent"] == 0.0
    answered_all_day(pacer, 600.0, 60.0)
    pacer.history([], DayCount(511, 2))  # what it has seen itself
    lent = pacer.decide(now=600.0, segments=LEADS, lines=100).evidence["lent"]
    assert lent == pytest.approx(0.03 * 10 * (8 * 3600.0 - 600.0) / 1200.0 / 8)


def test_when_nothing_makes_up_for_it_any_more_the_worst_case_of_few_agents_is_worse() -> None:
    def launched(ends_at: float) -> int:
        pacer = made(idle=4)
        pacer.new_day(0.0, ends_at=ends_at)
        answered_all_day(pacer, 7200.0, 30.0)
        pacer.learned.caution.share = 0.5
        return pacer.decide(now=7200.0, segments=LEADS, lines=100).total

    assert launched(7260.0) < launched(7200.0 + 12 * 3600.0)


def test_a_larger_group_has_to_bear_a_larger_change() -> None:
    assert suddenly(0) == suddenly(5) == 2.0
    assert suddenly(50) == pytest.approx(3.8)


def test_towards_the_told_end_of_a_day_less_is_kept_back() -> None:
    def allowed(ends_at: float | None) -> float:
        pacer = made(idle=20)
        pacer.new_day(0.0, ends_at=ends_at)
        answered_all_day(pacer, 7200.0, 120.0)
        return pacer.decide(now=7200.0, segments=LEADS, lines=100).evidence["risk_allowed"]

    assert 0.0 < allowed(None) < allowed(7260.0)


def test_who_rings_for_long_enough_is_let_go_when_nobody_is_idle() -> None:
    pacer = made(idle=1)
    for call, at in (("old", 0.0), ("young", 5.0), ("silent", 0.0)):
        pacer.launched(call, "list", now=at)
        if call != "silent":
            pacer.ringing(call, now=at + 3.0)
            pacer.ringing(call, now=at + 9.0)  # said again
    assert pacer.let_go(19.0) == (), "an agent is there"
    pacer.agent("a0", "talking", now=19.5)
    assert pacer.let_go(17.9) == ("old",)
    assert pacer.let_go(20.0) == (), "named twice"
    pacer.agent("a0", "away", now=20.0)
    assert pacer.let_go(30.0) == ("young",), "also when nobody works any more"


def test_nobody_is_let_go_who_has_answered_or_has_an_agent_reserved() -> None:
    pacer = made(idle=1)
    pacer.agent("a0", "talking", now=0.0)
    pacer.launched("reserved", "list", now=0.0, reserved=True)
    pacer.launched("screened", "list", now=0.0, detect=True)
    pacer.launched("waiting", "list", now=0.0)
    for call in ("reserved", "screened", "waiting"):
        pacer.ringing(call, now=1.0)
    pacer.answered("screened", now=15.0)
    pacer.answered("waiting", now=16.0)
    assert pacer.let_go(17.0) == ()


def test_an_idle_agent_for_whom_somebody_waits_keeps_nobody_ringing() -> None:
    pacer = made(idle=1)
    for call in ("waiting", "ringing"):
        pacer.launched(call, "list", now=0.0)
        pacer.ringing(call, now=1.0)
    pacer.answered("waiting", now=17.0)
    assert pacer.let_go(17.0) == ("ringing",)


def test_who_was_let_go_counts_until_then() -> None:
    """As somebody who could have answered for so long, not as one who did not."""
    let_go, rung_out = made(idle=0), made(idle=0)
    for pacer in (let_go, rung_out):
        pacer.agent("a", "idle", now=0.0)
        pacer.agent("a", "talking", now=0.0)
        for number in range(40):
            pacer.launched(f"c{number}", "list", now=0.0)
            pacer.ringing(f"c{number}", now=0.0)
        pacer.decide(now=8.0, segments=LEADS, lines=0)
        pacer._outlook(8.0, LEADS)
    assert len(let_go.let_go(15.0)) == 40
    for pacer, at in ((let_go, 15.0), (rung_out, 25.0)):
        for number in range(40):
            pacer.ended(f"c{number}", "no_answer", now=at)
        pacer._outlook(60.0, LEADS)
        pacer._outlook(100.0, LEADS)
    few, all_ = let_go.learned.rate("list").calls[-1], rung_out.learned.rate("list").calls[-1]
    assert 4.0 < few < all_
    assert let_go.learned.rate("list").now(0)[0] > rung_out.learned.rate("list").now(0)[0]


def test_restricted_leads_when_nothing_else_may_be_called() -> None:
    pacer = rich(made())
    decision = pacer.decide(now=1.0, segments={}, lines=100, restricted=2)
    assert (decision.launch, decision.restricted, decision.total) == ((), 2, 2)
    assert "an agent reserved" in decision.why["en"]
    assert pacer.decide(now=1.0, segments=LEADS, lines=100, restricted=2).restricted == 0


def test_restricted_leads_first_while_every_call_has_an_agent_anyway() -> None:
    decision = made("progressive").decide(now=1.0, segments=LEADS, lines=100, restricted=1)
    assert (decision.restricted, decision.total, decision.reserved_only) == (1, 3, True)


def test_reserved_calls_are_left_out_of_the_sums() -> None:
    pacer = made("progressive")
    pacer.agent("a0", "reserved", now=1.0)
    pacer.launched("c0", "list", now=1.0, reserved=True)
    assert pacer.decide(now=1.0, segments=LEADS, lines=100).total == 2


def test_caution_falls_with_the_abandoned_and_rises_with_the_answered() -> None:
    caution = Caution()
    begun = caution.share
    caution.abandoned(5)
    assert caution.share < begun
    for _ in range(40):
        caution.answered(0.03, 5)
    assert caution.share > begun
    assert caution.allowed(1.0, 5) == 0.0
    assert 0.0 < caution.allowed(2.0, 5) < caution.allowed(20.0, 5) == caution.allowed(30.0, 5)
    assert caution.allowed(1.2, 5) < caution.allowed(1.2, 5, coming=0.3)  # the end of the day is near
    assert caution.allowed(1.2, 5) == caution.allowed(1.2, 5, coming=30.0)


def test_in_the_long_run_the_share_aimed_at_leaves_the_caution_where_it_is() -> None:
    caution = Caution()
    begun = caution.share
    for number in range(20_000):
        caution.answered(0.03, 5)
        if number * 291 % 10_000 < 291:
            caution.abandoned(5)
    assert caution.share == pytest.approx(begun, rel=0.35)


def test_a_target_wait_that_is_kept_takes_no_risk() -> None:
    caution = Caution()
    for _ in range(200):
        caution.waited(2.0, 10.0, 5)
    assert caution.ease < 0.1
    for _ in range(200):
        caution.waited(40.0, 10.0, 5)
    assert caution.ease == 1.0


# ---- what it is told -----------------------------------------------------------------------------------------------


def test_doubled_late_and_unknown_news_count_once_or_not_at_all() -> None:
    pacer = made()
    for _ in range(2):
        pacer.launched("c", "list", now=1.0)
        pacer.ringing("c", now=2.0)
        pacer.answered("c", now=9.0)
        pacer.person("c", now=9.0)
        pacer.abandoned("c", now=11.0)
        pacer.ended("c", "abandoned", now=11.0)
        pacer.ended("c", "abandoned", now=12.0)
        pacer.abandoned("nobody", now=12.0)
        pacer.connected("nobody", "a0", now=12.0)
        pacer.person("nobody", now=12.0)
    gauges = pacer.gauges(12.0)
    assert gauges.in_flight == 0
    assert (gauges.answered_today, gauges.abandoned_today) == (2, 2)  # dialled again after its end: another one


def test_the_end_alone_may_say_that_it_was_abandoned() -> None:
    pacer = made()
    pacer.launched("c", "list", now=1.0)
    pacer.ended("c", "abandoned", now=11.0)
    assert (pacer.gauges(11.0).answered_today, pacer.gauges(11.0).abandoned_today) == (1, 1)


def test_connecting_counts_the_person_and_sets_the_agent_talking() -> None:
    pacer = made()
    pacer.launched("c", "list", now=1.0)
    pacer.connected("c", "a0", now=9.0)
    pacer.agent("a0", "talking", now=9.0)
    gauges = pacer.gauges(9.0)
    assert (gauges.answered_today, gauges.talking, gauges.idle, gauges.wait_s) == (1, 1, 2, 9.0)


def test_with_a_detection_who_answers_is_a_person_only_when_it_says_so() -> None:
    pacer = made()
    pacer.launched("m", "list", now=1.0, detect=True)
    pacer.answered("m", now=9.0)
    pacer.ended("m", "machine", now=12.0)
    pacer.launched("p", "list", now=1.0, detect=True)
    pacer.answered("p", now=12.0)
    assert pacer.gauges(12.0).answered_today == 0
    pacer.person("p", now=14.0)
    assert pacer.gauges(14.0).answered_today == 1
    assert pacer.gauges(14.0).machine_rate == pytest.approx(0.5, abs=0.01)


def test_a_moment_or_a_status_that_is_none_is_refused() -> None:
    pacer = made()
    for moment in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="moment"):
            pacer.decide(now=moment, segments=LEADS, lines=100)
    with pytest.raises(ValueError, match="'ready'"):
        pacer.agent("a0", cast(AgentStatus, "ready"), now=1.0)


@pytest.mark.parametrize("detect", [False, True])
def test_a_call_of_which_nothing_more_is_told_keeps_no_agent_from_another_one(detect: bool) -> None:
    pacer = made("progressive")
    for number in range(3):
        pacer.launched(f"c{number}", "list", now=1.0, detect=detect)
        if detect:
            pacer.answered(f"c{number}", now=2.0)
    assert pacer.decide(now=60.0, segments=LEADS, lines=100).total == 0
    assert pacer.decide(now=200.0, segments=LEADS, lines=100).total == 3
    pacer.abandoned("c0", now=201.0)
    assert pacer.gauges(201.0).abandoned_today == 1


def test_a_clock_that_goes_back_stands_still() -> None:
    pacer = made()
    pacer.launched("c", "list", now=100.0)
    pacer.answered("c", now=50.0)
    assert pacer.decide(now=60.0, segments=LEADS, lines=9).look_at > 100.0


def test_frozen_and_thawed_it_decides_the_same() -> None:
    pacer = rich(made(idle=6))
    for number in range(40):
        pacer.launched(f"c{number}", "list", now=number * 1.0)
        if number % 3 == 0:
            pacer.connected(f"c{number}", f"a{number % 6}", now=number + 8.0)
    twin: Pacer = pickle.loads(pickle.dumps(pacer))  # noqa: S301
    for now in (50.0, 51.0, 58.0):
        assert twin.decide(now=now, segments=LEADS, lines=99) == pacer.decide(now=now, segments=LEADS, lines=99)
    assert twin.gauges(60.0) == pacer.gauges(60.0)


def test_what_was_learned_goes_on_with_the_next_pacer() -> None:
    learned = Learned()
    first = rich(Pacer(PacingSettings(), learned))
    first.agent("a", "idle", now=0.0)
    for number in range(300):
        first.launched(f"c{number}", "list", now=float(number))
    first.decide(now=500.0, segments=LEADS, lines=9)
    assert Pacer(PacingSettings(), learned).gauges(0.0).answer_rate == pytest.approx(0.0, abs=0.03)


def test_asking_for_the_gauges_changes_nothing() -> None:
    pacer, twin = rich(made()), rich(made())
    for each in (pacer, twin):
        each.launched("c", "list", now=1.0)
    for now in range(2, 30):
        pacer.gauges(float(now))
    assert pacer.decide(now=30.0, segments=LEADS, lines=9) == twin.decide(now=30.0, segments=LEADS, lines=9)


def test_a_launch_is_explained() -> None:
    decision = rich(made(idle=1)).decide(now=1.0, segments=LEADS, lines=9)
    assert decision.why["en"].startswith(f"launched {decision.total}: 1 agent idle, 0.0 more expected free in ")
    assert decision.why["en"].endswith("answer rate 30%")
    assert decision.why["zh"].startswith(f"发起 {decision.total} 通：空闲座席 1 名")
    assert {"risk", "risk_allowed", "budget", "expected_free"} <= decision.evidence.keys()


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "preview"}, {"abandon_limit": 1.0}, {"ratio": 0.5}, {"ring_s": 0.0}, {"window_days": -1}],
)
def test_settings_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        PacingSettings(**wrong)  # type: ignore[arg-type]
