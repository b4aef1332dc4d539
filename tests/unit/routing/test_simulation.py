"""A day simulated again is the day; and under another plan it is near to what would really have been."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.days import MIDNIGHT, SALES, callers, plan, served_in_order, shifts

from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need
from tandem.routing.core.day import Arrival, Day, Shift
from tandem.routing.core.day_figures import Run, as_it_was, on_duty
from tandem.routing.core.draws import uniform
from tandem.routing.core.paces import Paces
from tandem.routing.core.plan import Action, AgentPlan, OverflowRule, Plan, QueuePlan, StepPlan
from tandem.routing.core.simulation import simulate
from tandem.routing.core.staffing import Load, perform
from tandem.routing.core.whatif import DEFINITIONS, Change, Study, patience_of, resampled, run_whatif, student_t

LOANS = QueueId("loans")
NINE = MIDNIGHT + 9 * 3600
ANA, BEN = AgentId("ana"), AgentId("ben")


def level(run: Run) -> float:
    met, counted = DEFINITIONS["service_level"](run.all)
    return met / counted


def arrival(name: str, at: float, **more: object) -> Arrival:
    usual = {"queue": SALES, "end": "answered", "waited_s": 0.0, "agent": ANA, "handle_s": 100.0}
    return Arrival(id=name, at=at, **(usual | more))  # type: ignore[arg-type]


def day(*arrivals: Arrival, agents: tuple[AgentId, ...] = (ANA,), **more: object) -> Day:
    return Day(
        name="2026-11-22",
        begins_at=MIDNIGHT,
        ends_at=MIDNIGHT + 86_400,
        arrivals=arrivals,
        shifts=tuple(Shift(agent=each, begins_at=NINE, ends_at=NINE + 3600 * 8) for each in agents),
        **more,  # type: ignore[arg-type]
    )


def run(day_: Day, plan_: Plan, *, seed: int = 0, shifts_: tuple[Shift, ...] | None = None) -> Run:
    patience, _ = patience_of(day_)
    paces = Paces.of(day_, plan_)
    return simulate(
        day_, plan_, shifts=shifts_ if shifts_ is not None else day_.shifts, paces=paces, patience=patience, seed=seed
    )


def house(*queues: QueuePlan, skills: dict[AgentId, dict[str, int]] | None = None, **more: object) -> Plan:
    chosen = queues or (QueuePlan(id=SALES, name_zh="", name_en=""),)
    agents = {login: AgentPlan(login=login, skills=level) for login, level in (skills or {ANA: {}}).items()}
    return Plan(queues={queue.id: queue for queue in chosen}, agents=agents, **more)  # type: ignore[arg-type]


# ---- whole days ----


@pytest.mark.parametrize("seed", [1, 2])
def test_the_simulation_tells_the_real_day(seed: int) -> None:
    real = served_in_order(callers(seed, per_hour=200, handle_s=240, patience_s=90), 12)
    was, simulated = as_it_was(real, plan(12)), run(real, plan(12))
    assert level(simulated) == pytest.approx(level(was), abs=0.005)
    assert simulated.all.abandoned == pytest.approx(was.all.abandoned, rel=0.02)
    assert simulated.all.waited_s == pytest.approx(was.all.waited_s, rel=0.02)
    assert simulated.occupancy == pytest.approx(was.occupancy, abs=0.01)


def test_two_more_agents_do_what_they_would_really_have_done() -> None:
    """The truth is known here: how patient each caller would have been, and how much work those made who hung up."""
    off = []
    for seed in range(3):
        true = callers(seed, per_hour=200, handle_s=240, patience_s=90)
        result = run_whatif(served_in_order(true, 12), plan(12), Change(plan=plan(14), shifts=shifts(14)), runs=3)
        truth = as_it_was(served_in_order(true, 14), plan(14))
        found = next(m for m in result.measures if m.name == "service_level")
        assert found.low > 0.08, "two more agents are clearly better"
        off.append(found.after - level(truth))
    assert abs(sum(off) / len(off)) < 0.03
    assert max(map(abs, off)) < 0.04


def test_it_agrees_with_erlang_a() -> None:
    """Exponential times, one queue: the mean over days is Erlang-A's."""
    load = Load(calls_per_s=200 / 3600, handle_s=240.0, patience_s=90.0)
    levels = []
    for seed in range(10, 18):
        real = served_in_order(callers(seed, per_hour=200, handle_s=240, patience_s=90), 13)
        levels.append(level(run(real, plan(13), seed=seed)))
    assert sum(levels) / len(levels) == pytest.approx(perform(load, 13, target_s=20.0).service_level, abs=0.03)


def test_the_same_seed_gives_the_same_run_and_no_change_no_difference() -> None:
    real = served_in_order(callers(3, per_hour=150, handle_s=240, patience_s=90), 9)
    assert run(real, plan(9), seed=5) == run(real, plan(9), seed=5)
    result = run_whatif(real, plan(9), Change(plan=plan(9)), runs=3)
    assert all(m.difference == m.low == m.high == 0.0 for m in result.measures)
    assert result.half_hours[20].offered > 0
    assert result.half_hours[0].service_level_before is None


def test_a_resampled_day_has_as_many_callers_at_the_same_times() -> None:
    real = served_in_order(callers(3, per_hour=150, handle_s=240, patience_s=90), 9)
    drawn = resampled(real, 7)
    assert [a.at for a in drawn.arrivals] == [a.at for a in real.arrivals]
    assert drawn != resampled(real, 8)
    assert len({a.waited_s for a in drawn.arrivals}) < len({a.waited_s for a in real.arrivals})
    study = Study(day=real, plan=plan(9), change=Change(plan=plan(9)), resample=True)
    one, other = study.run(0)[0], study.run(1)[0]
    assert one.all.answered != other.all.answered
    assert any("drawn anew" in note["en"] for note in study.notes)


def test_every_caller_has_one_end() -> None:
    real = served_in_order(callers(4, per_hour=150, handle_s=240, patience_s=60), 8)
    spoiled = msgspec.structs.replace(real, offers=100, refusals=30, answer_delays_s=(1.0, 4.0), pause_s=30.0)
    for seed in range(3):
        total = run(spoiled, plan(8), seed=seed).all
        assert total.offered == len(real.arrivals) == total.answered + total.abandoned + total.left


# ---- what a plan says ----


def test_skills_and_steps_count() -> None:
    steps = (StepPlan(needs=(Need("product:loans", 2),)), StepPlan(needs=(), after_s=15.0))
    real = day(arrival("c1", NINE + 60), agents=(ANA, BEN))
    plans = [house(QueuePlan(id=SALES, name_zh="", name_en="", steps=steps), skills={ANA: {}, BEN: skills})
             for skills in ({}, {"product:loans": 3})]  # fmt: skip
    busy = real.shifts[0], Shift(agent=BEN, begins_at=NINE, ends_at=NINE + 30_000, breaks=((NINE + 50, NINE + 30_000),))
    assert run(real, plans[1]).all.waited_s == 0.0
    assert run(real, plans[0]).all.waited_s == 0.0, "a step that nobody meets is skipped"
    assert run(real, plans[1], shifts_=busy).all.waited_s == pytest.approx(15.0), "BEN is there, but in a break"


def test_hours_close_a_queue() -> None:
    queue = QueuePlan(id=SALES, name_zh="", name_en="", hours="short")
    hours = {"short": WeeklyHours(days=dict.fromkeys(range(7), ((0, 60),)), timezone="UTC")}
    real = day(arrival("c1", NINE + 60), arrival("c2", NINE + 120))
    closed = run(real, house(queue, hours=hours)).all
    assert (closed.left, closed.answered) == (2, 0)


def test_overflow_sends_on_and_ends() -> None:
    loans = QueuePlan(id=LOANS, name_zh="", name_en="", steps=(StepPlan(needs=(Need("product:loans", 2),)),))
    rule = OverflowRule(action=Action(kind="queue", to=LOANS), waited_over_s=30.0)
    sales = QueuePlan(id=SALES, name_zh="", name_en="", steps=(StepPlan(needs=(Need("x", 5),)),), overflow=(rule,))
    skills = {ANA: {"product:loans": 5}, BEN: {"x": 5}}
    real = day(*(arrival(f"c{n}", NINE + 60 + n, handle_s=600.0) for n in range(2)), agents=(ANA, BEN))
    sent = run(real, house(sales, loans, skills=skills))
    assert sent.queues[SALES].answered == 2
    assert 30.0 <= sent.queues[SALES].waited_s < 35.0
    words = OverflowRule(action=Action(kind="message"), waited_over_s=30.0)
    ended = run(real, house(replace(sales, overflow=(words,)), skills=skills))
    assert (ended.all.answered, ended.all.left) == (1, 1)


def test_a_predicted_wait_widens_a_step() -> None:
    steps = (StepPlan(needs=(Need("x", 1),)), StepPlan(needs=(), after_s=900.0, predicted_over_s=60.0))
    queue = QueuePlan(id=SALES, name_zh="", name_en="", steps=steps)
    real = day(*(arrival(f"c{n}", NINE + 60 + n, handle_s=600.0) for n in range(2)), agents=(ANA, BEN))
    assert run(real, house(queue, skills={ANA: {"x": 5}, BEN: {}})).all.waited_s < 10.0


def test_priority_and_tier_go_first() -> None:
    queue = QueuePlan(id=SALES, name_zh="", name_en="")
    real = day(
        arrival("busy", NINE + 1, handle_s=100.0),
        arrival("usual", NINE + 2, handle_s=50.0),
        arrival("vip", NINE + 3, handle_s=50.0, tier="vip"),
    )
    assert run(real, house(queue)).all.waited_s == pytest.approx(98.0 + 149.0)


def test_who_gets_more_skilled_gets_faster() -> None:
    queue = QueuePlan(id=SALES, name_zh="", name_en="", steps=(StepPlan(needs=(Need("x", 1),)),))
    real = day(*(arrival(f"c{n}", NINE + 1 + 200 * n, waited_s=0.0) for n in range(30)))
    slow, fast = house(queue, skills={ANA: {"x": 1}}), house(queue, skills={ANA: {"x": 5}})
    patience, _ = patience_of(real)
    runs = [
        simulate(real, each, shifts=real.shifts, paces=Paces.of(real, slow), patience=patience, seed=0, known=slow)
        for each in (slow, fast)
    ]
    before, after = (sum(half.busy_s for half in run.half_hours) for run in runs)
    assert before == pytest.approx(3000.0)
    assert after == pytest.approx(3000.0 * 0.86 / 1.25)


def test_refusals_cost_the_caller_and_the_agent() -> None:
    real = day(arrival("c1", NINE + 60), offers=1, refusals=1, refused_after_s=20.0, pause_s=5.0)
    assert run(real, house()).all.left == 1, "who is refused for ever is not served"
    half = day(arrival("c1", NINE + 60), offers=2, refusals=1, refused_after_s=20.0, pause_s=5.0)
    waits = {run(half, house(), seed=seed).all.waited_s for seed in range(20)}
    assert 0.0 in waits
    assert any(wait == pytest.approx(25.0) for wait in waits)


def test_a_shift_ends_after_the_call() -> None:
    real = day(arrival("c1", NINE + 60, handle_s=7200.0))
    short = (Shift(agent=ANA, begins_at=NINE, ends_at=NINE + 600),)
    done = run(real, house(), shifts_=short)
    assert sum(half.staffed_s for half in done.half_hours) == pytest.approx(60 + 7200)
    assert sum(half.busy_s for half in done.half_hours) == pytest.approx(7200)


def test_breaks_are_not_on_duty() -> None:
    shift = Shift(agent=ANA, begins_at=0.0, ends_at=100.0, breaks=((0.0, 10.0), (40.0, 50.0), (90.0, 100.0)))
    assert list(on_duty(shift)) == [(10.0, 40.0), (50.0, 90.0)]


def test_nobody_hung_up_means_endless_patience_and_says_so() -> None:
    real = day(arrival("c1", NINE + 60), arrival("c2", NINE + 61))
    study = Study(day=real, plan=house(), change=Change(plan=house()))
    assert run(real, house(), shifts_=()).all.left == 2
    assert "for ever" in study.notes[0]["en"]
    with pytest.raises(ValueError, match="two runs"):
        study.result([study.run(0)])


def test_the_four_definitions_are_told_apart() -> None:
    real = day(
        arrival("a", NINE, waited_s=5.0),
        arrival("b", NINE, waited_s=50.0),
        arrival("g", NINE, end="abandoned", waited_s=3.0, agent=None, handle_s=None),
        arrival("h", NINE, end="abandoned", waited_s=60.0, agent=None, handle_s=None),
        arrival("v", NINE, end="left", waited_s=30.0, agent=None, handle_s=None),
    )
    total = as_it_was(real, house()).all
    assert {name: count(total) for name, count in DEFINITIONS.items()} == {
        "service_level": (1, 3),
        "service_level_of_offered": (1, 4),
        "service_level_of_answered": (1, 2),
        "service_level_with_abandoned": (2, 4),
    }
    assert (total.offered, total.left) == (5, 1)


@given(st.integers(0, 2**64), st.integers(0, 10**6), st.integers(0, 100))
def test_draws_lie_between_0_and_1(seed: int, subject: int, purpose: int) -> None:
    assert 0.0 < uniform(seed, subject, purpose) < 1.0


def test_draws_are_even_and_unlike_each_other() -> None:
    draws = [uniform(seed, subject, purpose) for seed in range(10) for subject in range(100) for purpose in range(10)]
    assert len(set(draws)) == len(draws)
    tenths = [sum(n / 10 <= draw < (n + 1) / 10 for draw in draws) for n in range(10)]
    assert max(tenths) < 1_100
    assert min(tenths) > 900
    pairs = [(uniform(0, n, 0), uniform(0, n + 1, 0)) for n in range(10_000)]
    assert abs(sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)) < 0.003


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (19, 2.093), (199, 1.972)])
def test_students_t(freedom: int, t: float) -> None:
    assert student_t(freedom) == pytest.approx(t, rel=0.01)
